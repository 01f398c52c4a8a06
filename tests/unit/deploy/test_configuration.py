"""The configuration in deploy/ is one that the processes take, and its parts fit each other."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.chassis.config import CONFIG_VARIABLE, read_settings
from services.chassis.policy import Contracts
from xiezhi.cli.kinds import settings_kinds

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
KINDS = settings_kinds()
SETUPS = ("embedded", "postgresql")


def _settings(setup: str, process: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(CONFIG_VARIABLE, str(DEPLOY / setup / f"{process}.toml"))
    return read_settings(KINDS[process])


@pytest.mark.parametrize("process", KINDS)
@pytest.mark.parametrize("setup", SETUPS)
def test_a_process_takes_its_configuration(setup: str, process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings(setup, process, monkeypatch)
    kind = "sqlite:" if setup == "embedded" else "postgresql+psycopg:"
    assert settings.database_url.startswith(kind)
    assert not settings.reflection


@pytest.mark.parametrize("setup", SETUPS)
def test_addresses_and_shared_files_agree(setup: str, monkeypatch: pytest.MonkeyPatch) -> None:
    every = {process: _settings(setup, process, monkeypatch) for process in KINDS}
    gateway, ledger = every["gateway"], every["ledger"]
    ports = {name: one.listen.rpartition(":")[2] for name, one in every.items()}
    writers = {name: one for name, one in every.items() if name != "ledger"}
    assert {one.ledger.address.rpartition(":")[2] for one in writers.values()} == {ports["ledger"]}
    assert len({one.ledger.witness for one in writers.values()}) == len(writers)
    assert len(set(ports.values())) == len(every)
    for peer in gateway.backends.values():
        assert peer.address.rpartition(":")[2] == ports[peer.name.rpartition("/")[2]]
    assert len({one.oversight_keyring for one in every.values()}) == 1
    assert len({one.keyring for one in every.values()}) == len(every)
    assert {f"spiffe://xiezhi.jx/service/{name}" for name in writers} <= set(ledger.writers)


@pytest.mark.parametrize("setup", SETUPS)
def test_the_gateway_reaches_every_service_that_it_does_not_host(setup: str) -> None:
    backends = tomllib.loads((DEPLOY / setup / "gateway.toml").read_text(encoding="utf-8"))["backends"]
    external = {method.service for method in Contracts.load() if not method.policy.internal}
    own = {
        "xiezhi.approval.v1.ApprovalService",
        "xiezhi.casefile.v1.CaseRegistryService",
        "xiezhi.paper.v1.PaperService",
    }
    assert set(backends) == external - own
