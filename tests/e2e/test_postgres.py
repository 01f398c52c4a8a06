"""The suite on PostgreSQL: the story, a server that dies in the middle of it, and two gateways side by side."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import PostgresServer
from tests.e2e.lines import Line, Refused
from tests.e2e.load import Load, settle
from tests.e2e.players import APPROVALS, BATCH, CASES, COURT, LOOKUP, REGISTRAR, Players
from tests.e2e.plot import play
from tests.e2e.proofs import read_head, require_continued, require_nothing_lost
from tests.e2e.running import PEOPLE, Suite, await_that, copy_home, running
from tests.e2e.vehicles import Vehicles
from xiezhi.approval.v1 import approval_pb2
from xiezhi.casefile.v1 import casefile_pb2
from xiezhi.cli.home import Home
from xiezhi.cli.layout import read_layout, render_toml
from xiezhi.cli.seed import DEFAULT_SEED, Databases, seed_province
from xiezhi.cli.suite import PROCESSES
from xiezhi.errors import Reason
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import LogKey, verify_receipt
from xiezhi.proof.statement import Decision

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server(postgres_programs: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server that the tests may kill."""
    started = PostgresServer(postgres_programs)
    yield started
    started.remove()


@pytest.fixture(scope="module")
def on_postgres(template: Home, server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite with a database of its own for each process."""
    home = copy_home(template, tmp_path_factory.mktemp("postgres"))
    urls = {name: server.create_database() for name in PROCESSES}
    databases = Databases(**{name: urls[name] for name in Databases.__slots__})
    seed_province(home, people=PEOPLE, seed=DEFAULT_SEED, progress=lambda *_: None, databases=databases)
    with running(home, changes={name: {"database_url": url} for name, url in urls.items()}) as started:
        yield started


@pytest.fixture
def everybody(on_postgres: Suite) -> Iterator[Players]:
    """Everybody who calls the suite."""
    made = Players(on_postgres.home)
    yield made
    made.close()


def test_the_story(everybody: Players) -> None:
    players = everybody
    request = players.question()
    players.refuse(Reason.APPROVAL_REQUIRED, players.cast.judge, LOOKUP, request)
    name = players.submit(request)
    players.refuse(Reason.APPROVAL_PENDING, players.cast.judge, LOOKUP, request, approval=name)
    players.decide(name)
    answer = players.call(players.cast.judge, LOOKUP, request, approval=name)
    told = identity_pb2.LookupHouseholdResponse.FromString(answer.payload).answer
    assert len(told.household.members) == 5
    assert sum(member.HasField("photo") for member in told.household.members) >= 2
    assert told.exit_documents
    entry = verify_receipt(answer.receipt, LogKey.from_pem(players.home.keys.log_key_file.read_bytes()))
    assert (entry.kind, entry.trace_id) == (ledger_pb2.ENTRY_KIND_DISCLOSURE, answer.trace.trace_id)
    players.refuse(Reason.NOT_HANDLING_JUDGE, players.cast.colleague, LOOKUP, players.question(players.cast.colleague))
    players.decide(name, Decision.REVOKE)
    players.refuse(Reason.APPROVAL_REVOKED, players.cast.judge, LOOKUP, request, approval=name)


def test_the_story_of_vehicles(everybody: Players) -> None:
    play(Vehicles(everybody))


def test_a_list_of_debtors(everybody: Players) -> None:
    one = everybody.question()
    batch = identity_pb2.BatchLookupHouseholdsRequest(
        context=one.context, debtors=[one.debtor] * 200, categories=one.categories
    )
    approval = everybody.approved(batch, method=BATCH)
    answer = everybody.call(everybody.cast.judge, BATCH, batch, approval=approval)
    parts = map(identity_pb2.BatchLookupHouseholdsResponse.FromString, answer.messages)
    assert [item.index for part in parts for item in part.items] == list(range(200))


def test_a_server_that_is_away_is_told_and_what_was_refused_is_recorded_later(
    on_postgres: Suite, everybody: Players, server: PostgresServer
) -> None:
    players = everybody
    request = players.question()
    approval = players.approved(request)
    head = read_head(players)
    server.kill()
    with pytest.raises(Refused) as caught:
        players.call(players.cast.judge, LOOKUP, request, approval=approval)
    assert (caught.value.reason, caught.value.code) == (Reason.STORE_UNAVAILABLE, "UNAVAILABLE")
    assert caught.value.error.retry_after
    for name in PROCESSES:
        on_postgres.await_not_serving(name, seconds=15)
    server.start()
    settle(on_postgres)
    trace = caught.value.trace
    await_that(lambda: players.book.of_trace(trace), "the refusal is not recorded later")
    assert {entry.reason for entry in players.book.of_trace(trace)} == {Reason.STORE_UNAVAILABLE.value}
    assert players.look(request, approval).household.members
    require_continued(players, head)


def test_a_server_that_dies_under_load_loses_nothing(
    on_postgres: Suite, everybody: Players, server: PostgresServer
) -> None:
    head = read_head(everybody)
    with Load(everybody) as load:
        load.await_rounds()
        for _ in range(2):
            server.kill()
            server.start()
            load.await_rounds()
    assert not load.told.wrong
    assert load.told.answers
    settle(on_postgres)
    require_continued(everybody, head)
    require_nothing_lost(everybody, load.told)


@contextmanager
def _second_gateway(suite: Suite, folder: Path) -> Iterator[Line]:
    """Runs a second gateway on the database of the first; yields a connection to it."""
    settings = read_layout(suite.home, "gateway")
    ready = folder / "second.address"
    settings |= {"listen": "127.0.0.1:0", "ready_file": str(ready), "spool": str(folder / "second.spool")}
    settings["ledger"] = settings["ledger"] | {"witness": str(folder / "second.witness")}
    settings["telemetry"] = settings["telemetry"] | {"metrics_port": 0}
    config = folder / "second.toml"
    config.write_text(render_toml(settings), encoding="utf-8")
    with (folder / "second.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "gateway"],
            env=os.environ | {"XIEZHI_CONFIG": str(config)},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        await_that(ready.exists, "the second gateway does not listen")
        line = Line(suite.home, system="courts", address=ready.read_text(encoding="ascii").strip())
        yield line
        line.close()
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_two_gateways_see_at_once_what_the_other_did(on_postgres: Suite, everybody: Players, tmp_path: Path) -> None:
    players, judge = everybody, everybody.cast.judge
    case = players.register()
    request = players.question(case=case)
    with _second_gateway(on_postgres, tmp_path) as second:
        await_that(lambda: _lists(players, second), "the second gateway does not answer")
        for turn in range(5):
            # Submitted here, decided there, used on both sides, ended there.
            name = players.submit(request)
            players.refuse(Reason.APPROVAL_PENDING, judge, LOOKUP, request, approval=name, line=second)
            step = players.step(name, players.sign(players.claims(name)))
            players.call(players.cast.approver, *step, line=second)
            for line in (None, second):
                answer = players.call(judge, LOOKUP, request, approval=name, line=line)
                assert identity_pb2.LookupHouseholdResponse.FromString(answer.payload).answer.household.members
            if turn % 2:
                withdrawal = approval_pb2.WithdrawApprovalRequest(
                    request_id=str(uuid.uuid4()), name=name, reason="No longer needed."
                )
                players.call(judge, f"{APPROVALS}WithdrawApproval", withdrawal, line=second)
                ended = Reason.APPROVAL_WITHDRAWN
            else:
                revoking = players.sign(players.claims(name, Decision.REVOKE))
                revocation = players.step(name, revoking, Decision.REVOKE)
                players.call(players.cast.approver, *revocation, line=second)
                ended = Reason.APPROVAL_REVOKED
            players.refuse(ended, judge, LOOKUP, request, approval=name)
        closing = casefile_pb2.CloseCaseRequest(
            request_id="6f2b1f5e-7a52-4c57-9a2f-0d6f0b8c2a11", court_code=COURT, case_number=case
        )
        name = players.approved(request)
        players.call(REGISTRAR, f"{CASES}CloseCase", closing)
        players.refuse(Reason.NOT_HANDLING_JUDGE, judge, LOOKUP, request, approval=name, line=second)


def _lists(players: Players, line: Line) -> bool:
    try:
        players.call(players.cast.judge, f"{APPROVALS}ListApprovals", b"", line=line)
    except Refused:
        return False
    return True
