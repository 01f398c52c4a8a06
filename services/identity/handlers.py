"""The use cases: one debtor looked up, and many of one case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from services.codes.ages import AgeRule
from services.identity.domain import (
    BatchItem,
    Debtor,
    Draft,
    HouseholdAnswer,
    Question,
    Registry,
    Section,
    StoredPhoto,
    complete,
    draft,
)
from xiezhi.errors import Reason

READ_SIZE = 50
"""Debtors of a batch that are read at once."""

Disclosed = dict[tuple[int, frozenset[int]], tuple[int, Section]]
"""By household and the people disclosed in it: the first item of the batch that did, and its outcome for photos."""


async def lookup_household(debtor: Debtor, question: Question, *, registry: Registry, rule: AgeRule) -> HouseholdAnswer:
    """Looks up one debtor (notice 一.1).

    Args:
        debtor: Whom the court asks about.
        question: What is asked.
        registry: Where people are on file.
        rule: When one is 16周岁以上.

    Raises:
        Unavailable: STORE_UNAVAILABLE.
    """
    files = {} if debtor.is_organisation else await registry.find((debtor.number,))
    drafted = draft(debtor, question, files.get(debtor.number), rule=rule)
    digests = drafted.photos
    return complete(drafted, await registry.photos(digests) if digests else {})


async def lookup_many(
    debtors: Iterable[Debtor | Reason], question: Question, *, registry: Registry, rule: AgeRule
) -> AsyncIterator[BatchItem]:
    """Looks up many debtors of one case, in their order; each has its own outcome.

    A household whose very members an earlier item disclosed is not disclosed again (R-1.2).

    Args:
        debtors: Whom the court asks about, or why one of them cannot be looked up. Read as the answers are taken.
        question: What is asked about each.
        registry: Where people are on file.
        rule: When one is 16周岁以上.

    Raises:
        Unavailable: STORE_UNAVAILABLE.
    """
    disclosed: Disclosed = {}
    for chunk in _chunks(enumerate(debtors)):
        numbers = {d.number for _, d in chunk if isinstance(d, Debtor) and not d.is_organisation}
        files = await registry.find(tuple(numbers)) if numbers else {}
        drafts = [
            None if isinstance(d, Reason) else draft(d, question, files.get(d.number), rule=rule) for _, d in chunk
        ]
        digests = {digest for drafted in drafts if drafted is not None for digest in drafted.photos}
        photos = await registry.photos(digests) if digests else {}
        for (index, debtor), drafted in zip(chunk, drafts, strict=True):
            if drafted is None:
                yield BatchItem(index, None, str(debtor))
            else:
                yield BatchItem(index, _disclose_once(index, drafted, photos, disclosed=disclosed))


def _disclose_once(
    index: int, drafted: Draft, photos: Mapping[bytes, StoredPhoto], *, disclosed: Disclosed
) -> HouseholdAnswer:
    group = drafted.group
    earlier = None if group is None else disclosed.get(group)
    if earlier is not None:
        first, photos_result = earlier
        answer = complete(drafted.without_members(), {})
        return replace(answer, photos_result=photos_result, household_disclosed_in_item=first)
    answer = complete(drafted, photos)
    if group is not None:
        disclosed[group] = (index, answer.photos_result)
    return answer


def _chunks(numbered: Iterator[tuple[int, Debtor | Reason]]) -> Iterator[list[tuple[int, Debtor | Reason]]]:
    while chunk := list(islice(numbered, READ_SIZE)):
        yield chunk
