"""The use cases of courts: what they refer on papers that hold, supplement and take back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.chassis.ids import IdSource
from services.codes.legal_time import legal_date
from services.codes.police import is_at_place_of
from services.filing.desk import Accepted
from services.papers.fonts import shown
from services.referral.domain import Item, Letter, next_instant, send, supplement, withdraw
from services.referral.referrals.domain import (
    Deed,
    Evidence,
    PaperKind,
    ReferralFile,
    ReferralPaper,
    ReferralRecord,
    Step,
    Suspect,
    not_found,
)
from services.referral.referrals.files import Files
from xiezhi.errors import Reason, Violation, error, invalid_fields

LETTER = 0
"""Place of the letter of referral among the papers, which must name the suspects."""


@dataclass(frozen=True, slots=True)
class Package:
    """What a court refers (移送材料).

    Attributes:
        unit: Code of the unit, 12 digits.
        suspects: The suspects in their places, without keys.
        facts: The facts as the court sees them.
        evidence: The evidence.
        items: What the package consists of.
        predecessor: Key of the referral that it follows; empty where it is the first.
        sent_on: Day on which it went out, where that was on paper first; None for today.
    """

    unit: str
    suspects: tuple[Suspect, ...]
    facts: str = field(repr=False)
    evidence: tuple[Evidence, ...]
    items: frozenset[Item]
    predecessor: str = ""
    sent_on: date | None = None


def names_of(suspects: Iterable[Suspect]) -> tuple[str, ...]:
    """Returns the names that a letter must mention, and each as it is set where the font lacks a character."""
    return tuple(dict.fromkeys(form for s in suspects for form in (s.party.name, shown(s.party.name))))


def send_one(package: Package, accepted: Accepted, files: Files, *, officer_id: str, ids: IdSource) -> ReferralFile:
    """Refers suspects to a unit.

    Args:
        package: What is referred.
        accepted: The order.
        files: The files of referrals.
        officer_id: The handling judge.
        ids: Source of ids.

    Raises:
        XiezhiError: REFERRAL_PACKAGE_INCOMPLETE, REFERRAL_WRONG_UNIT, REFERRAL_EXISTS, REFERRAL_NOT_FOUND for a
            predecessor that is none, REFERRAL_STATE for a letter of a day to come that went on paper, or FIELDS_INVALID
            where the letter does not name a suspect.
    """
    author = accepted.filing.author
    rivals = files.rivals(author, [s.party.number for s in package.suspects])
    # As earlier referrals name them, of which the keys may be from before the keyring was changed.
    known = {s.party.number: s.key for rival in rivals for s in rival.record.suspects}
    suspects = tuple(
        replace(s, key=known.get(s.party.number) or files.suspect_key(author, s.party.number)) for s in package.suspects
    )
    # After all that has happened to them, whatever the clocks of two replicas say.
    now = next_instant((fact for rival in rivals for fact in rival.facts), accepted.now)
    letter = Letter(
        author.court_code,
        author.case_number,
        package.unit,
        suspects=tuple(s.key for s in suspects),
        sent_on=package.sent_on or legal_date(now),
        items=package.items,
        follows=package.predecessor,
    )
    sent = send(letter, [rival.facts for rival in rivals], now=now)
    if not is_at_place_of(package.unit, author.court_code, on=sent.sent_on):
        raise error(Reason.REFERRAL_WRONG_UNIT, "The unit is not at the court's place: name the one that is.")
    _require_named(suspects, accepted)
    _require_predecessor(package, accepted, files)
    record = ReferralRecord(
        str(ids.uuid()),
        author.court_code,
        author.case_number,
        package.unit,
        sent_at=sent.at,
        suspects=suspects,
        facts=package.facts,
        evidence=package.evidence,
        letter_number=accepted.documents[LETTER].number,
        officer_id=officer_id,
        handler=accepted.filing.handler,
        predecessor=package.predecessor,
        sent_on=package.sent_on,
    )
    return files.send(record, _papers(accepted, PaperKind.LETTER, PaperKind.ACCOUNT))


def supplement_one(
    referral_id: str, evidence: tuple[Evidence, ...], accepted: Accepted, *, files: Files, officer_id: str
) -> ReferralFile:
    """Completes a package.

    Args:
        referral_id: Key of the referral.
        evidence: Further evidence.
        accepted: The order.
        files: The files of referrals.
        officer_id: The handling judge.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND or REFERRAL_STATE.
    """
    file = _find(referral_id, accepted, files)
    fact = supplement(file.facts, now=accepted.now)
    number = accepted.documents[0].number
    deed = Deed(file.record.court_code, officer_id, number=number, evidence=evidence)
    return files.add(file, [Step(fact, deed)], _papers(accepted, PaperKind.SUPPLEMENT))


def withdraw_one(referral_id: str, reason: str, accepted: Accepted, *, files: Files, officer_id: str) -> ReferralFile:
    """Takes a referral back.

    Args:
        referral_id: Key of the referral.
        reason: Why.
        accepted: The order.
        files: The files of referrals.
        officer_id: The handling judge.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND or REFERRAL_STATE.
    """
    file = _find(referral_id, accepted, files)
    fact = withdraw(file.facts, now=accepted.now)
    return files.add(file, [Step(fact, Deed(file.record.court_code, officer_id, reason))])


def _find(referral_id: str, accepted: Accepted, files: Files) -> ReferralFile:
    """Opens a referral; that of another court, case or suspect looks like one that is not there."""
    file, filing = files.open(referral_id), accepted.filing
    if file is None or not file.is_of(filing.author) or not file.has_suspect(filing.subject_key):
        raise not_found()
    return file


def _require_named(suspects: Iterable[Suspect], accepted: Accepted) -> None:
    for place, suspect in enumerate(suspects):
        if not accepted.mentions_any(LETTER, names_of([suspect])):
            what = "the letter of referral names no such suspect: write the name as it does"
            raise invalid_fields(Violation(f"suspects[{place}].name", what))


def _require_predecessor(package: Package, accepted: Accepted, files: Files) -> None:
    """Makes sure that what is followed is of this case and of one of the suspects, about whom there is new evidence."""
    if package.predecessor:
        file, numbers = files.open(package.predecessor), [s.party.number for s in package.suspects]
        if file is None or not file.is_of(accepted.filing.author) or not any(map(file.has_suspect, numbers)):
            raise not_found()


def _papers(accepted: Accepted, *kinds: PaperKind) -> tuple[ReferralPaper, ...]:
    court = accepted.filing.author.court_code
    return tuple(
        ReferralPaper(document.sha256, kind, document.number, court, accepted.now)
        for kind, document in zip(kinds, accepted.documents, strict=True)
    )
