"""Courts and units that ask the services of referrals over the wire's messages, and files of referrals in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from services.chassis.clock import ManualClock
from services.chassis.ids import RandomIds
from services.filing.desk import Desk
from services.filing.domain import Author, Filing, RequestKey
from services.referral.changes import Change
from services.referral.domain import Calendars
from services.referral.investigation.server import InvestigationServicer
from services.referral.referrals.domain import MOST_SHOWN, ReferralFile, ReferralPaper, ReferralRecord, Step
from services.referral.referrals.files import Files
from services.referral.referrals.server import ReferralServicer
from tests.unit.filing.memory import MemoryStore
from tests.unit.referral.asked import NOW, call, verify
from tests.unit.referral.domain.referred import CALENDARS, COURT, UNIT


class Exchange:
    """Courts and units; the clock stands until it is told to go on.

    Args:
        store: The files of referrals; in memory where none are given.
        verify: Verifies papers.
        clock: Source of now.
        supplement_days: How long a court has to complete a package.
    """

    def __init__(self, store=None, *, verify=verify, clock=None, supplement_days=3):
        self.clock = clock or ManualClock(NOW)
        self.store = store or MemoryReferrals()
        self.desk = Desk(self.store, verify, self.clock, RandomIds())
        self._courts = ReferralServicer(self.desk)
        self._units = InvestigationServicer(self.desk, supplement_days=supplement_days)

    async def court(self, request, *, court=COURT, **known):
        """A court asks."""
        return await self._ask(self._courts, request, by=court, **known)

    async def unit(self, request, *, unit=UNIT, **known):
        """A unit asks."""
        return await self._ask(self._units, request, by=unit, **known)

    async def _ask(self, servicer, request, **known):
        made = call(request, when=self.clock.now(), **known)
        return await getattr(servicer, made.method.full_name.rpartition("/")[2])(request, made)


class MemoryReferrals(MemoryStore):
    """The files of referrals, and what was told of them."""

    def __init__(self):
        super().__init__()
        self.files: dict[str, ReferralFile] = {}
        self.pdfs: dict[bytes, bytes] = {}
        self.told: list[Change] = []

    async def change(self, filing: Filing, act: Callable[[Files], bytes]) -> bytes:
        return await self.step(filing.key, [paper.pdf for paper in filing.papers], act)

    async def step(self, key: RequestKey, papers: Sequence[bytes], act: Callable[[Files], bytes]) -> bytes:
        answered = await self.answered(key)
        if answered is not None:
            return answered
        within = _MemoryFiles(dict(self.files), by=key.court_code)
        answer = act(within)
        self.files = within.files
        self.told += within.told
        self.pdfs |= {hashlib.sha256(pdf).digest(): pdf for pdf in papers}
        self.answers[key.court_code, key.request_id] = (key, answer)
        self.changes += 1
        return answer

    async def find(self, referral_id: str) -> tuple[ReferralFile | None, Calendars]:
        return self._shown(self.files.get(referral_id)), CALENDARS

    async def of_suspect(
        self, author: Author, number: str, *, as_of: datetime
    ) -> tuple[tuple[ReferralFile, ...], Calendars]:
        found = [f for f in self.files.values() if f.is_of(author) and f.has_suspect(number)]
        sent = [self._shown(file) for file in found if file.record.sent_at <= as_of]
        return tuple(sent[-MOST_SHOWN:]), CALENDARS

    async def of_unit(self, unit: str, *, state: int | None, before: int, most: int):
        places = [
            (place, file)
            for place, file in enumerate(self.files.values(), start=1)
            if file.unit == unit and place < before and state in {None, file.standing(file.last_at).state}
        ]
        return tuple(places[::-1][:most]), CALENDARS

    async def paper(self, sha256: bytes) -> bytes | None:
        return self.pdfs.get(sha256)

    def _shown(self, file: ReferralFile | None) -> ReferralFile | None:
        if file is None:
            return None
        key = file.record.referral_id
        later = [f.record for f in self.files.values() if f.record.predecessor == key]
        return replace(file, successors=tuple((record.referral_id, record.sent_at) for record in later))


class _MemoryFiles:
    """The files within one change."""

    def __init__(self, files: dict[str, ReferralFile], *, by: str) -> None:
        self.files = files
        self.told: list[Change] = []
        self._by = by

    def suspect_key(self, author: Author, number: str) -> str:
        return hashlib.sha256(f"{author}|{number}".encode()).hexdigest()

    def rivals(self, author: Author, numbers: Collection[str]) -> list[ReferralFile]:
        return [f for f in self.files.values() if f.is_of(author) and any(map(f.has_suspect, numbers))]

    def open(self, referral_id: str) -> ReferralFile | None:
        return self.files.get(referral_id)

    def calendars(self) -> Calendars:
        return CALENDARS

    def send(self, record: ReferralRecord, papers: Sequence[ReferralPaper]) -> ReferralFile:
        return self._keep((), ReferralFile(record).followed_by((), papers))

    def add(self, file: ReferralFile, steps: Sequence[Step], papers: Sequence[ReferralPaper] = ()) -> ReferralFile:
        request = len(file.steps).to_bytes(4)
        return self._keep(file.facts, file.followed_by([replace(s, request=request) for s in steps], papers))

    def _keep(self, before, file: ReferralFile) -> ReferralFile:
        self.files[file.record.referral_id] = file
        self.told.append(Change(file.record.referral_id, before, file.facts, at=file.last_at, by=self._by))
        return file
