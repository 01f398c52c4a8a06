"""Letters of units: what is typeset for a unit to seal, and what a sealed one must mention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from services.codes.courts import COURTS
from services.codes.police import name_of
from services.papers import SealedPaper, mentions
from services.papers.fonts import shown
from services.papers.letters import CaseReceipt, FeedbackLetter, Filed, Letter, Matter, ReasonedOpinion, typeset
from services.papers.numerals import plain_instant
from services.referral.domain import Decision
from services.referral.investigation.domain import LetterKind, Mention, UnitLetter, decisions_of, without_feet
from services.referral.referrals.domain import ReferralFile
from xiezhi.errors import Reason, Violation, error, invalid_fields


def draft(file: ReferralFile, letter: UnitLetter, *, issued_on: date) -> bytes:
    """Sets the receipt, or the feedback or opinion as the suspects are decided; the same content makes the same bytes.

    Args:
        file: The referral.
        letter: The letter without its file; what an answer is follows from the decision.
        issued_on: Date of the letter.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND, NOT_DECIDED, REASONS_MISSING, or FIELDS_INVALID for reasons of a feedback and
            for a letter of more pages than one may have.
    """
    is_receipt = letter.kind is LetterKind.RECEIPT
    content = (_receipt if is_receipt else _answer)(file, letter, issued_on=issued_on)
    try:
        return typeset(content)
    except ValueError:
        raise invalid_fields(Violation("reasons", "they make a letter of too many pages: shorten them")) from None


def _receipt(file: ReferralFile, letter: UnitLetter, *, issued_on: date) -> Letter:
    materials = (
        f"案件移送函一份（文号：{file.record.letter_number}）",
        "执行情况说明一份",
        f"证据材料{len(file.evidence)}件",
    )
    matter = _matter(file, issued_on, number=letter.number, at=letter.signed_at or file.last_at)
    return CaseReceipt(matter, letter.number, issued_on, materials=materials, contact=None).letter()


def _answer(file: ReferralFile, letter: UnitLetter, *, issued_on: date) -> Letter:
    receipts = file.standing(file.last_at).receipts
    decisions = decisions_of(file, letter.places)
    names = tuple(file.record.suspects[place].party.name for place in letter.places)
    matter = _matter(file, issued_on, number=receipts[-1].receipt_number, at=receipts[-1].signed_at)
    if decisions[0][0].decision is Decision.FILED:
        if letter.reasons:
            raise invalid_fields(Violation("reasons", "a feedback of a filing has none"))
        filed = tuple(
            Filed(name, decided.decided_on, number) for name, (decided, number) in zip(names, decisions, strict=True)
        )
        return FeedbackLetter(matter, letter.number, issued_on, filed=filed, contact=None).letter()
    if not letter.reasons or not all(reason.strip() for reason in letter.reasons):
        raise error(Reason.REASONS_MISSING, "The opinion not to file says why in writing: state the reasons.")
    opinion = ReasonedOpinion(matter, letter.number, issued_on, suspects=names, reasons=letter.reasons, contact=None)
    return opinion.letter()


def require_mentions(paper: SealedPaper, file: ReferralFile, letter: UnitLetter) -> None:
    """Makes sure that a sealed letter is about the case, and about the suspects, reasons or time that it is given for.

    Args:
        paper: The letter.
        file: The referral.
        letter: What it is said to be.

    Raises:
        InvalidArgument: FIELDS_INVALID, with what it does not mention and never the text.
    """
    whole = replace(paper, text=without_feet(paper.text))
    for sought in _sought(file, letter):
        if not any(mentions(one, form) for form in sought.forms for one in (paper, whole)):
            field = "receipt_pdf" if letter.kind is LetterKind.RECEIPT else "letter_pdf"
            raise invalid_fields(Violation(field, f"it does not mention {sought.what}"))


def _sought(file: ReferralFile, letter: UnitLetter) -> Iterator[Mention]:
    yield _mention("the case number", file.record.case_number)
    yield _mention("its number", letter.number)
    if letter.signed_at is not None:
        yield _mention("sign_time", plain_instant(letter.signed_at))
    for place in letter.places:
        yield _mention(f"suspect {place}", file.record.suspects[place].party.name)
    for number, reason in enumerate(letter.reasons):
        yield _mention(f"reasons[{number}]", reason)


def _mention(what: str, text: str) -> Mention:
    return Mention(what, tuple(dict.fromkeys((text, shown(text)))))


def _matter(file: ReferralFile, issued_on: date, *, number: str, at: datetime) -> Matter:
    """Returns what a letter is about: the referral, received under a number at an instant."""
    record = file.record
    return Matter(
        unit=name_of(file.unit, on=issued_on),
        court=COURTS[record.court_code].name,
        case_number=record.case_number,
        referral_number=record.letter_number,
        receipt_number=number,
        received_at=at,
    )
