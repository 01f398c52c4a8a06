"""Start of the log: everything is read and hashed anew before anything is served."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

from services.ledger.domain import Kept, SignedHead, Tree, damaged
from services.ledger.log import Log
from services.ledger.ports import HeadKeeper, HeadSigner, LogStore
from xiezhi.proof.merkle import EMPTY_ROOT, leaf_hash

READ_AT_ONCE = 2_000
"""Entries read at once."""

IdOf = Callable[[bytes], uuid.UUID | None]
"""Reads the id out of an entry's bytes; None if they are no entry."""


async def recover(store: LogStore, *, signer: HeadSigner, high_water: HeadKeeper, id_of: IdOf) -> Log:
    """Rebuilds the log from its entries and holds it against its signed head and the high-water file.

    Args:
        store: Where it is kept.
        signer: Signs its heads.
        high_water: Keeps its newest head outside the store.
        id_of: Reads the id out of an entry's bytes.

    Raises:
        DataLoss: LEDGER_DAMAGED, if anything does not agree.
        Unavailable: STORE_UNAVAILABLE.
        OSError: If the high-water file cannot be read or written.
    """
    mark = await asyncio.to_thread(high_water.read)
    head = await store.read_head()
    if head is None:
        head = await _begin(store, mark, signer=signer)
    _require_agreement(head, mark, signer=signer)
    tree = await _rebuild(store, head, mark, id_of=id_of)
    if mark != head:
        await asyncio.to_thread(high_water.keep, head)
    return Log(tree, head, store=store, signer=signer, high_water=high_water)


async def _begin(store: LogStore, mark: SignedHead | None, *, signer: HeadSigner) -> SignedHead:
    """Begins a log where there is none, and never where there was one."""
    if mark is not None:
        raise damaged(f"the store is empty and had signed for {mark.size} entries")
    if await store.count():
        raise damaged("the store has entries and no head")
    head = signer.sign(0, EMPTY_ROOT, after=None)
    await store.begin(head)
    return head


def _require_agreement(head: SignedHead, mark: SignedHead | None, *, signer: HeadSigner) -> None:
    signer.require_own(head)
    if mark is None:
        # The first head goes into the store before it goes into the file; nothing is appended in between.
        if head.size:
            raise damaged(f"the high-water file of a log of {head.size} entries is missing")
        return
    signer.require_own(mark)
    if mark.size > head.size:
        raise damaged(f"the store has {head.size} entries and had signed for {mark.size}")


async def _rebuild(store: LogStore, head: SignedHead, mark: SignedHead | None, *, id_of: IdOf) -> Tree:
    tree = Tree()
    while True:
        page = await store.read(tree.size, READ_AT_ONCE)
        if not page:
            break
        await asyncio.to_thread(_take, tree, page, id_of)
    if tree.size != head.size:
        raise damaged(f"the store has {tree.size} entries and its head signs for {head.size}")
    for signed in (head, mark):
        if signed is not None and tree.at(signed.size).root != signed.root:
            raise damaged(f"the entries do not hash to the root signed for {signed.size} of them")
    return tree


def _take(tree: Tree, page: list[Kept], id_of: IdOf) -> None:
    start = tree.size
    for place, kept in enumerate(page, start):
        record = kept.record
        if kept.index != place:
            raise damaged(f"entry {place} is missing")
        if leaf_hash(record.raw) != record.leaf_hash:
            raise damaged(f"entry {place} is not the one that was appended")
        if id_of(record.raw) != record.entry_id:
            raise damaged(f"entry {place} is kept under another id")
    tree.extend(kept.record.leaf_hash for kept in page)
