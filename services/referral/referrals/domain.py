"""Referrals as they are filed: what is kept of what a court sends, and all that happened to it later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import IntEnum

from services.codes.legal_time import legal_date
from services.filing.domain import Author, Contact, Party
from services.referral.domain import Fact, Referral, Sent, Transferred, referral_at
from xiezhi.errors import Reason, XiezhiError, error

LATEST = datetime.max.replace(tzinfo=UTC)
"""Moment after everything, for what is asked about as it stands now: clocks of replicas differ by a moment."""

MOST_SHOWN = 100
"""How many referrals of a suspect in a case are shown, the newest ones."""


class PaperKind(IntEnum):
    """What a document of a referral is, the values of `xiezhi.referral.v1.ReferralDocumentKind`."""

    LETTER = 1
    ACCOUNT = 2
    SUPPLEMENT = 3
    FEEDBACK = 4
    OPINION = 5
    RECEIPT = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence in a package.

    Attributes:
        kind: Its class, a value of `xiezhi.referral.v1.EvidenceClass`.
        title: What it is.
        sha256: SHA-256 of its file, 32 bytes; empty for what is no file.
    """

    kind: int
    title: str = field(repr=False)
    sha256: bytes = b""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A suspect as the court named them.

    Attributes:
        key: Key of the suspect, without meaning; the same for one person in all referrals of the case.
        party: Who it is.
        party_type: A value of `xiezhi.common.v1.PartyType`.
        number_type: A value of `xiezhi.common.v1.IdentityNumberType`.
    """

    key: str
    party: Party
    party_type: int
    number_type: int


@dataclass(frozen=True, slots=True)
class ReferralRecord:
    """A referral as it was sent.

    Attributes:
        referral_id: Its key, a UUID.
        court_code: Code of the court.
        case_number: Number of its case, in normal form.
        unit: Code of the unit that it was sent to, 12 digits.
        sent_at: When it was sent.
        suspects: The suspects in their places.
        facts: The facts as the court sees them.
        evidence: The evidence in the package.
        letter_number: Number of the letter of referral (案件移送函).
        officer_id: The handling judge, as the court's token names them.
        handler: How to reach them.
        predecessor: Key of the referral that it follows; empty where it is the first.
        sent_on: Day on which it went out, where that was on paper first; None for that of `sent_at`.
    """

    referral_id: str
    court_code: str
    case_number: str
    unit: str
    sent_at: datetime
    suspects: tuple[Suspect, ...]
    facts: str = field(repr=False)
    evidence: tuple[Evidence, ...]
    letter_number: str
    officer_id: str
    handler: Contact
    predecessor: str = ""
    sent_on: date | None = None

    @property
    def sent(self) -> Sent:
        """The fact."""
        return Sent(
            self.sent_at,
            self.court_code,
            self.case_number,
            self.unit,
            suspects=tuple(suspect.key for suspect in self.suspects),
            sent_on=self.sent_on or legal_date(self.sent_at),
            follows=self.predecessor,
        )

    def place_of(self, key: str) -> int:
        """Returns the place of a suspect."""
        return next(place for place, suspect in enumerate(self.suspects) if suspect.key == key)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did something to a referral, and what was written with it.

    Attributes:
        organisation: Court code or unit; empty where the exchange did it.
        officer_id: The officer; empty likewise.
        text: What was written: what is missing, why it was extended, the reasons.
        number: Number of the decision or letter; empty where there is none.
        evidence: Evidence that came with it.
    """

    organisation: str = ""
    officer_id: str = ""
    text: str = field(default="", repr=False)
    number: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a referral after it was sent, as it is kept.

    Attributes:
        fact: The fact.
        deed: Who did it.
        request: Digest of the request that did it, which the facts of one request share; empty where none did.
    """

    fact: Fact
    deed: Deed
    request: bytes = b""


@dataclass(frozen=True, slots=True)
class ReferralPaper:
    """A document of a referral.

    Attributes:
        sha256: SHA-256 of the file, 32 bytes.
        kind: What it is.
        number: Its number.
        sealed_by: Court code or unit whose seal is on it.
        at: When it was received here.
    """

    sha256: bytes
    kind: PaperKind
    number: str
    sealed_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReferralFile:
    """A referral and all that happened to it.

    Attributes:
        record: How it was sent.
        steps: What happened later, the oldest first.
        papers: Its documents, the oldest first.
        successors: Keys of the referrals that follow it, with the instants at which they were sent; the oldest first.
    """

    record: ReferralRecord
    steps: tuple[Step, ...] = ()
    papers: tuple[ReferralPaper, ...] = ()
    successors: tuple[tuple[str, datetime], ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts, the oldest first."""
        return (self.record.sent, *(step.fact for step in self.steps))

    def standing(self, at: datetime) -> Referral:
        """Returns how it stands at a moment not before it was sent.

        Raises:
            ValueError: If it was not sent then.
        """
        found = referral_at(self.facts, at)
        if found is None:
            raise ValueError("the referral was not sent by then")
        return found

    @property
    def last_at(self) -> datetime:
        """Instant of the last fact."""
        return max(fact.at for fact in self.facts)

    @property
    def unit(self) -> str:
        """The unit that it lies with, after all that has happened."""
        return self.standing(self.last_at).unit_at(self.last_at)

    @property
    def units(self) -> tuple[str, ...]:
        """The units that it lies or lay with, the present one first, each once."""
        passed = (step.fact.unit for step in reversed(self.steps) if isinstance(step.fact, Transferred))
        return tuple(dict.fromkeys((self.unit, *passed, self.record.unit)))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence in the package, and what came later."""
        return (*self.record.evidence, *(piece for step in self.steps for piece in step.deed.evidence))

    def is_of(self, author: Author) -> bool:
        """Whether it is of a court and case."""
        return (self.record.court_code, self.record.case_number) == (author.court_code, author.case_number)

    def has_suspect(self, number: str) -> bool:
        """Whether one of the suspects has a number, in normal form."""
        return any(suspect.party.number == number for suspect in self.record.suspects)

    def paper(self, sha256: bytes) -> ReferralPaper | None:
        """Returns a document; None where the referral has none of this SHA-256."""
        return next((paper for paper in self.papers if paper.sha256 == sha256), None)

    def followed_by(self, steps: Iterable[Step], papers: Iterable[ReferralPaper] = ()) -> ReferralFile:
        """Returns the file with more steps and documents; a document that it has already stays as it is."""
        known = {paper.sha256: paper for paper in reversed((*self.papers, *papers))}
        ordered = dict.fromkeys(paper.sha256 for paper in (*self.papers, *papers))
        return replace(self, steps=(*self.steps, *steps), papers=tuple(known[sha256] for sha256 in ordered))

    def until(self, moment: datetime) -> ReferralFile:
        """Returns the file as it was at a moment not before the referral was sent."""
        return replace(
            self,
            steps=tuple(step for step in self.steps if step.fact.at <= moment),
            papers=tuple(paper for paper in self.papers if paper.at <= moment),
            successors=tuple(one for one in self.successors if one[1] <= moment),
        )


def not_found() -> XiezhiError:
    """Makes the refusal of a referral that is not there, or not the caller's."""
    return error(Reason.REFERRAL_NOT_FOUND, "There is no such referral, or it has no such suspect: check the names.")


def no_document() -> XiezhiError:
    """Makes the refusal of a document that the referral does not have."""
    return error(Reason.NOT_FOUND, "The referral has no document of this SHA-256: take one from its list.")
