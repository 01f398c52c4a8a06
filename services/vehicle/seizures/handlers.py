"""The use cases of seizures: what courts order on papers that hold, decided on the files of vehicles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from services.chassis.ids import IdSource
from services.codes.legal_time import legal_date
from services.filing.desk import Accepted
from services.vehicle.domain import (
    Note,
    SeizureOrder,
    SeizureState,
    Term,
    dispose,
    extend,
    identify,
    lift,
    next_instant,
    register,
    withdraw,
)
from services.vehicle.seizures.domain import (
    RULING,
    Buyer,
    Outcome,
    Sale,
    SeizureNote,
    SeizureRecord,
    Shown,
    VehicleFile,
    not_found,
)
from services.vehicle.seizures.files import Files
from xiezhi.errors import Reason, Violation, XiezhiError, error, invalid_fields

_LAST = 1 << 62
"""Sequence of what is being received, after everything that was."""
_NOTES = {Note.MATCHED_BY_VIN: SeizureNote.PLATE_CHANGED, Note.TRANSFER_STOPPED: SeizureNote.TRANSFER_STOPPED}
_OF_THE_WHOLE = frozenset({Reason.TERM_TOO_LONG, Reason.TERM_ENDS_BEFORE_START})
"""Reasons that lie in what the order says of all its vehicles, so that they refuse it as a whole."""


def register_all(
    orders: Sequence[SeizureOrder | Reason], accepted: Accepted, files: Files, *, ids: IdSource
) -> tuple[Outcome, ...]:
    """Seizes vehicles, each with an outcome of its own.

    Args:
        orders: What is ordered for each vehicle, or why it cannot be.
        accepted: The order.
        files: The files of vehicles.
        ids: Source of ids.

    Raises:
        FailedPrecondition: TERM_TOO_LONG or TERM_ENDS_BEFORE_START, which refuse the whole.
    """
    # Before the register is asked: a ruling about other vehicles tells nobody which plates there are.
    orders = [_if_named(order, accepted) for order in orders]
    valid = [order for order in orders if isinstance(order, SeizureOrder)]
    found = iter(files.candidates(valid))
    candidates = [next(found) if isinstance(order, SeizureOrder) else () for order in orders]
    opened = files.open({key for keys in candidates for key in keys})
    outcomes: list[Outcome] = []
    for order, keys in zip(orders, candidates, strict=True):
        if isinstance(order, Reason):
            outcomes.append(Outcome(refused=order))
            continue
        try:
            outcome = _register(order, [opened[key] for key in keys], accepted, ids=ids, place=_LAST + len(outcomes))
        except XiezhiError as refusal:
            if refusal.reason in _OF_THE_WHOLE:
                raise
            outcome = Outcome(refused=refusal.reason)
        if outcome.seizure is not None:
            record = outcome.seizure.record
            opened[record.vehicle_id] = opened[record.vehicle_id].with_seizure(record)
        outcomes.append(outcome)
    return _serve(outcomes, opened, files)


def _if_named(order: SeizureOrder | Reason, accepted: Accepted) -> SeizureOrder | Reason:
    """Returns the order if the ruling names what it asks for, by plate or VIN; the reason against it otherwise."""
    if isinstance(order, Reason) or accepted.mentions_any(RULING, order.names):
        return order
    return Reason.VEHICLE_NOT_IN_RULING


def _register(
    order: SeizureOrder, candidates: Sequence[VehicleFile], accepted: Accepted, *, ids: IdSource, place: int
) -> Outcome:
    match = identify(order, [file.vehicle.registered for file in candidates if file.vehicle.is_on_the_register])
    file = next(file for file in candidates if file.vehicle.vehicle_id == match.vehicle.vehicle_id)
    _require_named({match.vehicle.plate.number, match.vehicle.vin.number}, accepted)
    made = register(order, match, file.facts, seizure_id=str(ids.uuid()), sequence=place, now=accepted.now)
    filing = accepted.filing
    record = SeizureRecord(
        made.served,
        file.vehicle.vehicle_id,
        match.vehicle.plate,
        match.vehicle.vin,
        accepted.documents[0].number,
        filing.subject_key,
        filing.handler,
    )
    notes = [_NOTES[note] for note in made.notes]
    if not match.vehicle.vin.is_checked:
        notes.append(SeizureNote.VIN_CHECK_DIGIT)
    return Outcome(Shown(record, made.standing), notes=tuple(sorted(notes)))


def _require_named(names: AbstractSet[str], accepted: Accepted) -> None:
    """Makes sure that the first paper, the ruling where there is one, names the very vehicle that was found."""
    if not accepted.mentions_any(RULING, names):
        raise error(
            Reason.VEHICLE_NOT_IN_RULING,
            "The ruling, or the notice that stands alone, names neither the plate nor the VIN of the vehicle.",
        )


def _serve(outcomes: Sequence[Outcome], opened: Mapping[int, VehicleFile], files: Files) -> tuple[Outcome, ...]:
    """Writes down what was decided, then asks of each vehicle whether it was seen before."""
    served = [outcome.seizure.record for outcome in outcomes if outcome.seizure is not None]
    files.serve(served)
    stopped = [o.seizure for o in outcomes if o.seizure is not None and SeizureNote.TRANSFER_STOPPED in o.notes]
    files.stop_transfers([opened[shown.record.vehicle_id].vehicle for shown in stopped])
    told: list[Outcome] = []
    for outcome in outcomes:
        if outcome.seizure is not None:
            record = outcome.seizure.record
            if files.was_seen(opened[record.vehicle_id].vehicle, record.served.at):
                outcome = replace(outcome, notes=(*outcome.notes, SeizureNote.SEEN_BEFORE))  # noqa: PLW2901
        told.append(outcome)
    return tuple(told)


def extend_one(seizure_id: str, term: Term, accepted: Accepted, *, files: Files) -> Shown:
    """Extends a seizure in force.

    Args:
        seizure_id: Its key.
        term: By how much.
        accepted: The order.
        files: The files of vehicles.

    Raises:
        XiezhiError: SEIZURE_NOT_FOUND, SEIZURE_WAITING, SEIZURE_ENDED, TERM_TOO_LONG, TERM_ENDS_BEFORE_START or
            VEHICLE_NOT_IN_RULING.
    """
    file = _find([seizure_id], accepted, files)[seizure_id]
    fact = extend(seizure_id, accepted.filing.author, file.facts, term=term, now=accepted.now)
    _require_named(file.names(seizure_id), accepted)
    files.add([fact])
    return file.followed_by(fact).shown(seizure_id, fact.at)


def lift_all(seizure_ids: Sequence[str], accepted: Accepted, files: Files) -> tuple[Shown, ...]:
    """Lifts seizures, all of them or none; of one that waits this is a withdrawal.

    Args:
        seizure_ids: Their keys.
        accepted: The order.
        files: The files of vehicles.

    Raises:
        XiezhiError: SEIZURE_NOT_FOUND, SEIZURE_ENDED or VEHICLE_NOT_IN_RULING.
    """
    author, facts, shown = accepted.filing.author, [], []
    found = _find(seizure_ids, accepted, files)
    for seizure_id in seizure_ids:
        file = found[seizure_id]
        state = file.shown(seizure_id, next_instant(file.facts, accepted.now)).standing.state
        order = withdraw if state is SeizureState.WAITING else lift
        fact = order(seizure_id, author, file.facts, now=accepted.now)
        facts.append(fact)
        shown.append(file.followed_by(fact).shown(seizure_id, fact.at))
    for seizure_id, file in found.items():
        _require_named(file.names(seizure_id), accepted)
    files.add(facts)
    return tuple(shown)


def withdraw_one(seizure_id: str, accepted: Accepted, files: Files) -> Shown:
    """Withdraws a seizure that waits.

    Raises:
        XiezhiError: SEIZURE_NOT_FOUND, SEIZURE_EFFECTIVE, SEIZURE_ENDED or VEHICLE_NOT_IN_RULING.
    """
    file = _find([seizure_id], accepted, files)[seizure_id]
    fact = withdraw(seizure_id, accepted.filing.author, file.facts, now=accepted.now)
    _require_named(file.names(seizure_id), accepted)
    files.add([fact])
    return file.followed_by(fact).shown(seizure_id, fact.at)


def sell(seizure_id: str, buyer: Buyer, accepted: Accepted, *, files: Files, sold_on: date) -> tuple[Shown, int]:
    """Notes that the court has sold a vehicle under a seizure in force.

    Args:
        seizure_id: Key of the seizure.
        buyer: Who bought it.
        accepted: The order.
        files: The files of vehicles.
        sold_on: Day of the sale.

    Returns:
        The seizure, extinguished, and how many that waited became void.

    Raises:
        XiezhiError: SEIZURE_NOT_FOUND, SEIZURE_WAITING, SEIZURE_ENDED, VEHICLE_NOT_IN_RULING, or FIELDS_INVALID for a
            buyer whom the ruling does not name and for a sale before the seizure took effect.
    """
    file = _find([seizure_id], accepted, files)[seizure_id]
    fact = dispose(seizure_id, accepted.filing.author, file.facts, now=accepted.now)
    _require_named(file.names(seizure_id), accepted)
    after = file.followed_by(fact)
    ruling, notice = accepted.documents
    sale = Sale(seizure_id, file.vehicle.vehicle_id, buyer, sold_on, ruling.number, notice.number)
    _require_possible(sale, after.shown(seizure_id, fact.at), accepted)
    files.add([fact])
    files.sell(sale)
    voided = sum(
        shown.standing.state is SeizureState.VOID_BY_DISPOSAL and shown.standing.ended_at == fact.at
        for shown in after.standings(fact.at)
    )
    return after.shown(seizure_id, fact.at), voided


def _require_possible(sale: Sale, shown: Shown, accepted: Accepted) -> None:
    """Makes sure that the ruling names the buyer, and that the sale was made under the seizure."""
    if not accepted.mentions(RULING, sale.buyer.name):
        raise invalid_fields(Violation("buyer.name", "the ruling names no such buyer: write the name as it does"))
    began = shown.standing.effective_from
    if began is None or sale.sold_on < legal_date(began):
        raise invalid_fields(Violation("sale_date", "it is before the day on which the seizure took effect"))


def _find(seizure_ids: Sequence[str], accepted: Accepted, files: Files) -> dict[str, VehicleFile]:
    """Opens the files of seizures; those of another court, case or debtor look like those that are not there."""
    vehicles = files.vehicles_of(seizure_ids)
    if len(vehicles) != len(set(seizure_ids)):
        raise not_found()
    opened = files.open(vehicles.values())
    found = {seizure_id: opened[vehicles[seizure_id]] for seizure_id in seizure_ids}
    filing = accepted.filing
    for seizure_id, file in found.items():
        record = file.records[seizure_id]
        if record.debtor_key != filing.subject_key:
            raise not_found()
    return found
