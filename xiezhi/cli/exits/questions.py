"""What a court writes of a dishonest debtor, of a term and of its papers, as options tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import (
    PAPERS,
    Draft,
    Issued,
    Notice,
    NoticeChoice,
    NoticeNumber,
    Wanted,
    date_message,
    gather,
    read_date,
)
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import listing_pb2, restriction_pb2

RECORD = "What the court writes of the debtor (失信信息); with --draft what is not said is made up"
TERM = "The term of the restriction"
DECISION = "--decision"
FILED_BEFORE = timedelta(days=90)
"""How long before today a case was filed whose day nobody names, where papers are drafted."""


class Behaviour(StrEnum):
    """Why a debtor counts as dishonest."""

    REFUSING = "able-and-refusing"
    OBSTRUCTION = "obstruction"
    EVASION = "evasion"
    NO_REPORT = "no-report"
    CONSUMPTION = "consumption"
    SETTLEMENT = "settlement"

    @property
    def named(self) -> str:
        """Its name in the contract."""
        return f"DISHONEST_BEHAVIOUR_{self.value.upper().replace('-', '_')}"


class Performed(StrEnum):
    """How far the duty is performed."""

    NONE = "none"
    PARTIAL = "partial"

    @property
    def named(self) -> str:
        """Its name in the contract."""
        return f"PERFORMANCE_{self.value.upper()}"


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """What the court writes of the debtor.

    Attributes:
        behaviour: Concrete behaviours.
        performed: How far the duty is performed.
        performed_part: What of the duty is performed; empty where it is not said.
        duty: The duty that the instrument fixes.
        basis: Number of the instrument.
        basis_unit: Who made it.
        case_filed: Day on which the case was filed.
        published: Day of publication; empty for today.
        extension_years: Years by which the time on the list is extended.
        representative: Legal representative or principal of an organisation; empty of a person.
    """

    behaviour: Annotated[
        list[Behaviour] | None,
        typer.Option("--behaviour", help="Concrete behaviour (失信行为情形); repeatable.", rich_help_panel=RECORD),
    ] = None
    performed: Annotated[Performed, typer.Option("--performed", help="How far (履行情况).", rich_help_panel=RECORD)] = (
        Performed.NONE
    )
    performed_part: Annotated[
        str, typer.Option("--performed-part", help="What is performed (已履行部分).", rich_help_panel=RECORD)
    ] = ""
    duty: Annotated[str, typer.Option("--duty", help="The duty (义务).", rich_help_panel=RECORD)] = ""
    basis: Annotated[
        str, typer.Option("--basis", help="Number of the instrument (执行依据文号).", rich_help_panel=RECORD)
    ] = ""
    basis_unit: Annotated[str, typer.Option("--basis-unit", help="Who made it.", rich_help_panel=RECORD)] = ""
    case_filed: Annotated[
        str, typer.Option("--case-filed", help="Day of filing, YYYY-MM-DD (立案时间).", rich_help_panel=RECORD)
    ] = ""
    published: Annotated[
        str, typer.Option("--published", help="Day of publication; else today.", rich_help_panel=RECORD)
    ] = ""
    extension_years: Annotated[
        int,
        typer.Option("--extension-years", min=0, max=3, help="Longer on the list by.", rich_help_panel=RECORD),
    ] = 0
    representative: Annotated[
        str,
        typer.Option("--representative", help="Of an organisation (法定代表人或者负责人).", rich_help_panel=RECORD),
    ] = ""

    def record(self, session: Session, *, court: str, draft: bool) -> listing_pb2.DishonestRecord:
        """Makes the record.

        Args:
            session: Tells the present instant.
            court: Code of the court.
            draft: Whether what is missing is made up.

        Raises:
            CommandError: If something is missing, or a day is none.
        """
        today = session.today()
        made_up = {
            "basis": f"（{today.year - 1}）民初1号",
            "basis_unit": court,
            "case_filed": (today - FILED_BEFORE).isoformat(),
        }
        told = {name: getattr(self, name) or (made_up[name] if draft else "") for name in made_up}
        behaviours = self.behaviour or ([Behaviour.REFUSING] if draft else [])
        missing = [f"--{name.replace('_', '-')}" for name, value in told.items() if not value]
        missing += [] if behaviours else ["--behaviour"]
        if missing:
            raise CommandError(
                f"It is not said of the debtor: {', '.join(missing)}.",
                next_step="See the command's --help; with --draft it is made up in a development set-up.",
            )
        return listing_pb2.DishonestRecord(
            behaviours=[one.named for one in behaviours],
            performance=self.performed.named,
            duty=self.duty,
            basis_number=told["basis"],
            basis_unit=told["basis_unit"],
            case_filed_date=date_message(read_date(told["case_filed"])),
            publish_date=date_message(read_date(self.published) if self.published else today),
            extension_years=self.extension_years,
            performed_part=self.performed_part,
            legal_representative=self.representative,
        )


@dataclass(frozen=True, slots=True)
class TermQuestion:
    """The term that a court asks for.

    Attributes:
        months: Length; 0 for one year.
        last_day: Last day as the decision writes it; empty where it names none.
        longer_because: Why it is longer than one year; empty otherwise.
        start: First day; empty for at once.
    """

    months: Annotated[int, typer.Option("--months", min=0, max=60, help="Months; else 12.", rich_help_panel=TERM)] = 0
    last_day: Annotated[
        str, typer.Option("--last-day", help="Last day in the decision, YYYY-MM-DD.", rich_help_panel=TERM)
    ] = ""
    longer_because: Annotated[
        str, typer.Option("--longer-because", help="Why longer than one year.", rich_help_panel=TERM)
    ] = ""
    start: Annotated[
        str, typer.Option("--start", help="First day, YYYY-MM-DD; else at once.", rich_help_panel=TERM)
    ] = ""

    def term(self) -> restriction_pb2.TermRequest:
        """Makes the term.

        Raises:
            CommandError: If the last day is none.
        """
        made = restriction_pb2.TermRequest(months=self.months, reason=self.longer_because)
        if self.last_day:
            made.last_date.CopyFrom(date_message(read_date(self.last_day)))
        return made


@dataclass(frozen=True, slots=True)
class DecisionChoice:
    """Where a decision not to let somebody exit and an assistance notice come from.

    Attributes:
        decision: File of the decision; None where there is none, or where it is drafted.
        decision_number: Number of the decision; empty for one made from the case number.
        without_decision: Whether a draft leaves the decision out.
        notice: File of the notice.
        notice_number: Number of the notice; empty for the case number.
        issued: Date of issue; empty for today.
        draft: Whether the papers are drafted here.
    """

    decision: Annotated[
        Path | None, typer.Option(DECISION, help="The decision (限制出境决定书), a PDF.", rich_help_panel=PAPERS)
    ] = None
    decision_number: Annotated[
        str, typer.Option("--decision-number", help="Its number; else the case's with 之一.", rich_help_panel=PAPERS)
    ] = ""
    without_decision: Annotated[
        bool, typer.Option("--without-decision", help="Draft a notice alone.", rich_help_panel=PAPERS)
    ] = False
    notice: Notice = None
    notice_number: NoticeNumber = ""
    issued: Issued = ""
    draft: Draft = False

    @classmethod
    def of_notice(cls, notice: NoticeChoice) -> DecisionChoice:
        """Returns the same as a choice of papers without a decision."""
        return cls(notice=notice.notice, notice_number=notice.notice_number, issued=notice.issued, draft=notice.draft)

    def wanted_notice(self, case: str) -> Wanted:
        """Tells which notice is needed.

        Args:
            case: Number of the case.
        """
        return Wanted("ASSISTANCE", "--notice", self.notice_number or case, self.notice)

    def wanted(self, case: str, *, needs_decision: bool, kind: str = "EXIT_RESTRICTION") -> list[Wanted]:
        """Tells which papers are needed, the notice first and then the decision, if there is one.

        Args:
            case: Number of the case.
            needs_decision: Whether the order is nothing without a decision.
            kind: What the decision orders, where it is drafted.
        """
        papers = [self.wanted_notice(case)]
        if needs_decision or (self.draft and not self.without_decision) or self.decision is not None:
            papers.append(Wanted(kind, DECISION, self.decision_number or f"{case}之一", self.decision))
        return papers

    def gather(
        self,
        session: Session,
        context: case_pb2.CaseContext,
        wanted: Sequence[Wanted],
        *,
        people: Iterable[case_pb2.Party],
        lines: Iterable[str],
    ) -> list[bytes]:
        """Reads or drafts papers; as `papers.gather` otherwise.

        Args:
            session: Tells the present instant, and has the development seals.
            context: The case; it says of the papers afterwards.
            wanted: Which.
            people: Whom drafts name.
            lines: What else drafts say, beside the number of the decision.
        """
        numbers = (f"限制出境决定书：{one.number}" for one in wanted if one.option == DECISION)
        drafted = [*map(person_line, people), *lines, *numbers] if self.draft else None
        return gather(session, context, wanted, issued=self.issued, drafted=drafted)


def person_line(party: case_pb2.Party) -> str:
    """Returns the line of a paper that names a person."""
    return f"{party.name}，证件号码：{party.id_number}"
