"""What an officer's check sends."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.message import Message
from typer.testing import CliRunner

from xiezhi.cli import build_app
from xiezhi.vehicle.v1 import check_pb2


@pytest.mark.parametrize(
    ("options", "trigger", "seconds"),
    [
        ((), check_pb2.CHECK_TRIGGER_HIGHWAY_PATROL, None),
        (("--trigger", "registration"), check_pb2.CHECK_TRIGGER_OTHER_REGISTRATION, None),
        (("--at", "2024-11-20T10:00:00+08:00"), check_pb2.CHECK_TRIGGER_HIGHWAY_PATROL, 1_732_068_000),
    ],
)
def test_a_check_says_on_which_occasion_and_when(
    options: tuple[str, ...],
    trigger: check_pb2.CheckTrigger,
    seconds: int | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    sent: list[Message] = []
    monkeypatch.setattr("xiezhi.cli.vehicle.ask", lambda session, ordered, request: sent.append(request))
    command = ["--home", str(tmp_path), "vehicle", "check", "--plate", "赣A12345", *options]
    assert CliRunner().invoke(build_app(), command).exit_code == 0
    (request,) = sent
    assert isinstance(request, check_pb2.CheckVehicleRequest)
    assert request.trigger == trigger
    assert (request.observe_time.seconds if request.HasField("observe_time") else None) == seconds
