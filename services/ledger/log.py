"""The running log: appends in groups, one commit and one signed head for each.

Order is everything here. Entries and the head that covers them are committed together; then the head goes into the
high-water file; only then does anybody see it. So whatever was shown to anybody is in the database and in the file,
wherever the process is killed, and a head that was signed for a commit that failed is never shown.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.ledger.domain import Record, Shown, SignedHead, Tree, View, arrange, damaged
from services.ledger.ports import HeadKeeper, HeadSigner, LogStore, Transaction
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.proof.merkle import leaf_hash

GROUP_ENTRIES = 2_000
"""A group is closed once it has this many entries."""
GROUP_BYTES = 8 * 1024 * 1024
"""Or once its entries are this long."""
WAITING_BYTES = 64 * 1024 * 1024
"""Entries that wait for a group are no longer than this together; what comes beyond is refused."""
READ_AT_ONCE = 1_000
"""Entries read at once to catch up with the store."""
ATTEMPTS = 3
"""How often a group is offered to a store whose state must be found out in between."""

Outcome = tuple[int, ...] | XiezhiError
"""The places of a request's entries, or why it is refused."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where entries are.

    Attributes:
        indexes: Zero-based places, in the order of the request.
        shown: The head that covers them.
    """

    indexes: tuple[int, ...]
    shown: Shown


@dataclass(slots=True)
class _Waiting:
    """A request and whoever waits for it."""

    records: Sequence[Record]
    length: int
    done: asyncio.Future[Appended]


class _MovedError(Exception):
    """The store's head is not the one that was committed last."""


class Log:
    """The log.

    Args:
        tree: Its tree, as `services.ledger.recovery.recover` rebuilt it.
        head: Its newest head, which covers the tree and is in the high-water file.
        store: Where it is kept.
        signer: Signs its heads.
        high_water: Keeps its newest head outside the store.
    """

    def __init__(
        self, tree: Tree, head: SignedHead, *, store: LogStore, signer: HeadSigner, high_water: HeadKeeper
    ) -> None:
        self._tree = tree
        self._store = store
        self._signer = signer
        self._high_water = high_water
        self._committed = self._shown = Shown(head, tree.at(head.size))
        self._kept = head
        self._attempted: list[SignedHead] = []
        self._damage: XiezhiError | None = None
        self._queue: deque[_Waiting] = deque()
        self._length = 0
        self._worker: asyncio.Task[None] | None = None

    @property
    def shown(self) -> Shown:
        """The newest head that may be shown.

        Raises:
            DataLoss: LEDGER_DAMAGED.
        """
        self.require_sound()
        return self._shown

    def view(self, size: int) -> View:
        """Returns the tree of a size.

        Args:
            size: The size; 0 for that of the newest head.

        Raises:
            OutOfRange: LEDGER_RANGE, if the log is shorter.
            DataLoss: LEDGER_DAMAGED.
        """
        shown = self.shown
        if size in {0, shown.head.size}:
            return shown.view
        if size > shown.head.size:
            raise error(Reason.LEDGER_RANGE, f"The log has {shown.head.size} entries, which is fewer.")
        return self._tree.at(size)

    def require_sound(self) -> None:
        """Looks whether the log agrees with itself.

        Raises:
            DataLoss: LEDGER_DAMAGED.
        """
        if self._damage is not None:
            raise _copy(self._damage)

    async def append(self, records: Sequence[Record]) -> Appended:
        """Appends entries, all or none; returns when they are durable.

        An entry that is in the log already keeps its place.

        Args:
            records: The entries.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED, if another entry has the id of one.
            Unavailable: STORE_UNAVAILABLE.
            DataLoss: LEDGER_DAMAGED.
        """
        self.require_sound()
        length = sum(len(record.raw) for record in records)
        if self._length + length > WAITING_BYTES:
            raise _unavailable("Too many entries wait for the log.")
        waiting = _Waiting(records, length, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._length += length
        if self._worker is None:
            self._worker = asyncio.ensure_future(self._work())
        return await waiting.done

    async def close(self) -> None:
        """Finishes what is under way."""
        if self._worker is not None:
            await asyncio.gather(self._worker, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while self._queue:
                group = self._gather()
                try:
                    self.require_sound()
                    outcomes = await self._commit(group)
                    await self._show()
                except Exception as failure:  # noqa: BLE001 - whoever waits must be told, whatever it was
                    self._refuse(group, failure)
                else:
                    _answer(group, outcomes, self._shown)
        finally:
            self._worker = None

    def _gather(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        entries = length = 0
        while self._queue and entries < GROUP_ENTRIES and length < GROUP_BYTES:
            waiting = self._queue.popleft()
            self._length -= waiting.length
            if waiting.done.done():  # its caller has gone away
                continue
            group.append(waiting)
            entries += len(waiting.records)
            length += waiting.length
        return group

    async def _commit(self, group: Sequence[_Waiting]) -> tuple[Outcome, ...]:
        """Commits a group; afterwards the tree is that of the newest head known to be committed."""
        for _ in range(ATTEMPTS):
            if self._attempted:
                await self._settle()
            try:
                outcomes, after = await self._store.commit(
                    lambda transaction: self._write(transaction, group), then=self._keep_committed
                )
            except _MovedError:
                self._tree.truncate(self._committed.head.size)
                await self._settle()
            except BaseException:
                self._tree.truncate(self._committed.head.size)
                raise
            else:
                if after is not self._committed:
                    # Whatever was attempted before can take effect no more: it would have replaced a former head.
                    self._committed = after
                    self._attempted.clear()
                return outcomes
        raise _unavailable("The state of the store cannot be told.")

    def _write(self, transaction: Transaction, group: Sequence[_Waiting]) -> tuple[tuple[Outcome, ...], Shown]:
        """Writes a group; runs in the writer's thread while the event loop only reads shown trees."""
        old = self._committed.head
        self._tree.truncate(old.size)
        ids = tuple({record.entry_id for waiting in group for record in waiting.records})
        known = transaction.find(ids)
        if any(index >= old.size for index, _ in known.values()):
            raise _MovedError
        if any(self._tree.node(0, index) != leaf for index, leaf in known.values()):
            raise damaged("an entry is not the one that was appended")
        arranged = arrange([waiting.records for waiting in group], known, size=old.size)
        if not arranged.fresh:
            return arranged.outcomes, self._committed
        self._tree.extend(record.leaf_hash for record in arranged.fresh)
        view = self._tree.at(self._tree.size)
        head = self._signer.sign(view.size, view.root, after=old)
        self._attempted.append(head)
        if not transaction.replace_head(old, head):
            raise _MovedError
        transaction.insert(old.size, arranged.fresh)
        return arranged.outcomes, Shown(head, view)

    def _keep_committed(self, written: tuple[tuple[Outcome, ...], Shown]) -> None:
        """Has what is committed in the high-water file while still in the writer's thread; `_show` sees to the rest."""
        with contextlib.suppress(OSError):
            self._keep(written[1].head)

    async def _settle(self) -> None:
        """Finds out what the store holds after a commit whose end is not known.

        The only heads that may be there are the one committed last and those that were signed here since: a commit
        whose end was lost may have taken effect, and on PostgreSQL even later than the connection was lost.

        Raises:
            DataLoss: LEDGER_DAMAGED, if the store holds anything else.
        """
        stored = await self._store.read_head()
        if stored == self._committed.head:
            return
        if stored not in self._attempted:
            raise damaged("the store's head is not the one that was written last")
        await self._catch_up(stored)

    async def _catch_up(self, stored: SignedHead) -> None:
        while self._tree.size < stored.size:
            kept = await self._store.read(self._tree.size, min(READ_AT_ONCE, stored.size - self._tree.size))
            if not kept or kept[0].index != self._tree.size:
                raise damaged("an entry is missing")
            self._tree.extend(leaf_hash(one.record.raw) for one in kept)
        view = self._tree.at(stored.size)
        if view.root != stored.root:
            raise damaged("its entries do not hash to its signed root")
        self._committed = Shown(stored, view)

    async def _show(self) -> None:
        """Has the newest committed head in the high-water file, and from then on shows it."""
        if self._kept != self._committed.head:
            try:
                await asyncio.to_thread(self._keep, self._committed.head)
            except OSError:
                raise _unavailable("The high-water file cannot be written.") from None
        self._shown = self._committed

    def _keep(self, head: SignedHead) -> None:
        if self._kept != head:
            self._high_water.keep(head)
            self._kept = head

    def _refuse(self, group: Sequence[_Waiting], failure: Exception) -> None:
        if isinstance(failure, XiezhiError) and failure.reason is Reason.LEDGER_DAMAGED:
            self._damage = failure
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_exception(_copy(failure))


def _answer(group: Sequence[_Waiting], outcomes: Sequence[Outcome], shown: Shown) -> None:
    for waiting, outcome in zip(group, outcomes, strict=True):
        if waiting.done.done():
            continue
        if isinstance(outcome, XiezhiError):
            waiting.done.set_exception(outcome)
        else:
            waiting.done.set_result(Appended(outcome, shown))


def _copy(failure: Exception) -> Exception:
    """Makes an error of its own for each caller; a shared one would gather everybody's tracebacks."""
    if isinstance(failure, XiezhiError):
        return error(failure.reason, failure.message, retry_after=failure.retry_after)
    return failure


def _unavailable(why: str) -> XiezhiError:
    return error(Reason.STORE_UNAVAILABLE, why, retry_after=timedelta(seconds=1))
