"""What happened to the seizures (查封) of one vehicle: facts, to which more are added and which never change.

Each vehicle has facts of its own, also where one ruling names several: so one of them can be released and others not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

MAX_TERM_MONTHS = 24
"""Longest term of a seizure of movables, and of each extension.

Source:
    民诉法解释(2022) art 485 (2015: art 487).
"""


@dataclass(frozen=True, slots=True)
class Served:
    """The assistance notice (协助执行通知书) of a seizure was served on the police.

    Attributes:
        seizure_id: Key of the seizure.
        court_code: Code of the court that seizes.
        case_number: Number of its case, in normal form.
        at: Instant of service, from which the order of seizures is taken.
        sequence: Order in which the platform received them, which decides between those served at one instant.
        term_months: Term from the day on which it takes effect, 1 to `MAX_TERM_MONTHS`.
        last_day: Last day as the notice has it; None where it names none. The earlier of both ends counts.
    """

    seizure_id: str
    court_code: str
    case_number: str
    at: datetime
    sequence: int
    term_months: int = MAX_TERM_MONTHS
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Extended:
    """The court that seized extended the term (续行查封); the new term follows the old one without a gap.

    Attributes:
        seizure_id: Key of the seizure.
        at: Instant.
        term_months: Months that are added, 1 to `MAX_TERM_MONTHS`.
        last_day: Last day as the notice has it; None where it names none.
    """

    seizure_id: str
    at: datetime
    term_months: int = MAX_TERM_MONTHS
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Lifted:
    """The court that seized lifted the seizure (解除查封).

    Attributes:
        seizure_id: Key of the seizure.
        at: Instant.
    """

    seizure_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The court took back a seizure that was waiting.

    Attributes:
        seizure_id: Key of the seizure.
        at: Instant.
    """

    seizure_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Disposed:
    """The court that seized disposed of the vehicle (拍卖, 变卖, 以物抵债), which ends its seizure and all that wait.

    Attributes:
        seizure_id: Key of the seizure under which it did.
        at: Instant.
    """

    seizure_id: str
    at: datetime


Fact = Served | Extended | Lifted | Withdrawn | Disposed
"""Any of them."""
