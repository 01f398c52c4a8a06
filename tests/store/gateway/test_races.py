"""Two gateways on one database, or two calls of one, that do at the same moment what only one of them can."""

import asyncio

from gateway.approval import handlers
from gateway.approval.domain import Cause
from xiezhi.errors import Reason, XiezhiError

ROUNDS = 10


async def use(bench, approval, *, spend=True):
    kept = await bench.store.get(approval.name)
    return await handlers.use(
        kept, spend=spend, actor=kept.requester, cause=Cause("ab" * 16, "cd" * 8), store=bench.store, clock=bench.clock
    )


async def reason_of(work):
    try:
        await work
    except XiezhiError as failure:
        return failure.reason
    return None


async def kinds(bench, approval):
    kept = await bench.store.get(approval.name)
    return [event.kind.name for event in kept.timeline]


async def test_of_many_that_race_to_spend_an_approval_one_does(bench, second_bench):
    for _ in range(ROUNDS):
        approval = await bench.approved()
        spent = await asyncio.gather(*(use(one, approval) for one in (bench, second_bench) * 4))
        assert len({one.timeline for one in spent}) == 1
        for one in (bench, second_bench):
            assert await kinds(one, approval) == ["SUBMITTED", "CONSENTED", "SPENT"]


async def test_an_approval_is_spent_or_withdrawn_and_never_both(bench, second_bench, officers):
    for turn in range(ROUNDS):
        approval = await bench.approved()
        spend = use(bench, approval)
        withdraw = second_bench.ask("WithdrawApproval", officers.judge, name=approval.name, reason="不再需要")
        attempts = [spend, withdraw] if turn % 2 else [withdraw, spend]
        outcomes = await asyncio.gather(*map(reason_of, attempts))
        spent, withdrawn = outcomes if turn % 2 else reversed(outcomes)
        end = (await kinds(bench, approval))[2:]
        if end == ["SPENT"]:
            assert (spent, withdrawn) == (None, Reason.APPROVAL_STATE)
        else:
            assert (end, spent, withdrawn) == (["WITHDRAWN"], Reason.APPROVAL_WITHDRAWN, None)


async def test_two_gateways_decide_on_what_the_other_has_left(bench, second_bench, officers):
    for _ in range(ROUNDS):
        approval = await bench.submit()
        consented, rejected = await asyncio.gather(
            reason_of(bench.decide("Approve", officers.chief, approval)),
            reason_of(second_bench.decide("Reject", officers.other_chief, approval)),
        )
        assert {consented, rejected} == {None, Reason.APPROVAL_STATE}
        expected = "CONSENTED" if consented is None else "REJECTED"
        assert await kinds(bench, approval) == await kinds(second_bench, approval) == ["SUBMITTED", expected]


async def test_a_first_lookup_at_two_gateways_is_written_once(bench, second_bench):
    for _ in range(ROUNDS):
        approval = await bench.approved()
        used = await asyncio.gather(*(use(one, approval, spend=False) for one in (bench, second_bench)))
        assert len({one.first_used_at for one in used}) == 1
        assert await kinds(bench, approval) == ["SUBMITTED", "CONSENTED", "USED"]
