"""Processes come and go in order: started in any order, stopped under load, and no call in flight is lost."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from services.chassis.health import LIVENESS
from tests.e2e.lines import Refused
from tests.e2e.load import Load, settle
from tests.e2e.players import APPROVALS, LOOKUP, Players
from tests.e2e.reading import DEBTORS, Reading
from tests.e2e.running import Suite, await_that
from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.layout import BACKENDS
from xiezhi.cli.suite import PROCESSES
from xiezhi.errors import Reason, Unavailable
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.pki.files import read_certificate

SECONDS = 6.0
"""How soon health must tell of what is away."""


STOPPED = ("identity", "vehicle", "ledger", "gateway")
"""The processes that the load asks."""
ORDERS = [PROCESSES, PROCESSES[::-1]]
"""Of any two processes each is started before the other in one of these."""


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_processes_start_in_any_order(own_suite: Suite, order: tuple[str, ...]) -> None:
    suite = own_suite
    for name in PROCESSES:
        suite.kill(name)
    for name in order:
        suite.start(name, ready=False)
        await_that(lambda name=name: suite.home.address(name), f"{name} does not listen")  # type: ignore[misc]
    for name in PROCESSES:
        suite.await_serving(name)
    for service in BACKENDS:
        suite.await_serving("gateway", service=service)


def test_health_tells_the_truth(own_suite: Suite) -> None:
    suite = own_suite
    identity, ledger, *_ = BACKENDS
    suite.kill("identity")
    await_that(lambda: not suite.is_serving("gateway", service=identity), "it says that it serves", seconds=SECONDS)
    assert suite.is_serving("gateway")
    assert suite.is_serving("gateway", service=ledger)
    suite.start("identity")
    suite.await_serving("gateway", service=identity)
    suite.kill("ledger")
    for name in ("gateway", "identity", "vehicle"):
        suite.await_not_serving(name, seconds=SECONDS)
        assert suite.is_serving(name, service=LIVENESS)
    for service in (identity, ledger, "xiezhi.approval.v1.ApprovalService"):
        assert not suite.is_serving("gateway", service=service)
    suite.start("ledger")
    for service in ("", identity, ledger, "xiezhi.approval.v1.ApprovalService"):
        suite.await_serving("gateway", service=service)


@pytest.mark.parametrize("name", ["identity", "gateway"])
def test_a_process_that_stops_answers_what_it_began_and_refuses_what_is_new(own_suite: Suite, name: str) -> None:
    suite, players = own_suite, Players(own_suite.home)
    settle(suite)
    request = players.question()
    approval = players.approved(request)
    reading = Reading(players)
    assert reading.begun.wait(timeout=30)
    with ThreadPoolExecutor(1) as pool:
        stopping = pool.submit(suite.stop, name)
        refused: list[Refused] = []
        while not stopping.done():
            try:
                players.call(players.cast.judge, LOOKUP, request, approval=approval)
            except Refused as one:
                refused.append(one)
        stopping.result(timeout=30)
    assert reading.result() == list(range(DEBTORS))
    assert refused
    # What comes while the gateway closes its port is cut off before it begins, as workers under load take it too.
    cut_off = {Reason.CANCELLED} if name == "gateway" else set()
    assert {one.reason for one in refused} <= {Reason.SHUTTING_DOWN, Reason.BACKEND_UNAVAILABLE, *cut_off}
    suite.start(name)
    settle(suite)
    for one in refused if name == "identity" else ():
        assert [entry.reason for entry in players.book.of_trace(one.trace)] == [one.reason.value]
    players.close()


def test_processes_stopped_under_load_lose_no_call_in_flight(own_suite: Suite) -> None:
    """Whatever was recorded as disclosed has reached its judge, and whatever was refused says "not now"."""
    suite, players = own_suite, Players(own_suite.home)
    before = len(players.book.read())
    with Load(players) as load, Caller(players) as caller:
        load.await_rounds(2)
        for name in STOPPED:
            suite.stop(name)
            suite.start(name)
            load.await_rounds(1)
            caller.await_answers(5)
    assert not load.told.wrong
    # What waits for a process that is gone does so until its deadline each time; on a busy machine a call may, once.
    late = load.told.refused.count(Reason.DEADLINE_TOO_SHORT)
    assert late * 10 <= len(load.told.refused)
    answered = {ledger_pb2.Entry.FromString(receipt.entry).entry_id for receipt in load.told.answers}
    entries = [entry for entry in players.book.read()[before:] if entry.approval != caller.approval]
    disclosed = {entry.entry_id for entry in entries if entry.kind == ledger_pb2.ENTRY_KIND_DISCLOSURE}
    assert disclosed == answered
    assert all('"process.stopping"' in suite.log(name) for name in STOPPED)
    for name in PROCESSES:
        assert "call.failed" not in suite.log(name)
    players.close()


class Caller:
    """An internal system that calls through the client library, again where that says that the exchange is away."""

    def __init__(self, players: Players) -> None:
        self._client, self._request = players.client(players.cast.judge), players.question()
        self.approval = players.approved(self._request)
        self._stop = threading.Event()
        self._answered = 0
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        self._working = self._pool.submit(self._work)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._working.result(timeout=30)
        self._pool.shutdown()

    def await_answers(self, count: int) -> None:
        """Waits for so many more answers; an error of another kind than "away" ends the work, and the test."""
        wanted = self._answered + count
        await_that(lambda: self._working.done() or self._answered >= wanted, "the client does not recover")

    def _work(self) -> None:
        while not self._stop.is_set():
            with suppress(Unavailable), self._client.using(self.approval):
                self._client.call(LOOKUP, self._request)
                self._answered += 1


def test_whoever_waits_for_a_decision_does_not_hold_up_the_gateway_and_goes_on_waiting(
    own_suite: Suite,
) -> None:
    suite, players = own_suite, Players(own_suite.home)
    settle(suite)
    name = players.submit(players.question())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(players.client(players.cast.judge).wait, name, timeout=timedelta(seconds=60))
        await_that(lambda: suite.in_flight("gateway"), "nobody waits")
        begun = time.monotonic()
        suite.stop("gateway")
        assert time.monotonic() - begun < 15
        suite.start("gateway")
        assert not waiting.done()
        players.decide(name)
        assert waiting.result(timeout=30).state == approval_pb2.STATE_APPROVED
    reasons = [e.reason for e in players.book.read() if e.method == f"{APPROVALS}WatchApproval" and e.reason]
    assert reasons == [Reason.SHUTTING_DOWN.value]
    players.close()


def test_a_replaced_certificate_is_shown_to_new_connections(own_suite: Suite) -> None:
    suite, players = own_suite, Players(own_suite.home)
    players.line("courts")
    former = _shown(suite, "gateway")
    suite.home.keys.rotate(now=datetime.now(UTC))
    for name in PROCESSES:
        mounted = read_certificate(suite.home.keys.tls(name).certificate).public_bytes(Encoding.DER)
        await_that(lambda name=name, mounted=mounted: _shown(suite, name) == mounted, f"{name} shows its former one")  # type: ignore[misc]
    assert _shown(suite, "gateway") != former
    fresh = Players(suite.home)
    request = fresh.question()
    await_that(lambda: _answers(fresh, request), "new certificates and tokens are not accepted")
    players.close()
    fresh.close()


def _shown(suite: Suite, name: str) -> bytes:
    """Returns the certificate that a process shows to a new connection."""
    files = suite.home.keys.tls("courts")
    context = ssl.create_default_context(cafile=str(files.authority))
    context.load_cert_chain(str(files.certificate), str(files.key))
    context.set_alpn_protocols(["h2"])
    host, _, port = suite.home.address(name).partition(":")
    with (
        socket.create_connection((host, int(port)), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=f"{name}.service.xiezhi") as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""


def _answers(players: Players, request: identity_pb2.LookupHouseholdRequest) -> bool:
    try:
        return bool(players.look(request, players.approved(request)).household.members)
    except Refused as refused:
        if refused.reason is Reason.TOKEN_INVALID:  # the new key of the identity provider is not seen yet
            return False
        raise
