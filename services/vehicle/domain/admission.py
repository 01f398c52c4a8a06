"""Which orders of courts about a vehicle are let in: each becomes a fact, or is refused with what to do instead.

Every decision is taken at the instant at which its fact will happen, so that what is let in is never without effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from services.codes.facts import next_instant
from services.codes.legal_time import legal_date
from services.codes.terms import corresponding_day
from services.filing.domain import Author
from services.vehicle.domain.facts import (
    MAX_TERM_MONTHS,
    Disposed,
    Extended,
    Fact,
    Lifted,
    Served,
    Withdrawn,
)
from services.vehicle.domain.orders import Match, Note, Registration, SeizureOrder, Term
from services.vehicle.domain.records import RegisteredVehicle
from services.vehicle.domain.seizures import SeizureState, Standing, standing_at
from xiezhi.errors import Reason, error


def identify(order: SeizureOrder, candidates: Iterable[RegisteredVehicle]) -> Match:
    """Finds the vehicle that an order means; where it names a VIN, no other vehicle is seized for its plate.

    Args:
        order: The order.
        candidates: What the register has under its plate and under its VIN.

    Raises:
        NotFound: VEHICLE_NOT_FOUND.
    """
    for vehicle in candidates:
        has_plate = vehicle.plate == order.plate
        if vehicle.vin == order.vin or (order.vin is None and has_plate):
            return Match(vehicle, is_by_vin=not has_plate)
    raise error(Reason.VEHICLE_NOT_FOUND, "No vehicle of the register has this plate and VIN: check them.")


def register(
    order: SeizureOrder, match: Match, facts: Sequence[Fact], *, seizure_id: str, sequence: int, now: datetime
) -> Registration:
    """Lets a seizure in, which takes effect at once or waits behind those served before.

    Args:
        order: The order.
        match: The vehicle that it means.
        facts: The vehicle's facts.
        seizure_id: Key of the seizure to be.
        sequence: Order in which the platform received it.
        now: The current instant.

    Raises:
        FailedPrecondition: VEHICLE_TRANSFERRED, VEHICLE_OWNER_MISMATCH, TRANSFER_NOTICE_FIRST, TERM_TOO_LONG or
            TERM_ENDS_BEFORE_START.
        AlreadyExists: SEIZURE_EXISTS.
    """
    at = next_instant(facts, now)
    _check_owner(order, match.vehicle)
    _check_transfer_notice(order, match.vehicle, at)
    _check_term(order.term, legal_date(at))
    if any(s.is_open and _is_author(order.author, s.seizure) for s in standing_at(facts, at)):
        raise error(Reason.SEIZURE_EXISTS, "This case has seized the vehicle already: extend that seizure instead.")
    served = Served(
        seizure_id,
        order.author.court_code,
        order.author.case_number,
        at=at,
        sequence=sequence,
        term_months=order.term.months,
        last_day=order.term.last_day,
    )
    notes = ((Note.MATCHED_BY_VIN, match.is_by_vin), (Note.TRANSFER_STOPPED, match.vehicle.has_pending_transfer))
    standing = _find(seizure_id, order.author, standing_at((*facts, served), at))
    return Registration(served, standing, tuple(note for note, applies in notes if applies))


def extend(seizure_id: str, author: Author, facts: Sequence[Fact], *, term: Term, now: datetime) -> Extended:
    """Lets an extension in; it must come while the seizure is in force, and only one can lie ahead.

    Args:
        seizure_id: Key of the seizure.
        author: Who orders it.
        facts: The vehicle's facts.
        term: The term that follows the present one.
        now: The current instant.

    Raises:
        NotFound: SEIZURE_NOT_FOUND.
        FailedPrecondition: SEIZURE_WAITING, SEIZURE_ENDED, TERM_TOO_LONG or TERM_ENDS_BEFORE_START.
    """
    at = next_instant(facts, now)
    standing = _find_effective(seizure_id, author, standing_at(facts, at))
    today = legal_date(at)
    last_day = standing.last_day or today
    if last_day > corresponding_day(today, MAX_TERM_MONTHS):
        raise error(Reason.TERM_TOO_LONG, "The seizure is extended already: extend it again in its last term.")
    _check_term(term, last_day, is_extension=True)
    return Extended(seizure_id, at, term_months=term.months, last_day=term.last_day)


def lift(seizure_id: str, author: Author, facts: Sequence[Fact], *, now: datetime) -> Lifted:
    """Lets a lifting in; the first that waits takes effect at that instant.

    Args:
        seizure_id: Key of the seizure.
        author: Who orders it.
        facts: The vehicle's facts.
        now: The current instant.

    Raises:
        NotFound: SEIZURE_NOT_FOUND.
        FailedPrecondition: SEIZURE_WAITING or SEIZURE_ENDED.
    """
    at = next_instant(facts, now)
    _find_effective(seizure_id, author, standing_at(facts, at))
    return Lifted(seizure_id, at)


def withdraw(seizure_id: str, author: Author, facts: Sequence[Fact], *, now: datetime) -> Withdrawn:
    """Lets the withdrawal of a waiting seizure in.

    Args:
        seizure_id: Key of the seizure.
        author: Who orders it.
        facts: The vehicle's facts.
        now: The current instant.

    Raises:
        NotFound: SEIZURE_NOT_FOUND.
        FailedPrecondition: SEIZURE_EFFECTIVE or SEIZURE_ENDED.
    """
    at = next_instant(facts, now)
    standing = _find(seizure_id, author, standing_at(facts, at))
    if standing.state is SeizureState.EFFECTIVE:
        raise error(Reason.SEIZURE_EFFECTIVE, "The seizure is in force: lift it instead.")
    _refuse_ended(standing)
    return Withdrawn(seizure_id, at)


def dispose(seizure_id: str, author: Author, facts: Sequence[Fact], *, now: datetime) -> Disposed:
    """Lets the disposal of the vehicle in, which ends the seizure in force and voids those that wait.

    Args:
        seizure_id: Key of the seizure under which the court disposed of it.
        author: Who orders it.
        facts: The vehicle's facts.
        now: The current instant.

    Raises:
        NotFound: SEIZURE_NOT_FOUND.
        FailedPrecondition: SEIZURE_WAITING or SEIZURE_ENDED.
    """
    at = next_instant(facts, now)
    _find_effective(seizure_id, author, standing_at(facts, at))
    return Disposed(seizure_id, at)


def _check_owner(order: SeizureOrder, vehicle: RegisteredVehicle) -> None:
    if vehicle.owner_numbers & order.debtor_numbers:
        return
    if vehicle.former_owner_numbers & order.debtor_numbers:
        raise error(Reason.VEHICLE_TRANSFERRED, "The vehicle was registered in another name before: it is not seized.")
    raise error(Reason.VEHICLE_OWNER_MISMATCH, "The vehicle's registered owner is not the debtor: check the ruling.")


def _check_transfer_notice(order: SeizureOrder, vehicle: RegisteredVehicle, at: datetime) -> None:
    notice = vehicle.transfer_notice
    if notice is not None and notice.court_code != order.author.court_code and notice.served_at <= at:
        raise error(
            Reason.TRANSFER_NOTICE_FIRST, "Another court's notice to transfer the vehicle goes first: turn to it."
        )


def _check_term(term: Term, start: date, *, is_extension: bool = False) -> None:
    """Checks a term that runs from a day; that of an extension begins on the day after it."""
    if term.months < 1 or (term.last_day is not None and term.last_day < start):
        raise error(Reason.TERM_ENDS_BEFORE_START, "The term would be over before it begins: correct its last day.")
    if is_extension and term.last_day == start:
        raise error(Reason.TERM_ENDS_BEFORE_START, "The extension ends with the present term: correct its last day.")
    longest = corresponding_day(start, min(term.months, MAX_TERM_MONTHS))
    if term.months > MAX_TERM_MONTHS or (term.last_day is not None and term.last_day > longest):
        raise error(Reason.TERM_TOO_LONG, f"The term is over {MAX_TERM_MONTHS} months, or its last day beyond it.")


def _is_author(author: Author, seizure: Served) -> bool:
    return (author.court_code, author.case_number) == (seizure.court_code, seizure.case_number)


def _find(seizure_id: str, author: Author, standings: Iterable[Standing]) -> Standing:
    """Finds a seizure of this very author; another's looks like one that is not there."""
    for standing in standings:
        if standing.seizure.seizure_id == seizure_id and _is_author(author, standing.seizure):
            return standing
    raise error(Reason.SEIZURE_NOT_FOUND, "There is no such seizure of this court and case: check its name.")


def _find_effective(seizure_id: str, author: Author, standings: Iterable[Standing]) -> Standing:
    standing = _find(seizure_id, author, standings)
    if standing.state is SeizureState.WAITING:
        raise error(Reason.SEIZURE_WAITING, "The seizure still waits behind another one: withdraw it, or wait.")
    _refuse_ended(standing)
    return standing


def _refuse_ended(standing: Standing) -> None:
    if standing.ended_at is not None:
        raise error(Reason.SEIZURE_ENDED, "The seizure has ended: seize again if it is still needed.")
