"""Streams of requests and answers through the gateway and a service, over real sockets and mutual TLS, with a real log.

No contract has such a method yet, so one is made of two that there are.
"""

import asyncio
import io
import warnings
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import grpc
import pytest

from gateway.decision import Grant
from gateway.proxy import Proxy
from services.chassis.call import Joint
from services.chassis.channels import open_channel
from services.chassis.clock import SystemClock
from services.chassis.config import TlsSettings
from services.chassis.gathering import gather
from services.chassis.hosting import Hosting
from services.chassis.ids import RandomIds
from services.chassis.peers import Peers
from services.chassis.pipeline import Pipeline
from services.chassis.policy import Contracts
from services.chassis.recorder import Recorder
from services.chassis.server import Routes, build_server, listen
from services.chassis.telemetry import Telemetry, TelemetrySettings
from tests.integration.client.exchange import Log
from xiezhi.client import ReceiptError
from xiezhi.client.contract import find_method
from xiezhi.client.receipts import ReceiptCheck, Sent, StreamCheck
from xiezhi.errors import Reason, error
from xiezhi.errors.status import from_status
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning

SERVICE = "xiezhi.identity.v1.IdentityService"
ECHO = f"/{SERVICE}/BatchLookupHouseholds"
MAX_BYTES = 10_000
SECONDS = 30
MOST = 100
Answer = identity_pb2.BatchLookupHouseholdsResponse


def contracts():
    """The contract of a method that answers numbers with the same numbers."""
    declared = Contracts.load().method(ECHO)
    policy = replace(declared.policy, approval=None, case_bound=False)
    number = ledger_pb2.GetInclusionProofRequest
    return Contracts({ECHO: replace(declared, client_streaming=True, input_class=number, policy=policy)})


def asked(number):
    return ledger_pb2.GetInclusionProofRequest(leaf_index=number).SerializeToString()


class Gate:
    """Admits everybody, at the gateway and behind it, until told otherwise."""

    def __init__(self):
        self.ended = None

    def authenticate(self, call):
        """Knows everybody."""

    async def admit(self, call, message):
        """Refuses nobody."""

    async def grant(self, call, message):
        return Grant(None, (), call.received_at, replay=False)

    def require_still(self, call):
        """Lets every stream go on."""

    async def require_lasting(self, call, granted):
        if self.ended is not None:
            raise self.ended


class Ledger:
    """A signed log that takes its time, and may be away."""

    def __init__(self):
        self.log, self.taken, self.away = Log(), asyncio.Event(), False
        self.open = asyncio.Event()
        self.open.set()

    async def append(self, entry):
        self.taken.set()
        await self.open.wait()
        if self.away:
            raise error(Reason.LEDGER_UNAVAILABLE, "Away.")
        return self.log.append(entry)

    async def keep(self, entry):
        self.log.append(entry)

    def of(self, value):
        return value.encode()[:32].ljust(32)

    @property
    def entries(self):
        return [ledger_pb2.Entry.FromString(leaf) for leaf in self.log.leaves]


class Echo:
    """Answers each number with itself, in groups of what has come meanwhile."""

    def __init__(self):
        self.read_all = asyncio.Event()

    async def BatchLookupHouseholds(self, requests, call):
        async with aclosing(gather(self._noting_end(requests), most=MOST)) as groups:
            async for group in groups:
                items = [identity_pb2.BatchItem(index=request.leaf_index) for request in group]
                yield Joint(tuple(Answer(items=[item]) for item in items))

    async def _noting_end(self, requests):
        async for request in requests:
            yield request
        self.read_all.set()


@dataclass(slots=True)
class Site:
    """A gateway, a service behind it, and a channel to the gateway."""

    echo: Echo
    gate: Gate
    ledger: Ledger
    channel: grpc.aio.Channel

    def stream(self, requests):
        return self.channel.stream_stream(ECHO)(requests, timeout=SECONDS)

    def check(self, *, lookup=True):
        contract = replace(find_method(ECHO), client_streaming=True, lookup=lookup)
        return StreamCheck(ReceiptCheck(self.ledger.log.key), Sent(contract, b"", len(self.ledger.log.leaves), ""))


async def read_until_refused(site, stream):
    """Returns the numbers of all answers that are proven, and the reason of the refusal that ends them."""
    check, numbers = site.check(), []
    try:
        async for answer in stream:
            for proven in check.take(answer):
                numbers += [item.index for item in Answer.FromString(proven).items]
    except grpc.aio.AioRpcError as failure:
        trailing = tuple(failure.trailing_metadata() or ())
        return numbers, from_status(failure.code().name, failure.details() or "", trailing).reason
    check.end()
    return numbers, None


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    made = InsecureDevelopmentKeys(tmp_path_factory.mktemp("keys"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.create(now=datetime.now(UTC))
    return made


@asynccontextmanager
async def running(keys, name, ledger, make):
    """Runs a process of which `make` makes the handlers; yields its address."""
    files = keys.tls(name)
    tls = TlsSettings(authority=files.authority, certificate=files.certificate, key=files.key)
    telemetry = Telemetry.start(service=name, settings=TelemetrySettings(), log_stream=io.StringIO())
    recorder = Recorder(
        sink=ledger,
        spool=ledger,
        writer=name,
        cases=ledger,
        subjects=ledger,
        ids=RandomIds(),
        entry_ids=RandomIds(),
        clock=SystemClock(),
        lost=lambda call: None,
    )
    pipeline = Pipeline(
        peers=Peers("xiezhi.jx"),
        recorder=recorder,
        telemetry=telemetry,
        clock=SystemClock(),
        ids=RandomIds(),
        max_request_bytes=MAX_BYTES,
    )
    server = build_server(max_request_bytes=MAX_BYTES)
    address = listen(server, "127.0.0.1:0", tls)
    server.add_generic_rpc_handlers((Routes(make(pipeline, recorder, telemetry, tls), pipeline),))
    await server.start()
    try:
        yield address
    finally:
        await server.stop(5)
        telemetry.shutdown()


@pytest.fixture
async def site(keys):
    echo, gate, ledger = Echo(), Gate(), Ledger()

    def host(pipeline, recorder, telemetry, tls):
        hosting = Hosting(pipeline=pipeline, admission=gate, recorder=recorder)
        return hosting.handlers(contracts(), {SERVICE: echo})

    async with running(keys, "identity", ledger, host) as address:
        files = keys.tls("gateway")
        tls = TlsSettings(authority=files.authority, certificate=files.certificate, key=files.key)

        async with open_channel(address, name="spiffe://xiezhi.jx/service/identity", tls=tls) as behind:

            def forward(pipeline, recorder, telemetry, tls):
                proxy = Proxy(pipeline=pipeline, gate=gate, telemetry=telemetry, backends={SERVICE: behind})
                return proxy.handlers(contracts())

            async with (
                running(keys, "gateway", ledger, forward) as front,
                open_channel(front, name="spiffe://xiezhi.jx/service/gateway", tls=tls) as channel,
            ):
                yield Site(echo, gate, ledger, channel)


async def test_many_answers_come_proven_and_in_order_with_few_entries(site):
    site.ledger.open.clear()
    reading = asyncio.ensure_future(anext(answers := aiter(site.stream(asked(n) for n in range(MOST + 1)))))
    await asyncio.wait_for(site.echo.read_all.wait(), SECONDS)
    assert site.ledger.log.leaves == []
    assert not reading.done()
    site.ledger.open.set()
    check = site.check()
    proven = [*check.take(await reading)]
    async for answer in answers:
        proven += check.take(answer)
    check.end()
    assert [Answer.FromString(one).items[0].index for one in proven] == list(range(MOST + 1))
    # While the first two groups waited for the ledger, all others came together.
    assert len(site.ledger.entries) <= 3
    assert {entry.method for entry in site.ledger.entries} == {ECHO}


async def test_a_long_stream_comes_whole(site):
    assert await read_until_refused(site, site.stream(map(asked, range(1_000)))) == (list(range(1_000)), None)


async def test_whoever_waits_for_each_answer_gets_it_at_once(site):
    requests = asyncio.Queue()

    async def one_by_one():
        while (number := await requests.get()) is not None:
            yield asked(number)

    stream, check = site.stream(one_by_one()), site.check()
    for number in range(3):
        requests.put_nowait(number)
        (proven,) = check.take(await stream.read())
        assert Answer.FromString(proven).items[0].index == number
    requests.put_nowait(None)
    assert await stream.read() is grpc.aio.EOF
    check.end()
    assert len(site.ledger.entries) == 3


async def test_answers_of_a_former_stream_prove_nothing(site):
    former = [answer async for answer in site.stream([asked(0)])]
    check = site.check(lookup=False)
    with pytest.raises(ReceiptError, match="not newer"):
        check.take(former[0])


async def test_without_a_record_no_answer_comes(site):
    site.ledger.away = True
    numbers, reason = await read_until_refused(site, site.stream([asked(1), asked(2)]))
    assert (numbers, reason) == ([], Reason.LEDGER_UNAVAILABLE)


@pytest.mark.parametrize(("bad", "expected"), [(b"\xff\xff", Reason.MESSAGE_MALFORMED), (b"", Reason.FIELDS_INVALID)])
async def test_a_bad_request_in_the_midst_ends_the_stream_with_its_reason(site, bad, expected):
    numbers, reason = await read_until_refused(site, site.stream([asked(0), asked(1), bad, asked(2)]))
    assert reason is expected
    assert numbers == list(range(len(numbers)))
    assert len(numbers) <= 2
    assert expected.value in {entry.reason for entry in site.ledger.entries}


async def test_a_stream_ends_with_what_it_rests_on(site):
    requests = asyncio.Queue()

    async def one_by_one():
        while True:
            yield asked(await requests.get())

    answers = aiter(site.stream(one_by_one()))
    requests.put_nowait(0)
    assert len(site.check().take(await anext(answers))) == 1
    site.gate.ended = error(Reason.TOKEN_EXPIRED, "Over.")
    requests.put_nowait(1)
    assert await read_until_refused(site, answers) == ([], Reason.TOKEN_EXPIRED)
    assert [entry.reason for entry in site.ledger.entries][-1] == Reason.TOKEN_EXPIRED.value
