"""What the window sends of who comes to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.message import Message
from typer.testing import CliRunner

from xiezhi.cli import build_app
from xiezhi.common.v1 import case_pb2
from xiezhi.vehicle.v1 import violation_pb2

PERSON = ("--buyer-name", "买受人", "--buyer-number", "36990119900101002X")
COMPANY = ("--buyer-name", "江西测试物流有限公司", "--buyer-number", "91360100MA35TRT701")
CITIZEN, CREDIT = case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN, case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE


@pytest.mark.parametrize(
    ("options", "kind", "is_authorised"),
    [
        (PERSON, CITIZEN, False),
        ((*COMPANY, "--buyer-organisation"), CREDIT, False),
        ((*COMPANY, "--buyer-organisation", "--authorisation"), CREDIT, True),
    ],
)
def test_an_organisation_comes_with_its_licence_and_an_authorisation(
    options: tuple[str, ...],
    kind: case_pb2.IdentityNumberType,
    is_authorised: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    sent: list[Message] = []
    monkeypatch.setattr("xiezhi.cli.violations.ask", lambda session, ordered, request: sent.append(request))
    command = ["--home", str(tmp_path), "violations", "clear", "赣A12345:02", "--identity-card", *options]
    assert CliRunner().invoke(build_app(), command).exit_code == 0
    (request,) = sent
    assert isinstance(request, violation_pb2.ClearViolationsRequest)
    assert (request.applicant.id_type, request.authorisation_shown) == (kind, is_authorised)
    assert request.identity_card_shown
