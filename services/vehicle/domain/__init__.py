"""What the vehicle service decides: which seizures stand, which orders are let in, and what follows from a check."""

from services.codes.facts import next_instant
from services.vehicle.domain.admission import dispose, extend, identify, lift, register, withdraw
from services.vehicle.domain.checks import Outcome, Trigger, Verdict, judge
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
from services.vehicle.domain.records import RegisteredVehicle, TransferNotice
from services.vehicle.domain.seizures import SeizureState, Standing, next_change_after, standing_at, statuses_with
from services.vehicle.domain.sightings import WINDOW, Sighting
from services.vehicle.domain.violations import (
    NOTICE_POLICY,
    Clearing,
    ClearingOutcome,
    Item,
    PointsPolicy,
    Sale,
    Violation,
    Visit,
    clear,
    policy_on,
)

__all__ = [
    "MAX_TERM_MONTHS",
    "NOTICE_POLICY",
    "WINDOW",
    "Clearing",
    "ClearingOutcome",
    "Disposed",
    "Extended",
    "Fact",
    "Item",
    "Lifted",
    "Match",
    "Note",
    "Outcome",
    "PointsPolicy",
    "RegisteredVehicle",
    "Registration",
    "Sale",
    "SeizureOrder",
    "SeizureState",
    "Served",
    "Sighting",
    "Standing",
    "Term",
    "TransferNotice",
    "Trigger",
    "Verdict",
    "Violation",
    "Visit",
    "Withdrawn",
    "clear",
    "dispose",
    "extend",
    "identify",
    "judge",
    "lift",
    "next_change_after",
    "next_instant",
    "policy_on",
    "register",
    "standing_at",
    "statuses_with",
    "withdraw",
]
