"""The embedded set-up: configuration files of the suite's processes, written from the data folder."""

from __future__ import annotations

import json
import random
import socket
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xiezhi.cli.home import Home
from xiezhi.cli.moved import clock_ahead
from xiezhi.cli.suite import OVERSIGHT, PROCESSES
from xiezhi.pki import ISSUERS

HOST = "127.0.0.1"
PORTS = range(20_000, 30_000)
"""Where free ports are sought: below those that systems hand out to outgoing connections, so that a process that is
restarted finds its port still free."""

ORGANISATIONS = {"courts": "赣([0-9]{2}|[0-9]{4})?", "police": "36[0-9]{10}"}
"""Which organisations each agency's identity provider may vouch for: courts by code, police units by number."""

BACKENDS = {
    "xiezhi.identity.v1.IdentityService": "identity",
    "xiezhi.ledger.v1.LedgerService": "ledger",
    "xiezhi.ledger.v1.OversightService": "ledger",
    "xiezhi.vehicle.v1.VehicleRegistryService": "vehicle",
    "xiezhi.vehicle.v1.SeizureService": "vehicle",
    "xiezhi.vehicle.v1.VehicleCheckService": "vehicle",
    "xiezhi.vehicle.v1.SightingService": "vehicle",
    "xiezhi.vehicle.v1.ViolationService": "vehicle",
    "xiezhi.exit_restriction.v1.ApplicationCounterService": "exit_restriction",
    "xiezhi.exit_restriction.v1.BorderCheckService": "exit_restriction",
    "xiezhi.exit_restriction.v1.BorderControlService": "exit_restriction",
    "xiezhi.exit_restriction.v1.CourtNoticeService": "exit_restriction",
    "xiezhi.exit_restriction.v1.DishonestListService": "exit_restriction",
    "xiezhi.exit_restriction.v1.RestrictionService": "exit_restriction",
    "xiezhi.referral.v1.InvestigationService": "referral",
    "xiezhi.referral.v1.ReferralNoticeService": "referral",
    "xiezhi.referral.v1.ReferralService": "referral",
    "xiezhi.referral.v1.SupervisionService": "referral",
    "xiezhi.coordination.v1.ChannelService": "coordination",
    "xiezhi.coordination.v1.CoordinationNoticeService": "coordination",
    "xiezhi.coordination.v1.CredentialService": "coordination",
    "xiezhi.coordination.v1.DirectoryService": "coordination",
    "xiezhi.coordination.v1.DisputeService": "coordination",
}
"""Which process hosts which service behind the gateway."""

SEALED = frozenset({"vehicle", "exit_restriction", "referral", "coordination"})
"""Processes that take in sealed papers."""

STANDINGS = {
    "approvals": "gateway",
    "controls": "exit_restriction",
    "entries": "exit_restriction",
    "referrals": "referral",
    "restrictions": "exit_restriction",
    "seizures": "vehicle",
}
"""Which process says whose an object is that a dispute is about, by the first part of the object's name."""

_HEADING = (
    "# Written by `xiezhi up` for the development keys beside it; ports are kept, everything else is rewritten.\n"
)


def write_layout(home: Home, *, running: bool = False) -> None:
    """Writes the configuration of every process and makes the folders it names.

    Doing so again changes nothing, except that a port which another program has taken meanwhile is replaced.

    Args:
        home: The data folder.
        running: Whether the suite runs now, so that its ports are not free and are its own.
    """
    for folder in (home.config, home.data, home.run, home.logs, home.traces):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ports = _choose_ports(home, keep=running)
    for process in PROCESSES:
        text = _HEADING + render_toml(_settings(home, process, ports))
        fresh = config_file(home, process).with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(config_file(home, process))


def config_file(home: Home, process: str) -> Path:
    """Returns where a process's configuration lies."""
    return home.config / f"{process}.toml"


def read_layout(home: Home, process: str) -> dict[str, Any]:
    """Returns a process's configuration as it is on disk, empty where there is none."""
    file = config_file(home, process)
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def database_url(home: Home, process: str) -> str:
    """Returns the address of a process's database."""
    return f"sqlite:///{home.data / f'{process}.db'}"


def metrics_url(home: Home, process: str) -> str:
    """Returns where a process's metrics are served, empty where it has no configuration."""
    port = read_layout(home, process).get("telemetry", {}).get("metrics_port")
    return f"http://{HOST}:{port}/metrics" if port else ""


def render_toml(values: Mapping[str, Any], *, path: str = "") -> str:
    """Writes texts, numbers, flags, tables and lists of tables as TOML.

    Args:
        values: The table.
        path: Its name, empty for the outermost.
    """
    lines = [f"{_key(name)} = {_scalar(value)}" for name, value in values.items() if _is_scalar(value)]
    for name, value in values.items():
        inner = f"{path}.{_key(name)}" if path else _key(name)
        if isinstance(value, Mapping):
            lines.append(f"\n[{inner}]\n{render_toml(value, path=inner)}".rstrip("\n"))
        elif isinstance(value, list):
            lines += [f"\n[[{inner}]]\n{render_toml(item, path=inner)}".rstrip("\n") for item in value]
    return "\n".join(lines) + "\n"


def _settings(home: Home, process: str, ports: Mapping[str, int]) -> dict[str, Any]:
    keys, tls = home.keys, home.keys.tls(process)
    settings: dict[str, Any] = {
        "listen": f"{HOST}:{ports[process]}",
        "ready_file": str(home.address_file(process)),
        "database_url": database_url(home, process),
        "keyring": str(keys.keyring_file(process)),
        "oversight_keyring": str(keys.keyring_file(OVERSIGHT)),
        "spool": str(home.data / f"{process}.spool"),
        "reflection": True,
        "tls": {"authority": str(tls.authority), "certificate": str(tls.certificate), "key": str(tls.key)},
        "trust": {
            "officer_authorities": str(keys.officers.authority_file),
            "officer_revocations": str(keys.officers.revocation_file),
            "issuers": [
                {
                    "name": ISSUERS[agency],
                    "jwks": str(keys.tokens(agency).key_set_file),
                    "organisations": organisations,
                }
                for agency, organisations in ORGANISATIONS.items()
            ],
        },
        "telemetry": {"trace_dir": str(home.traces), "metrics_port": ports[f"{process} metrics"]},
    }
    if ahead := clock_ahead(home):
        settings["insecure_clock_ahead"] = ahead.total_seconds()
    return settings | _own_settings(home, process, ports)


def _own_settings(home: Home, process: str, ports: Mapping[str, int]) -> dict[str, Any]:
    """Returns what only this process needs."""
    if process == "ledger":
        return {
            "signing_key": str(home.keys.ledger_key_file),
            "high_water": str(home.data / "ledger.high-water"),
        }
    ledger = {
        "address": f"{HOST}:{ports['ledger']}",
        "public_key": str(home.keys.log_key_file),
        "witness": str(home.data / f"{process}.witness"),
    }
    if process in SEALED:
        seals = home.keys.seals
        trusted = {"authority": str(seals.authority_file), "revocations": str(seals.revocation_file)}
        standings = _peers(STANDINGS, ports) if process == "coordination" else {}
        return {"ledger": ledger, "seals": trusted} | ({"standings": standings} if standings else {})
    if process != "gateway":
        return {"ledger": ledger}
    return {"ledger": ledger, "directory": _peer("coordination", ports), "backends": _peers(BACKENDS, ports)}


def _peers(hosts: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """Returns where something is found, by its name, of which is said which process has it."""
    return {name: _peer(host, ports) for name, host in hosts.items()}


def _peer(host: str, ports: Mapping[str, int]) -> dict[str, str]:
    return {"address": f"{HOST}:{ports[host]}", "name": f"spiffe://xiezhi.jx/service/{host}"}


def _choose_ports(home: Home, *, keep: bool) -> dict[str, int]:
    """Chooses a port for each process and its metrics: the former one where it is still free, else a new one."""
    chosen: dict[str, int] = {}
    for process in PROCESSES:
        former = read_layout(home, process)
        listen = str(former.get("listen", "")).rpartition(":")[2]
        for name, port in (
            (process, int(listen or 0)),
            (f"{process} metrics", int(former.get("telemetry", {}).get("metrics_port") or 0)),
        ):
            good = port and port not in chosen.values() and (keep or _is_free(port))
            chosen[name] = port if good else _find_port(set(chosen.values()))
    return chosen


def _find_port(taken: set[int]) -> int:
    candidates = random.sample(PORTS, len(PORTS))
    return next(port for port in candidates if port not in taken and _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _is_scalar(value: object) -> bool:
    return not isinstance(value, Mapping | list)


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else json.dumps(name)


def _scalar(value: object) -> str:
    """Writes a value: JSON's texts, numbers and flags are TOML's."""
    return json.dumps(value, ensure_ascii=False)
