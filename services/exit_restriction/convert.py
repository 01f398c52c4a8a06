"""Between messages and what several features ask of a court's call: the debtor, the term, and who approved."""

from __future__ import annotations

from datetime import date

from google.type import date_pb2

from services.chassis.call import Call
from services.codes.citizen_id import CitizenId, ForeignResidentId
from services.codes.courts import find_court
from services.codes.legal_time import legal_date
from services.codes.numbers import NumberType
from services.codes.terms import corresponding_day
from services.exit_restriction.domain import FilingLevel, Ground, Term, decisions_of
from services.exit_restriction.reporting import Debtor
from services.filing import convert as filing_convert
from services.filing.convert import invalid, read_date
from services.filing.domain import Filing
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, error
from xiezhi.exit_restriction.v1 import restriction_pb2

MOST_MONTHS_AHEAD = 12
"""How far ahead the first day of a restriction may lie."""


def read_debtor(message: case_pb2.Party, *, field: str, on: date) -> Debtor:
    """Reads who a request is about.

    Args:
        message: The debtor as the court names them.
        field: Path of the field, for the error.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID, with what is wrong and never the value.
    """
    party = filing_convert.read_party(message, field=field, on=on)
    kind = NumberType(message.id_type)
    if kind is NumberType.CITIZEN:
        return Debtor(party, Ground.CITIZEN_UNSETTLED_CASE, CitizenId(party.number).birth_date)
    if kind is NumberType.FOREIGN_PERMANENT_RESIDENT:
        return Debtor(party, Ground.FOREIGNER_UNSETTLED_CASE, ForeignResidentId(party.number).birth_date)
    return Debtor(party, Ground.FOREIGNER_UNSETTLED_CASE, None, has_passport_only=kind is NumberType.PASSPORT)


def read_term(message: restriction_pb2.TermRequest, *, field: str) -> Term:
    """Reads a term.

    Args:
        message: The term; an empty one is that of the rule.
        field: Path of the field, for the error.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    last_day = None
    if message.HasField("last_date"):
        last_day = read_date(message.last_date, field=f"{field}.last_date")
    return Term(message.months or None, last_day, message.reason)


def read_start(message: date_pb2.Date, *, field: str, today: date) -> date:
    """Reads the first day of a restriction.

    Args:
        message: The day.
        field: Path of the field, for the error.
        today: Legal date of today.

    Raises:
        InvalidArgument: FIELDS_INVALID, unless it is today or up to one year ahead.
    """
    day = read_date(message, field=field)
    if not today <= day <= corresponding_day(today, MOST_MONTHS_AHEAD):
        raise invalid(field, "it is neither today nor a day of the year to come")
    return day


def level_of(call: Call) -> FilingLevel:
    """Returns the level of the authority that approved a call: of the highest of its approvers' courts.

    Raises:
        PermissionDenied: APPROVAL_REQUIRED, if no court of the province approved it.
    """
    statements = () if call.grant is None else call.grant.statements
    courts = [find_court(statement.signer.organisation) for statement in statements]
    levels = [FilingLevel(court.level) for court in courts if court is not None]
    if not levels:
        raise error(Reason.APPROVAL_REQUIRED, "No court of the province has approved this: submit it for approval.")
    return max(levels)


def decision_number(filing: Filing) -> str:
    """Returns the number of the decision not to let the debtor exit; empty where the court lists none of it."""
    return next(iter(decisions_of(filing)), "")


def today_of(call: Call) -> date:
    """Returns the legal date at which a call was accepted."""
    return legal_date(call.accepted_at)
