"""The embedded configuration is what the processes accept, and stays as it is."""

from __future__ import annotations

import socket
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.chassis.config import read_settings
from xiezhi.cli import up
from xiezhi.cli.home import Home
from xiezhi.cli.kinds import settings_kinds
from xiezhi.cli.layout import BACKENDS, HOST, SEALED, config_file, metrics_url, read_layout, render_toml, write_layout
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.cli.suite import PROCESSES

KINDS = settings_kinds()


@pytest.fixture
def laid_out(home: Home) -> Home:
    write_layout(home)
    return home


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_accepts_its_configuration(laid_out: Home, process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIEZHI_CONFIG", str(config_file(laid_out, process)))
    settings = read_settings(KINDS[process])
    assert settings.database_url == f"sqlite:///{laid_out.data / process}.db"
    assert settings.ready_file == laid_out.address_file(process)
    assert settings.tls.certificate.is_file()
    assert settings.trust.officer_authorities.is_file()
    assert all(issuer.jwks.is_file() for issuer in settings.trust.issuers)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_setting_too_many_is_refused(laid_out: Home, process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = config_file(laid_out, process)
    file.write_text("surplus = 1\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("XIEZHI_CONFIG", str(file))
    with pytest.raises(SystemExit, match="surplus"):
        read_settings(KINDS[process])


def test_the_gateway_finds_every_service_where_its_process_listens(laid_out: Home) -> None:
    backends = read_layout(laid_out, "gateway")["backends"]
    assert set(backends) == set(BACKENDS)
    for service, process in BACKENDS.items():
        assert backends[service]["address"] == read_layout(laid_out, process)["listen"]


@pytest.mark.parametrize("process", sorted(SEALED))
def test_who_takes_in_sealed_papers_finds_the_seal_authority(laid_out: Home, process: str) -> None:
    seals = read_layout(laid_out, process)["seals"]
    assert all(Path(seals[name]).is_file() for name in ("authority", "revocations"))


def test_doing_it_again_changes_nothing(laid_out: Home) -> None:
    before = {name: config_file(laid_out, name).read_bytes() for name in PROCESSES}
    write_layout(laid_out)
    assert {name: config_file(laid_out, name).read_bytes() for name in PROCESSES} == before


def test_every_port_is_another(laid_out: Home) -> None:
    listening = [read_layout(laid_out, name)["listen"] for name in PROCESSES]
    metrics = [metrics_url(laid_out, name) for name in PROCESSES]
    assert len({*listening, *metrics}) == 2 * len(PROCESSES)


def test_a_port_that_was_taken_meanwhile_is_replaced_everywhere(laid_out: Home) -> None:
    taken = read_layout(laid_out, "identity")["listen"]
    with _listening(taken):
        write_layout(laid_out)
    moved = read_layout(laid_out, "identity")["listen"]
    assert moved != taken
    backends = read_layout(laid_out, "gateway")["backends"]
    assert backends["xiezhi.identity.v1.IdentityService"]["address"] == moved


def test_ports_stay_while_the_suite_runs(laid_out: Home) -> None:
    taken = read_layout(laid_out, "identity")["listen"]
    with _listening(taken):
        write_layout(laid_out, running=True)
    assert read_layout(laid_out, "identity")["listen"] == taken


def test_toml_is_written_as_it_is_read() -> None:
    values = {
        "text": 'quoted " and 赣',
        "flag": True,
        "number": 3,
        "ratio": 0.5,
        "table": {"inner": {"a.b": {"x": 1}}},
        "list": [{"name": "one", "deep": {"y": 2}}, {"name": "two"}],
    }
    assert tomllib.loads(render_toml(values)) == values


@contextmanager
def _listening(address: str) -> Iterator[None]:
    host, _, port = address.rpartition(":")
    with socket.socket() as other:
        other.bind((host, int(port)))
        other.listen()
        yield


def test_a_port_that_is_taken_while_the_province_is_seeded_is_replaced(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seed(home: Home, output: Output, *, people: int) -> bool:
        taken.bind((HOST, int(read_layout(home, "gateway")["listen"].rpartition(":")[2])))
        return True

    monkeypatch.setattr(up, "_seed_if_empty", seed)
    output = Output(as_json=True)
    with socket.socket() as taken:
        up.prepare(home, output, people=1, session=Session(home, output))
        assert read_layout(home, "gateway")["listen"] != "{}:{}".format(*taken.getsockname())
