"""The identity service: from messages to use cases and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from services.chassis.call import Call, Part
from services.chassis.cohorts import next_stage
from services.codes.ages import AgeRule
from services.codes.legal_time import legal_date
from services.identity import convert, handlers
from services.identity.domain import Registry
from xiezhi.identity.v1 import identity_pb2

MAX_ITEMS = handlers.READ_SIZE
"""Most items of one message of a batch: those that are read together are sent, and proven, together."""
MAX_BYTES = 1 << 20
"""Length from which a message of a batch takes no further item."""


class IdentityServicer:
    """`xiezhi.identity.v1.IdentityService`.

    Args:
        registry: Where people are on file.
        rule: When one is 16周岁以上.
    """

    def __init__(self, registry: Registry, *, rule: AgeRule) -> None:
        self._registry = registry
        self._rule = rule

    async def LookupHousehold(
        self, request: identity_pb2.LookupHouseholdRequest, call: Call
    ) -> identity_pb2.LookupHouseholdResponse:
        """Looks up one debtor."""
        question = convert.read_question(request, as_of=legal_date(call.accepted_at))
        debtor = convert.read_debtor(request.debtor, field="debtor", on=question.as_of)
        answer = await handlers.lookup_household(debtor, question, registry=self._registry, rule=self._rule)
        await next_stage(call)
        response = identity_pb2.LookupHouseholdResponse()
        convert.write_answer(response.answer, answer, question=question, rule=self._rule)
        return response

    async def BatchLookupHouseholds(
        self, request: identity_pb2.BatchLookupHouseholdsRequest, call: Call
    ) -> AsyncIterator[Part]:
        """Looks up many debtors of one case; each message is recorded with the debtors whom it is about."""
        question = convert.read_question(request, as_of=legal_date(call.accepted_at))
        debtors = convert.read_debtors(request.debtors, on=question.as_of)
        response, size = identity_pb2.BatchLookupHouseholdsResponse(), 0
        found = handlers.lookup_many(debtors, question, registry=self._registry, rule=self._rule)
        async with aclosing(found) as items:  # type: ignore[type-var]
            async for item in items:
                message = response.items.add()
                convert.write_item(message, item, question=question, rule=self._rule)
                size += message.ByteSize()
                if len(response.items) == MAX_ITEMS or size >= MAX_BYTES:
                    yield _part(request, response)
                    response, size = identity_pb2.BatchLookupHouseholdsResponse(), 0
        if response.items:
            yield _part(request, response)


def _part(
    request: identity_pb2.BatchLookupHouseholdsRequest, response: identity_pb2.BatchLookupHouseholdsResponse
) -> Part:
    return Part(response, tuple(request.debtors[item.index].id_number for item in response.items))
