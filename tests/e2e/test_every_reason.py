"""No reason of the contract is left out: each is met in a test with real processes, or it is said here why not."""

from __future__ import annotations

import re
from pathlib import Path

from xiezhi.errors import Reason

OF_VEHICLES = (
    Reason.SEIZURE_EXISTS,
    Reason.SEIZURE_NOT_FOUND,
    Reason.SEIZURE_WAITING,
    Reason.SEIZURE_EFFECTIVE,
    Reason.SEIZURE_ENDED,
    Reason.TERM_TOO_LONG,
    Reason.TERM_ENDS_BEFORE_START,
    Reason.VEHICLE_NOT_FOUND,
    Reason.VEHICLE_OWNER_MISMATCH,
    Reason.VEHICLE_TRANSFERRED,
    Reason.TRANSFER_NOTICE_FIRST,
    Reason.CLEARING_ITEMS_MISSING,
    Reason.CLEARING_NOT_BUYER,
    Reason.CLEARING_WRONG_WINDOW,
    Reason.CLEARING_ALREADY_DONE,
    Reason.CHECK_KEY_LEASE_INVALID,
)
ELSEWHERE = {
    **dict.fromkeys(OF_VEHICLES, "no released method is about vehicles; tests/unit/vehicle/domain has it"),
    Reason.APPROVAL_SPENT: "no released method writes under an approval; tests/store/gateway and test_decision have it",
    Reason.INTERNAL: "must never be met; test_fuzz looks for it, tests/unit/chassis/test_pipeline.py provokes it",
    Reason.CANCELLED: "is told to nobody: the caller has gone; tests/unit/chassis/test_telemetry.py counts it",
}


def test_every_reason_is_met() -> None:
    own = Path(__file__)
    sources = "\n".join(file.read_text(encoding="utf-8") for file in own.parent.glob("test_*.py") if file != own)
    met = {Reason[name] for name in re.findall(r"\bReason\.([A-Z_]+)\b", sources)}
    assert met - {Reason.CANCELLED} == set(Reason) - set(ELSEWHERE)
