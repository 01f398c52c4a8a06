"""The use cases of units: each step is let in by the domain, kept with who took it, and told to the court."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.codes.legal_time import legal_date
from services.codes.police import is_known
from services.referral import domain
from services.referral.domain import Fact, Received, Review
from services.referral.investigation.domain import (
    LetterKind,
    Officer,
    Reopening,
    Ruling,
    UnitLetter,
    decisions_of,
    keys_of,
    require_lies_with,
)
from services.referral.referrals.domain import Deed, PaperKind, ReferralFile, ReferralPaper, Step
from services.referral.referrals.files import Files
from xiezhi.errors import Reason, error


def receive_one(
    referral_id: str, receipt: UnitLetter, officer: Officer, *, sha256: bytes, files: Files, now: datetime
) -> ReferralFile:
    """Signs for a referral.

    Args:
        referral_id: Key of the referral.
        receipt: The unit's receipt, which holds if it has a file.
        officer: Who signs.
        sha256: SHA-256 of its file, 32 bytes.
        files: The files of referrals.
        now: The current instant.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND or REFERRAL_STATE.
    """
    file = _open(referral_id, officer, files)
    fact, papers = reception(file, receipt, now=now), []
    if receipt.pdf:
        papers.append(ReferralPaper(sha256, PaperKind(receipt.kind), receipt.number, officer.unit, now))
    return _add(file, [fact], _deed(officer, number=receipt.number), files=files, papers=papers)


def reception(file: ReferralFile, receipt: UnitLetter, *, now: datetime) -> Received:
    """Returns what happens by a receipt.

    Args:
        file: The referral.
        receipt: The receipt.
        now: The current instant.

    Raises:
        XiezhiError: REFERRAL_STATE.
    """
    # Else the signature is the step itself; it is not before the sending, whatever the clocks of two replicas say.
    at = receipt.signed_at or domain.next_instant(file.facts, now)
    return domain.receive(file.facts, receipt.number, signed_at=at, now=now)


def request_supplement(
    referral_id: str, missing: str, officer: Officer, *, days: int, files: Files, now: datetime
) -> ReferralFile:
    """Asks the court for what is missing, within so many days; as `receive_one`.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND, NOT_RECEIVED or REFERRAL_STATE.
    """
    file = _open(referral_id, officer, files)
    fact = domain.request_supplement(file.facts, now=now, days=days)
    return _add(file, [fact], _deed(officer, missing), files=files)


def transfer_one(
    referral_id: str, unit: str, officer: Officer, *, reason: str, files: Files, now: datetime
) -> ReferralFile:
    """Passes a referral on to the unit that has jurisdiction; as `receive_one`.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND, NOT_RECEIVED, REFERRAL_STATE, REFERRAL_WRONG_UNIT or TRANSFER_TOO_LATE.
    """
    file = _open(referral_id, officer, files)
    if not is_known(unit, on=legal_date(now)):
        raise error(Reason.REFERRAL_WRONG_UNIT, "There is no such division of Jiangxi: name a unit of one.")
    fact = domain.transfer(file.facts, unit, now=now)
    return _add(file, [fact], _deed(officer, reason), files=files)


def extend_one(
    referral_id: str, review: Review, officer: Officer, *, reason: str, files: Files, now: datetime
) -> ReferralFile:
    """Extends a review; the officer is who approves of it. As `receive_one`.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND, NOT_RECEIVED, REFERRAL_STATE or EXTENSION_NOT_ENTITLED.
    """
    file = _open(referral_id, officer, files)
    fact = domain.extend(file.facts, review, officer.rank, calendars=files.calendars(), now=now)
    return _add(file, [fact], _deed(officer, reason), files=files)


def decide_all(referral_id: str, ruling: Ruling, officer: Officer, *, files: Files, now: datetime) -> ReferralFile:
    """Decides about suspects, all of them or none; as `receive_one`.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND, NOT_RECEIVED, REFERRAL_STATE, DECISION_DATE_INVALID or ALREADY_GIVEN.
    """
    file = _open(referral_id, officer, files)
    made: list[Fact] = []
    for key in keys_of(file, ruling.places):
        fact = domain.decide(
            (*file.facts, *made),
            key,
            ruling.decision,
            decided_on=ruling.decided_on,
            now=now,
            has_reason_for_date=bool(ruling.late_reason.strip()),
        )
        made.append(fact)
    return _add(file, made, _deed(officer, ruling.late_reason, number=ruling.number), files=files)


def reopen_all(
    referral_id: str, reopening: Reopening, officer: Officer, *, files: Files, now: datetime
) -> ReferralFile:
    """Takes suspects up again, all of them or none; as `receive_one`.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND, NOT_RECEIVED, NOT_DECIDED, REFERRAL_STATE or REOPENING_GROUND_MISSING.
    """
    file = _open(referral_id, officer, files)
    made: list[Fact] = []
    for key in keys_of(file, reopening.places):
        facts = (*file.facts, *made)
        made.append(domain.reopen(facts, key, reopening.ground, document=reopening.text, now=now))
    return _add(file, made, _deed(officer, reopening.text), files=files)


def answer_all(
    referral_id: str, letter: UnitLetter, officer: Officer, *, sha256: bytes, files: Files, now: datetime
) -> ReferralFile:
    """Gives a written answer about suspects, for all of them or none, by a letter that holds; as `receive_one`.

    Raises:
        XiezhiError: As `answers`.
    """
    file = _open(referral_id, officer, files)
    paper = ReferralPaper(sha256, PaperKind(letter.kind), letter.number, officer.unit, now)
    deed = _deed(officer, "\n".join(letter.reasons), number=letter.number)
    return _add(file, answers(file, letter, sha256=sha256, now=now), deed, files=files, papers=[paper])


def answers(file: ReferralFile, letter: UnitLetter, *, sha256: bytes, now: datetime) -> tuple[Fact, ...]:
    """Returns what happens by a letter.

    Args:
        file: The referral.
        letter: The letter.
        sha256: SHA-256 of its file, 32 bytes.
        now: The current instant.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND, NOT_RECEIVED, NOT_DECIDED, ALREADY_GIVEN, REFERRAL_STATE or REASONS_MISSING.
    """
    made: list[Fact] = []
    has_reasons = bool(letter.reasons) and all(reason.strip() for reason in letter.reasons)
    for key in keys_of(file, letter.places):
        facts = (*file.facts, *made)
        if letter.kind is LetterKind.FEEDBACK:
            made.append(domain.give_feedback(facts, key, now=now))
        else:
            made.append(domain.give_opinion(facts, key, has_reasons=has_reasons, now=now))
    _require_fresh(file, letter, file.paper(sha256))
    return tuple(made)


def _require_fresh(file: ReferralFile, letter: UnitLetter, given: ReferralPaper | None) -> None:
    """Makes sure that a letter is not one of an earlier decision, which cannot tell of this one."""
    if given is not None and any(given.at < decided.at for decided, _ in decisions_of(file, letter.places)):
        raise error(
            Reason.ALREADY_GIVEN,
            "The court has this letter from before the decision: write one of the decision and its reasons.",
        )


def _open(referral_id: str, officer: Officer, files: Files) -> ReferralFile:
    return require_lies_with(files.open(referral_id), officer)


def _deed(officer: Officer, text: str = "", *, number: str = "") -> Deed:
    return Deed(officer.unit, officer.officer_id, text, number)


def _add(
    file: ReferralFile, facts: Iterable[Fact], deed: Deed, *, files: Files, papers: Sequence[ReferralPaper] = ()
) -> ReferralFile:
    return files.add(file, [Step(fact, deed) for fact in facts], papers)
