"""The commands of the directory and of disputes: what is typed or piped in, and an exchange that never ends a list."""

from __future__ import annotations

from typing import Any

import pytest
from click import Command
from click.testing import CliRunner
from google.protobuf.message import Message

from tests.unit.cli.conftest import JUDGE, document
from xiezhi.cli.coordination import disputes, liaisons
from xiezhi.cli.home import Home
from xiezhi.coordination.v1 import directory_pb2, dispute_pb2

NAME, PHONE = "测试甲", "0791-00000001"
DISPUTE = "00000000-0000-4000-8000-000000000001"
AS = ("--as", JUDGE.officer_id)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What commands ask, instead of asking it."""
    made: list[Any] = []
    for module in (liaisons, disputes):
        monkeypatch.setattr(module, "ask", lambda session, ordered, request, **_: made.append(request))
    return made


@pytest.fixture
def pipe(home: Home, command_line: Command) -> Any:
    """Calls a command with something on its standard input."""

    def call(piped: str, *arguments: str) -> Any:
        return CliRunner().invoke(command_line, ["--home", str(home.root), *arguments, *AS], input=piped)

    return call


def test_name_and_telephone_of_a_liaison_are_piped_in(pipe: Any, asked: list[Any]) -> None:
    result = pipe(f"{NAME}\n{PHONE}\n", "liaison", "appoint", "GAN0102-J005")
    assert result.exit_code == 0, result.output
    assert [(one.display_name, one.phone) for one in asked] == [(NAME, PHONE)]


def test_an_appointment_without_name_or_telephone_is_not_asked_for(pipe: Any, asked: list[Any]) -> None:
    result = pipe(f"{NAME}\n", "liaison", "appoint", "GAN0102-J005", "--json")
    assert (result.exit_code, asked) == (1, [])
    assert "Telephone" in document(result)["error"]["message"]


def test_the_loss_of_the_establishment_is_recorded(pipe: Any, asked: list[Any]) -> None:
    name = f"liaisons/{DISPUTE}"
    result = pipe("", "liaison", "off-establishment", DISPUTE, "--from", "2026-12-01", "--reason", "调离")
    assert result.exit_code == 0, result.output
    (request,) = asked
    assert isinstance(request, directory_pb2.RecordEstablishmentLossRequest)
    assert (request.name, request.lost_date.day, request.reason) == (name, 1, "调离")


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("open", "referrals/x", "--topic", "delay"), dispute_pb2.OpenDisputeRequest),
        (("consult", DISPUTE), dispute_pb2.ConsultDisputeRequest),
        (("position", DISPUTE, "--agree"), dispute_pb2.RecordPositionRequest),
        (("withdraw", DISPUTE), dispute_pb2.WithdrawDisputeRequest),
    ],
)
def test_the_text_of_a_dispute_is_piped_in(
    pipe: Any, asked: list[Any], arguments: tuple[str, ...], kind: type[Message]
) -> None:
    result = pipe("逾期未答复。\n请书面答复。\n", "dispute", *arguments, "--text", "-")
    assert result.exit_code == 0, result.output
    (request,) = asked
    assert (type(request), request.text) == (kind, "逾期未答复。\n请书面答复。")


def test_no_text_is_none(pipe: Any, asked: list[Any]) -> None:
    result = pipe("\n", "dispute", "consult", DISPUTE, "--text", "-", "--json")
    assert (result.exit_code, asked) == (1, [])
    assert document(result)["error"]["message"] == "No text was given."
