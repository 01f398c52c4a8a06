"""Letters of units: what is typeset for a unit to seal, and what a sealed one must mention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from services.codes.courts import COURTS
from services.codes.police import name_of
from services.papers import SealedPaper, mentions
from services.papers.fonts import shown
from services.papers.letters import FeedbackLetter, Filed, Matter, ReasonedOpinion, typeset
from services.referral.domain import Decision
from services.referral.investigation.domain import Mention, UnitLetter, decisions_of, without_feet
from services.referral.referrals.domain import ReferralFile
from xiezhi.errors import Reason, Violation, error, invalid_fields


def draft(file: ReferralFile, letter: UnitLetter, *, issued_on: date) -> bytes:
    """Sets the feedback or the opinion, as the suspects are decided; the same content makes the same bytes.

    Args:
        file: The referral.
        letter: The letter without its file; what it is follows from the decision.
        issued_on: Date of the letter.

    Raises:
        XiezhiError: REFERRAL_NOT_FOUND, NOT_DECIDED, REASONS_MISSING, or FIELDS_INVALID for reasons of a feedback and
            for a letter of more pages than one may have.
    """
    decisions = decisions_of(file, letter.places)
    names = tuple(file.record.suspects[place].party.name for place in letter.places)
    if decisions[0][0].decision is Decision.FILED:
        if letter.reasons:
            raise invalid_fields(Violation("reasons", "a feedback of a filing has none"))
        filed = tuple(
            Filed(name, decided.decided_on, number) for name, (decided, number) in zip(names, decisions, strict=True)
        )
        content = FeedbackLetter(_matter(file, issued_on), letter.number, issued_on, filed=filed, contact=None).letter()
    else:
        if not letter.reasons or not all(reason.strip() for reason in letter.reasons):
            raise error(Reason.REASONS_MISSING, "The opinion not to file says why in writing: state the reasons.")
        opinion = ReasonedOpinion(
            _matter(file, issued_on), letter.number, issued_on, suspects=names, reasons=letter.reasons, contact=None
        )
        content = opinion.letter()
    try:
        return typeset(content)
    except ValueError:
        raise invalid_fields(Violation("reasons", "they make a letter of too many pages: shorten them")) from None


def require_mentions(paper: SealedPaper, file: ReferralFile, letter: UnitLetter) -> None:
    """Makes sure that a sealed letter is about the case, the suspects and the reasons that it is given for.

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
            raise invalid_fields(Violation("letter_pdf", f"it does not mention {sought.what}"))


def _sought(file: ReferralFile, letter: UnitLetter) -> Iterator[Mention]:
    yield _mention("the case number", file.record.case_number)
    yield _mention("document_number", letter.number)
    for place in letter.places:
        yield _mention(f"suspect {place}", file.record.suspects[place].party.name)
    for number, reason in enumerate(letter.reasons):
        yield _mention(f"reasons[{number}]", reason)


def _mention(what: str, text: str) -> Mention:
    return Mention(what, tuple(dict.fromkeys((text, shown(text)))))


def _matter(file: ReferralFile, issued_on: date) -> Matter:
    record, receipt = file.record, file.standing(file.last_at).receipts[-1]
    return Matter(
        unit=name_of(file.unit, on=issued_on),
        court=COURTS[record.court_code].name,
        case_number=record.case_number,
        referral_number=record.letter_number,
        receipt_number=receipt.receipt_number,
        received_at=receipt.signed_at,
    )
