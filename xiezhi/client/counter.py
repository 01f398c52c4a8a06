"""What a counter of the exit-entry administration knows while the exchange cannot be asked.

A copy holds nobody longer than the exchange itself would: every item has its own end, and the whole copy a lease.
Whoever is not found in a copy that is complete passes; in every case of doubt the counter checks by hand.

    copy = CounterCopy()
    follower = Follower(copy, ApplicationCounterServiceStub(client.channel))
    threading.Thread(target=follower.follow, daemon=True).start()

    verdict = copy.decide(id_number, datetime.now(UTC))
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum, auto
from operator import mul

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from xiezhi.exit_restriction.v1 import counter_pb2

HASH_BYTES = 16

_CITIZEN = re.compile("[1-9][0-9]{16}[0-9X]")
_FOREIGNER = re.compile("[A-Z]{3}[0-9]{12}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"

_ENDING = frozenset({counter_pb2.COPY_CHANGE_RELEASED, counter_pb2.COPY_CHANGE_SUPERSEDED})
"""Changes after which a restriction never goes on."""
_KNOWN = _ENDING | {
    counter_pb2.COPY_CHANGE_PRESENT,
    counter_pb2.COPY_CHANGE_FILED,
    counter_pb2.COPY_CHANGE_RENEWED,
    counter_pb2.COPY_CHANGE_EXPIRED,
}


class Decision(IntEnum):
    """What a counter does with an application, the values of `xiezhi.exit_restriction.v1.ApplicationDecision`."""

    PASS = 1
    RESTRICTED = 2
    MANUAL = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a copy says of an applicant.

    Attributes:
        decision: What the counter does.
        grounds: What the applicant may be told; empty unless RESTRICTED.
    """

    decision: Decision
    grounds: tuple[counter_pb2.Ground, ...] = ()


class _State(Enum):
    EMPTY = auto()
    LOADING = auto()
    COMPLETE = auto()


@dataclass(slots=True)
class _Kept:
    """A restriction as far as items have told.

    What is kept does not depend on the order of items or on how often they come: terms only grow, and what was released
    stays released.
    """

    hashes: frozenset[bytes]
    begins: datetime
    ends: datetime
    closed: datetime | None
    ground: counter_pb2.Ground

    def holds(self, now: datetime) -> bool:
        return self.begins <= now < self.end

    @property
    def end(self) -> datetime:
        return self.ends if self.closed is None else self.closed

    def join(self, other: _Kept) -> None:
        self.hashes |= other.hashes
        self.begins = max(self.begins, other.begins)
        if (other.ends, other.ground.SerializeToString(deterministic=True)) > (
            self.ends,
            self.ground.SerializeToString(deterministic=True),
        ):
            self.ends, self.ground = other.ends, other.ground
        closings = [closed for closed in (self.closed, other.closed) if closed is not None]
        self.closed = min(closings, default=None)


class CounterCopy:
    """The restrictions as one counter has them, in memory only. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: algorithms.AES | None = None
        self._lease_end: datetime | None = None
        self._forget()

    @property
    def cursor(self) -> str:
        """Where to go on; empty where the copy must begin with a snapshot."""
        with self._lock:
            return self._cursor

    @property
    def lease_end(self) -> datetime | None:
        """Until when what the copy has may be used, UTC, exclusive; None where it has nothing."""
        with self._lock:
            return self._lease_end

    @property
    def is_empty(self) -> bool:
        """Whether the copy has nothing, and takes nothing before `begin`."""
        with self._lock:
            return self._state is _State.EMPTY

    def use_key(self, key: bytes) -> None:
        """Takes the leased key; under another key than before nothing that the copy has can be found.

        Args:
            key: The key, 16 bytes.

        Raises:
            ValueError: If it has another size.
        """
        if len(key) != HASH_BYTES:
            raise ValueError(f"the key of a counter has {HASH_BYTES} bytes")
        with self._lock:
            if self._key is None or self._key.key != key:
                self._key = algorithms.AES(key)
                self._forget()

    def begin(self) -> None:
        """Forgets everything and waits for a snapshot."""
        with self._lock:
            self._forget()
            self._state = _State.LOADING

    def forget(self) -> None:
        """Forgets everything; until a snapshot has come every application is checked by hand."""
        with self._lock:
            self._forget()

    def lapse(self, now: datetime) -> None:
        """Forgets everything if the lease is over; whoever asks later would have it forgotten too."""
        with self._lock:
            self._lapse(now)

    def apply(self, answer: counter_pb2.WatchRestrictionsResponse, now: datetime) -> bool:
        """Takes an answer in; one that has been taken in already changes nothing.

        Args:
            answer: An answer of WatchRestrictions, in the order of its stream.
            now: The current instant, aware.

        Returns:
            Whether the copy goes on; False where its lease is over or an item is not understood, so that everything is
            forgotten and a snapshot must come first.
        """
        with self._lock:
            self._lapse(now)
            if self._state is _State.EMPTY:
                return False
            if not all(map(_is_understood, answer.copies)):
                self._forget()
                return False
            self._take(answer.copies)
            if answer.HasField("lease_end_time"):
                told = answer.lease_end_time.ToDatetime(UTC)
                self._lease_end = told if self._lease_end is None else max(self._lease_end, told)
            if answer.snapshot_complete:
                self._state = _State.COMPLETE
            if self._state is _State.COMPLETE and answer.cursor:
                self._cursor = answer.cursor
            if not answer.copies:
                self._prune(now)
            self._lapse(now)
            return self._state is not _State.EMPTY

    def decide(self, id_number: str, now: datetime) -> Verdict:
        """Says what to do with an application.

        Args:
            id_number: The applicant's number, of a citizen or of a foreign permanent resident.
            now: The current instant, aware.
        """
        number = _normal(id_number)
        with self._lock:
            self._lapse(now)
            if self._key is None or self._lease_end is None or not number:
                return Verdict(Decision.MANUAL)
            names = self._names.get(_hash(self._key, number), ())
            grounds = tuple(kept.ground for name in names if (kept := self._kept[name]).holds(now))
            if grounds:
                return Verdict(Decision.RESTRICTED, grounds)
            return Verdict(Decision.PASS if self._state is _State.COMPLETE else Decision.MANUAL)

    def __len__(self) -> int:
        """How many restrictions the copy has, with those that are over and not yet forgotten."""
        with self._lock:
            return len(self._kept)

    def _lapse(self, now: datetime) -> None:
        if self._lease_end is not None and now >= self._lease_end:
            self._forget()

    def _forget(self) -> None:
        self._state = _State.EMPTY
        self._cursor = ""
        self._lease_end = None
        self._kept: dict[str, _Kept] = {}
        self._names: dict[bytes, set[str]] = {}

    def _take(self, items: Iterable[counter_pb2.RestrictionCopy]) -> None:
        for item in items:
            told = _read(item)
            kept = self._kept.setdefault(item.name, told)
            if kept is not told:
                kept.join(told)
            for one in told.hashes:
                self._names.setdefault(one, set()).add(item.name)

    def _prune(self, now: datetime) -> None:
        """Forgets what no item can bring back: its last term is over, not only it."""
        for name in [name for name, kept in self._kept.items() if now >= max(kept.ends, kept.end)]:
            for one in self._kept.pop(name).hashes:
                names = self._names[one]
                names.discard(name)
                if not names:
                    del self._names[one]


def _is_understood(item: counter_pb2.RestrictionCopy) -> bool:
    """Whether an item says what is kept of it; one without an end never does."""
    return (
        item.change in _KNOWN
        and item.HasField("effective_time")
        and item.HasField("end_time")
        and bool(item.person_hashes)
        and all(len(one) == HASH_BYTES for one in item.person_hashes)
    )


def _read(item: counter_pb2.RestrictionCopy) -> _Kept:
    ends = item.end_time.ToDatetime(UTC)
    return _Kept(
        hashes=frozenset(item.person_hashes),
        begins=item.effective_time.ToDatetime(UTC),
        ends=ends,
        closed=ends if item.change in _ENDING else None,
        ground=item.ground,
    )


def _normal(text: str) -> str:
    """Returns a number in the form in which the exchange hashes it; empty where it is none, or an old one."""
    number = text.strip().upper()
    if _CITIZEN.fullmatch(number):
        check = _CHECK_CHARACTERS[sum(map(mul, _WEIGHTS, map(int, number[:17]))) % len(_CHECK_CHARACTERS)]
        return number if check == number[17] else ""
    return number if _FOREIGNER.fullmatch(number) else ""


def _hash(key: algorithms.AES, number: str) -> bytes:
    mac = CMAC(key)
    mac.update(number.encode())
    return mac.finalize()
