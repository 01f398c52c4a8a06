"""Sealed documents (电子签章): whether a seal holds, whose it is, and what the document says."""

from services.papers.index import MentionIndex
from services.papers.paper import SealedPaper, mentions, verify_sealed
from services.papers.trust import SealTrust

__all__ = ["MentionIndex", "SealTrust", "SealedPaper", "mentions", "verify_sealed"]
