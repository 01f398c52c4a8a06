"""What operators rely on: metrics that count, reflection where it is configured, limits, and watched clocks."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.lines import Refused
from tests.e2e.players import APPROVALS, LOOKUP, PRESIDENT, SECOND_CHIEF, Players
from tests.e2e.running import Suite, copy_home, running
from xiezhi.cli.home import Home
from xiezhi.cli.layout import BACKENDS
from xiezhi.cli.suite import PROCESSES
from xiezhi.errors import Reason

OWN = ("xiezhi.approval.v1.ApprovalService", "xiezhi.casefile.v1.CaseRegistryService")
SERVICES = {
    "gateway": {*OWN, *BACKENDS},
    **{process: {service for service, host in BACKENDS.items() if host == process} for process in BACKENDS.values()},
}
REFLECTION = "grpc.reflection.v1alpha.ServerReflection"
BURST = 25
HURRIED = "GAN0102-J003"


@pytest.fixture(scope="module")
def strict(template: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite without reflection, with a low limit on calls, and with policies beyond the contracts."""
    home = copy_home(template, tmp_path_factory.mktemp("strict"))
    quiet: dict[str, dict[str, Any]] = {name: {"reflection": False} for name in PROCESSES}
    limit = {"per_second": 2.0, "burst": BURST}
    changes = quiet | {
        "gateway": quiet["gateway"] | {"rate": limit, "approvals": {LOOKUP: {"count": 2}}},
        "identity": quiet["identity"] | {"approvals": {LOOKUP: {"min_rank": "VICE_PRESIDENT"}}},
    }
    with running(home, changes=changes) as started:
        yield started


def _channel(home: Home, process: str) -> grpc.Channel:
    files = home.keys.tls("courts")
    credentials = grpc.ssl_channel_credentials(
        files.authority.read_bytes(), files.key.read_bytes(), files.certificate.read_bytes()
    )
    target = (("grpc.ssl_target_name_override", f"{process}.service.xiezhi"), ("grpc.use_local_subchannel_pool", 1))
    return grpc.secure_channel(home.address(process), credentials, target)


@pytest.mark.parametrize("process", PROCESSES)
def test_reflection_shows_the_services_where_it_is_configured(suite: Suite, process: str) -> None:
    with _channel(suite.home, process) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        assert SERVICES[process] <= set(database.get_services())
        file = database.FindFileContainingSymbol(min(SERVICES[process]))
        assert {service.name for service in file.service} <= {name.rpartition(".")[2] for name in SERVICES[process]}


@pytest.mark.parametrize("process", PROCESSES)
def test_without_reflection_there_is_no_such_method(strict: Suite, process: str) -> None:
    with _channel(strict.home, process) as channel, pytest.raises(grpc.RpcError) as caught:
        ProtoReflectionDescriptorDatabase(channel).get_services()
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED  # type: ignore[attr-defined]


def _samples(page: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(page)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def _series(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_metrics_count_every_call_by_method_decision_and_reason_and_time_it(suite: Suite, players: Players) -> None:
    before = _samples(suite.metrics("gateway"))
    request = players.question()
    players.refuse(Reason.APPROVAL_REQUIRED, players.cast.judge, LOOKUP, request)
    approval = players.approved(request)
    for _ in range(3):
        players.look(request, approval)
    after = _samples(suite.metrics("gateway"))

    def grown(name: str, **labels: str) -> float:
        return after[_series(name, **labels)] - before.get(_series(name, **labels), 0)

    answered, refused = {"method": LOOKUP, "decision": "answered"}, {"method": LOOKUP, "decision": "refused"}
    assert grown("xiezhi_requests_total", **answered, reason="") == 3
    assert grown("xiezhi_requests_total", **refused, reason="APPROVAL_REQUIRED") == 1
    assert grown("xiezhi_request_seconds_count", **answered) == 3
    assert grown("xiezhi_request_seconds_bucket", **answered, le="+Inf") == 3
    assert 0 < grown("xiezhi_request_seconds_sum", **answered) < 10
    submit = f"{APPROVALS}SubmitApproval"
    assert grown("xiezhi_requests_total", method=submit, decision="answered", reason="") == 1
    assert after[_series("xiezhi_requests_in_flight")] == 0
    assert after[_series("xiezhi_process_info", service="gateway")] == 1
    buckets = [
        n for n, labels in after if n == "xiezhi_request_seconds_bucket" and answered.items() <= dict(labels).items()
    ]
    assert len(buckets) > 10


def test_what_the_histogram_and_the_counter_say_is_the_same(suite: Suite, players: Players) -> None:
    judge = players.cast.judge
    for process in PROCESSES:
        line = players.line("courts", to=process)
        players.refuse(Reason.METHOD_UNKNOWN, judge, "/nobody.v1.Service/Method", b"x", line=line, known=False)
    around = players.line("courts", to="vehicle")
    players.refuse(Reason.CALLER_NOT_ALLOWED, judge, "/xiezhi.vehicle.v1.SeizureService/ListSeizures", b"", line=around)
    for process in PROCESSES:
        counted: dict[tuple[str, str], float] = {}
        timed: dict[tuple[str, str], float] = {}
        for (name, labels), value in _samples(suite.metrics(process)).items():
            told = dict(labels)
            key = (told.get("method", ""), told.get("decision", ""))
            if name == "xiezhi_requests_total":
                counted[key] = counted.get(key, 0) + value
            elif name == "xiezhi_request_seconds_count":
                timed[key] = value
        assert counted == timed
        assert counted
        assert "unknown" in {method for method, _ in counted} or process != "gateway"


def test_a_caller_in_a_hurry_is_told_when_to_come_again_and_nobody_else_waits(strict: Suite) -> None:
    players = Players(strict.home)
    listing = f"{APPROVALS}ListApprovals"
    token = (players.token(HURRIED),)
    line = players.line("courts")
    futures = [line.start(listing, b"", token) for _ in range(2 * BURST)]
    failures = [failure for future in futures if (failure := future.exception(timeout=20)) is not None]
    assert len(failures) >= BURST - 5
    with pytest.raises(Refused) as caught:
        _call_again_and_again(players, listing, token[0])
    refused = caught.value
    assert (refused.reason, refused.code) == (Reason.RATE_LIMITED, "RESOURCE_EXHAUSTED")
    assert refused.error.retry_after
    assert 0 < refused.error.retry_after.total_seconds() <= 1
    players.call(players.cast.judge, listing, b"")
    time.sleep(refused.error.retry_after.total_seconds() + 0.2)  # as the exchange said
    players.call(HURRIED, listing, b"")
    # The flood itself must not flood the log.
    recorded = [entry.actor for entry in players.book.read() if entry.reason == Reason.RATE_LIMITED.value]
    assert set(recorded) == {HURRIED}
    assert len(recorded) < len(failures) / 2
    players.close()


@pytest.mark.clause("R-1.7")
def test_each_process_holds_approvals_to_what_its_operator_asks_beyond_the_contract(strict: Suite) -> None:
    players = Players(strict.home)
    judge, request = players.cast.judge, players.question()
    name = players.approved(request)
    players.refuse(Reason.APPROVAL_PENDING, judge, LOOKUP, request, approval=name)
    players.decide(name, officer=SECOND_CHIEF)
    players.refuse(Reason.APPROVER_NOT_ENTITLED, judge, LOOKUP, request, approval=name)
    high = players.approved(request, approver=PRESIDENT)
    players.decide(high, officer=players.cast.superior_approver)
    assert players.look(request, high).household.members
    players.close()


def _call_again_and_again(players: Players, method: str, token: tuple[str, str]) -> None:
    """Calls more often than is allowed; on a busy machine the first call may come so late that it is allowed."""
    for _ in range(BURST):
        players.call(HURRIED, method, b"", metadata=(token,))


def test_a_wrong_clock_is_refused_and_told(home: Home) -> None:
    with running(home) as suite:
        players = Players(home)
        request = players.question()
        approval = players.approved(request)
        suite.set_clock("identity", seconds=90)
        for _ in range(2):
            refused = players.refuse(Reason.CLOCK_SKEW, players.cast.judge, LOOKUP, request, approval=approval)
            assert b"household" not in refused.details
        suite.set_clock("gateway", seconds=-90)
        with pytest.raises(Refused) as caught:
            players.call(players.cast.judge, LOOKUP, request, approval=approval)
        assert caught.value.reason is Reason.TOKEN_EXPIRED
        assert "clock" in caught.value.info.metadata["next_step"]
        players.close()


def test_many_connections_at_once_end_no_process(suite: Suite) -> None:
    """Handshakes side by side once crashed a process: see `services.chassis.server`."""
    hello = _hello()
    ends = time.monotonic() + 3
    before = suite.process_id("ledger")

    def hammer() -> int:
        host, _, port = suite.home.address("ledger").partition(":")
        count = 0
        while time.monotonic() < ends:
            opened = [socket.create_connection((host, int(port)), timeout=5) for _ in range(16)]
            for connection in opened:
                connection.sendall(hello)
            for connection in opened:
                connection.recv(1)
                connection.close()
            count += len(opened)
        return count

    with ThreadPoolExecutor(4) as pool:
        counts = [one.result(timeout=30) for one in [pool.submit(hammer) for _ in range(4)]]
    assert sum(counts) > 500
    assert suite.process_id("ledger") == before
    suite.await_serving("ledger")


def _hello() -> bytes:
    """Makes the first message of a TLS connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="ledger.service.xiezhi").do_handshake()
    return outgoing.read()
