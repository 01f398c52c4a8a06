"""Who is told of coordination, and at which post."""

from __future__ import annotations

import uuid

OFFICE, LIAISON = "office", "liaison"
LIAISON_PERMISSION = "coordination.liaison"
"""Permission by which a token is that of its organisation's liaison."""
NAMES = uuid.UUID("0f4c6a52-9b1e-5d77-8a60-2f7b1c9e4d35")
"""Space of the ids that are derived from what they name; it never changes."""
TOPIC_PREFIX = "coordination."
"""Begins the topics of notices."""


def addressee_of(organisation: str, post: str = OFFICE) -> str:
    """Returns under what notices to a post are kept, for example "赣0102|office"."""
    return f"{organisation}|{post}"


def post_of(*, is_liaison: bool) -> str:
    """Returns the post of somebody in their organisation."""
    return LIAISON if is_liaison else OFFICE


def derive(*parts: str) -> str:
    """Returns the id of what is named by some texts, the same every time."""
    return str(uuid.uuid5(NAMES, "/".join(parts)))
