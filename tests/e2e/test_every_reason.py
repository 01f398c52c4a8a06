"""No reason of the contract is left out: each is met in a test with real processes, or it is said here why not."""

from __future__ import annotations

import re
from pathlib import Path

from xiezhi.errors import Reason

ELSEWHERE = {
    Reason.APPROVAL_SPENT: "a write is repeated, or is another one: tests/store/gateway has the race",
    Reason.PERSON_NOT_FOUND: "is no ground any more: whom the register does not know is restricted all the same",
    Reason.UPLOADS_UNFINISHED: "is far away for a suite that tests share; tests/store/exit_restriction/listing has it",
    Reason.INTERNAL: "must never be met; test_fuzz looks for it, tests/unit/chassis/test_pipeline.py provokes it",
    Reason.CANCELLED: "is told to nobody: the caller has gone; tests/unit/chassis/test_telemetry.py counts it",
}


def test_every_reason_is_met() -> None:
    own = Path(__file__)
    sources = "\n".join(file.read_text(encoding="utf-8") for file in own.parent.glob("test_*.py") if file != own)
    met = {Reason[name] for name in re.findall(r"\bReason\.([A-Z_]+)\b", sources)}
    assert met - {Reason.CANCELLED} == set(Reason) - set(ELSEWHERE)
