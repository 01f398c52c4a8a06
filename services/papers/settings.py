"""Whose seals on documents count, as a process is told."""

from __future__ import annotations

from pathlib import Path

from services.chassis.config import Section


class SealSettings(Section):
    """Whose seals on documents count: PEM files of the seal authorities and of their revocation lists."""

    authority: Path
    revocations: Path
