"""What the ledger is told of a call, and that no refusal is forgotten while the ledger is away."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis import recorder as module
from services.chassis.call import Call, Peer, VerifiedGrant
from services.chassis.clock import ManualClock
from services.chassis.ids import SequenceIds
from services.chassis.policy import UNKNOWN_METHOD, Contracts
from services.chassis.recorder import Recorder, plain
from services.chassis.tokens import Caller
from services.chassis.trust import Statement
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, Unavailable, error
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.policy.v1 import policy_pb2
from xiezhi.proof.statement import Rank, Signer

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOOKUP = Contracts.load().method("/xiezhi.identity.v1.IdentityService/LookupHousehold")
APPROVAL = "approvals/00000000-0000-4000-8000-000000000001"
REFUSAL = error(Reason.PERMISSION_MISSING, "The token lacks the permission.")
AWAY = error(Reason.LEDGER_UNAVAILABLE, "The ledger does not answer.")


class Place:
    """Takes entries, or fails."""

    def __init__(self):
        self.entries = []
        self.failure = None

    async def append(self, entry):
        if self.failure is not None:
            raise self.failure
        self.entries.append(entry)
        return receipt_pb2.Receipt(entry=entry.SerializeToString())

    async def keep(self, entry):
        await self.append(entry)


class Digests:
    def __init__(self, name):
        self.name = name

    def of(self, value):
        return f"{self.name}:{value}".encode()


class Bench:
    def __init__(self):
        self.ledger, self.spool, self.lost = Place(), Place(), []
        self.clock = ManualClock(NOW)
        self.recorder = Recorder(
            sink=self.ledger,
            spool=self.spool,
            writer="identity",
            cases=Digests("case"),
            subjects=Digests("subject"),
            entry_ids=SequenceIds(),
            ids=SequenceIds(1),
            clock=self.clock,
            lost=self.lost.append,
        )


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def call():
    caller = Caller("GAN0102-J001", "赣0102", Rank.JUDGE, frozenset(), "W", "E", bytes(32), NOW + timedelta(hours=1))
    statement = Statement(None, Signer("GAN0102-C001", "赣0102", Rank.DIVISION_CHIEF), b"d" * 32, NOW)
    return Call(
        method=LOOKUP,
        received_at=NOW,
        accepted_at=NOW,
        trace_id="a" * 32,
        metadata={},
        peer=Peer("gateway", bytes(32)),
        request_sha256=b"r" * 32,
        caller=caller,
        grant=VerifiedGrant(APPROVAL, (statement,)),
        approval=APPROVAL,
        court_code="赣0102",
        case_number="（2026）赣0102执1号",
        subjects=("11010119900307123x", "B"),
    )


async def test_an_answer_is_recorded_with_all_that_it_rests_on(bench, call):
    receipt = await bench.recorder.answered(call, b"s" * 32)
    (entry,) = bench.ledger.entries
    assert receipt.entry == entry.SerializeToString()
    assert len(receipt.salt) == 16
    assert entry == ledger_pb2.Entry(
        entry_id=str(SequenceIds().uuid()),
        time=entry.time,
        writer="identity",
        kind=ledger_pb2.ENTRY_KIND_DISCLOSURE,
        method=LOOKUP.full_name,
        actor="GAN0102-J001",
        actor_organisation="赣0102",
        approval=APPROVAL,
        statement_sha256s=[b"d" * 32],
        request_sha256=b"r" * 32,
        response_sha256=hashlib.sha256(receipt.salt + b"s" * 32).digest(),
        case_index="case:赣0102|2026赣0102执1号".encode(),
        subject_indexes=[b"subject:11010119900307123X", b"subject:B"],
        trace_id="a" * 32,
        clauses=LOOKUP.policy.clauses,
    )
    assert entry.time.ToDatetime(UTC) == NOW


@pytest.mark.parametrize(
    ("audit", "kind"),
    [
        (policy_pb2.AUDIT_CLASS_DISCLOSURE, ledger_pb2.ENTRY_KIND_DISCLOSURE),
        (policy_pb2.AUDIT_CLASS_MEASURE, ledger_pb2.ENTRY_KIND_MEASURE),
        (policy_pb2.AUDIT_CLASS_WORKFLOW, ledger_pb2.ENTRY_KIND_WORKFLOW),
        (policy_pb2.AUDIT_CLASS_ACCESS, ledger_pb2.ENTRY_KIND_ACCESS),
    ],
)
async def test_each_class_of_the_contract_is_a_kind_of_entry(bench, call, audit, kind):
    of_class = replace(call, method=replace(LOOKUP, policy=replace(LOOKUP.policy, audit=audit)))
    await bench.recorder.answered(of_class, bytes(32))
    assert bench.ledger.entries[0].kind == kind


async def test_an_answer_about_some_of_the_subjects_names_those(bench, call):
    await bench.recorder.answered(call, bytes(32), subjects=("B",))
    await bench.recorder.answered(call, bytes(32), subjects=())
    assert [list(entry.subject_indexes) for entry in bench.ledger.entries] == [[b"subject:B"], []]


async def test_an_answer_that_cannot_be_recorded_is_none(bench, call):
    bench.ledger.failure = AWAY
    with pytest.raises(Unavailable):
        await bench.recorder.answered(call, bytes(32))
    assert bench.spool.entries == []


async def test_a_refusal_is_recorded_with_its_reason(bench, call):
    await bench.recorder.refused(call, REFUSAL)
    (entry,) = bench.ledger.entries
    assert (entry.kind, entry.reason) == (ledger_pb2.ENTRY_KIND_REFUSAL, "PERMISSION_MISSING")
    assert entry.response_sha256 == b""
    assert bench.spool.entries == bench.lost == []


async def test_a_refusal_of_nobody_knows_whom_is_recorded_with_what_is_known(bench, call):
    bare = replace(
        call, method=UNKNOWN_METHOD, caller=None, grant=None, approval="x" * 999, case_number="", subjects=()
    )
    await bench.recorder.refused(bare, REFUSAL)
    (entry,) = bench.ledger.entries
    assert (entry.method, entry.actor, entry.case_index, list(entry.subject_indexes)) == ("unknown", "", b"", [])
    assert entry.approval == ""


@pytest.mark.parametrize("failure", [AWAY, error(Reason.LEDGER_DAMAGED, "Damaged."), RuntimeError("unexpected")])
async def test_a_refusal_that_the_ledger_does_not_take_is_kept(bench, call, failure):
    bench.ledger.failure = failure
    await bench.recorder.refused(call, REFUSAL)
    assert [entry.reason for entry in bench.spool.entries] == ["PERMISSION_MISSING"]
    assert bench.lost == []


async def test_a_refusal_does_not_wait_long_for_a_ledger_that_is_slow(bench, call, monkeypatch):
    async def never(entry):
        await asyncio.sleep(60)

    monkeypatch.setattr(module, "REFUSAL_SECONDS", 0.01)
    monkeypatch.setattr(bench.ledger, "append", never)
    await bench.recorder.refused(call, REFUSAL)
    assert len(bench.spool.entries) == 1


@pytest.mark.parametrize("failure", [error(Reason.STORE_UNAVAILABLE, "Full."), OSError("unexpected")])
async def test_a_refusal_that_can_be_kept_nowhere_is_told_as_lost(bench, call, failure):
    bench.ledger.failure, bench.spool.failure = AWAY, failure
    await bench.recorder.refused(call, REFUSAL)
    assert bench.lost == [call]


async def test_a_change_is_recorded_before_it_is_made(bench, call):
    await bench.recorder.intended(call)
    (entry,) = bench.ledger.entries
    assert entry.kind == ledger_pb2.ENTRY_KIND_INTENT
    assert (entry.actor, entry.request_sha256, entry.response_sha256) == ("GAN0102-J001", b"r" * 32, b"")


async def test_a_change_that_is_made_part_by_part_is_recorded_with_those_of_each(bench, call):
    await bench.recorder.intended(call)
    await bench.recorder.intended(call, ("369901198001150011",))
    whole, part = bench.ledger.entries
    assert len(whole.subject_indexes) == len(call.subjects)
    assert list(part.subject_indexes) == [bench.recorder._subjects.of("369901198001150011")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("（2018）赣0102执1234号", "(2018)赣0102执1234号"),
        ("（2018)赣0102执1234号", "(2018）赣0102执1234号"),
        ("11010119900307123x", "11010119900307123X"),
        ("MA35TRT7-0", "MA35TRT70"),
    ],
)
def test_what_means_the_same_has_one_index(one, other):
    assert plain(one) == plain(other) != plain(one + "1")


async def test_of_refusals_for_calling_too_often_one_a_second_is_recorded(bench, call):
    limited = error(Reason.RATE_LIMITED, "Too many calls of this caller.")
    for _ in range(5):
        await bench.recorder.refused(call, limited)
    assert len(bench.ledger.entries) == 1
    await bench.recorder.refused(replace(call, peer=Peer("another", bytes(32))), limited)
    await bench.recorder.refused(call, error(Reason.TOKEN_MISSING, "No token."))
    assert len(bench.ledger.entries) == 3
    bench.clock.advance(timedelta(seconds=1))
    await bench.recorder.refused(call, limited)
    assert len(bench.ledger.entries) == 4
