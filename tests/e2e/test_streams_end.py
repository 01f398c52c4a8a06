"""A stream that is under way ends with what it rests on: nobody reads on after a revocation or a reassignment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.synthetic import Province, batch_number
from tests.e2e.players import BATCH, Players
from tests.e2e.running import make_seeded, running
from xiezhi.cli.household import Category
from xiezhi.cli.seed import DEFAULT_SEED
from xiezhi.client import CachedToken, Client, connect
from xiezhi.errors import Reason, XiezhiError
from xiezhi.identity.v1 import identity_pb2
from xiezhi.proof.statement import Decision

SIZE, PEOPLE = 1_000, 1_600
"""These are twenty messages and more, far more than connections hold for a caller who does not read."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Players]:
    """Everybody who calls a suite with a large province."""
    with running(make_seeded(tmp_path_factory.mktemp("large"), people=PEOPLE)) as suite:
        made = Players(suite.home)
        yield made
        made.close()


def _request(players: Players, case: str) -> identity_pb2.BatchLookupHouseholdsRequest:
    made = identity_pb2.BatchLookupHouseholdsRequest()
    for debtor in Province(DEFAULT_SEED).debtors(SIZE):
        one = players.question(
            case=case, name=debtor.name, number=debtor.number, categories=(Category.HOUSEHOLD, Category.PHOTOS)
        )
        made.debtors.append(one.debtor)
        made.context.CopyFrom(one.context)
        made.categories[:] = one.categories
    return made


def _slow_reader(players: Players) -> Client:
    """Opens the judge's connection so that little is sent before it is read."""
    session = players.session(players.cast.judge)
    return connect(
        session.find_gateway(),
        credentials=session.credentials(),
        token=CachedToken(session.mint),
        log_key=session.log_key(),
        options=(("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 16_384)),
    )


def _revoke(players: Players, approval: str, case: str) -> None:
    players.decide(approval, Decision.REVOKE)


def _reassign(players: Players, approval: str, case: str) -> None:
    players.reassign(case, players.cast.colleague)


def _close(players: Players, approval: str, case: str) -> None:
    players.close_case(case)


@pytest.mark.clause("R-5.2")
@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (_revoke, Reason.APPROVAL_REVOKED),
        (_reassign, Reason.NOT_HANDLING_JUDGE),
        (_close, Reason.NOT_HANDLING_JUDGE),
    ],
)
def test_nothing_is_read_after_the_end(
    large: Players, end: Callable[[Players, str, str], None], reason: Reason
) -> None:
    players = large
    numbers = [debtor.number for debtor in Province(DEFAULT_SEED).debtors(SIZE)]
    case = players.register(*numbers)
    request = _request(players, case)
    approval = players.approved(request, method=BATCH)
    with _slow_reader(players) as client, client.using(approval):
        answers = client.channel.unary_stream(BATCH, None, identity_pb2.BatchLookupHouseholdsResponse.FromString)(
            request
        )
        read = [len(next(answers).items)]
        end(players, approval, case)
        with pytest.raises(XiezhiError) as refused:
            read.extend(len(answer.items) for answer in answers)
    assert refused.value.reason is reason
    assert sum(read) < SIZE


def test_a_stream_that_may_go_on_is_read_to_its_end(large: Players) -> None:
    players = large
    case = batch_number(SIZE)
    request = _request(players, case)
    approval = players.approved(request, method=BATCH)
    client = players.client(players.cast.judge)
    with client.using(approval):
        stub = client.channel.unary_stream(BATCH, None, identity_pb2.BatchLookupHouseholdsResponse.FromString)
        assert sum(len(answer.items) for answer in stub(request)) == SIZE
