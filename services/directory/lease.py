"""How long whoever copies the directory may believe the copy."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(seconds=60)
"""How long a copy of the directory may be used after the directory was last looked at."""
