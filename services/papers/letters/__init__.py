"""Letters (公函) between police and courts: what they say, and their pages as a PDF that is still to be sealed."""

from services.papers.letters.contents import CaseReceipt, Contact, FeedbackLetter, Filed, Matter, ReasonedOpinion
from services.papers.letters.layout import typeset
from services.papers.letters.letter import Letter

__all__ = [
    "CaseReceipt",
    "Contact",
    "FeedbackLetter",
    "Filed",
    "Letter",
    "Matter",
    "ReasonedOpinion",
    "typeset",
]
