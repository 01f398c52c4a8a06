"""What the ledger is told of calls: an entry for every answer and for every refusal."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from services.chassis.call import Call
from services.chassis.clock import Clock, write_instant
from services.chassis.ids import IdSource
from services.chassis.shown import APPROVAL
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.policy.v1 import policy_pb2
from xiezhi.proof.receipt import answer_digest, joint_digest

REFUSAL_SECONDS = 2.0
"""How long a refusal waits for its entry before the entry is kept for later."""

MOST_CALLERS = 10_000
ONE_SECOND = timedelta(seconds=1)

_KINDS: Mapping[int, ledger_pb2.EntryKind] = {
    policy_pb2.AUDIT_CLASS_DISCLOSURE: ledger_pb2.ENTRY_KIND_DISCLOSURE,
    policy_pb2.AUDIT_CLASS_MEASURE: ledger_pb2.ENTRY_KIND_MEASURE,
    policy_pb2.AUDIT_CLASS_WORKFLOW: ledger_pb2.ENTRY_KIND_WORKFLOW,
    policy_pb2.AUDIT_CLASS_ACCESS: ledger_pb2.ENTRY_KIND_ACCESS,
}


class EvidenceSink(Protocol):
    """Where entries go."""

    async def append(self, entry: ledger_pb2.Entry) -> receipt_pb2.Receipt:
        """Appends an entry durably and returns its receipt.

        Raises:
            Unavailable: LEDGER_UNAVAILABLE.
            DataLoss: LEDGER_DAMAGED.
        """
        ...


class Index(Protocol):
    """A keyed digest under which overseers who hold the key find a value again."""

    def of(self, value: str) -> bytes:
        """Returns the digest of a value, 32 bytes."""
        ...


class Spool(Protocol):
    """Keeps entries of refusals while the ledger is away."""

    async def keep(self, entry: ledger_pb2.Entry) -> None:
        """Keeps an entry durably until the ledger has taken it."""
        ...


class Recorder:
    """Writes the entries of one process.

    Args:
        sink: Where entries go.
        spool: Keeps what the ledger could not take.
        writer: Name of the process.
        cases: Index of cases.
        subjects: Index of data subjects.
        entry_ids: Source of entry ids.
        ids: Source of salts.
        clock: Source of now.
        lost: Called when an entry could be neither written nor kept.
    """

    def __init__(
        self,
        *,
        sink: EvidenceSink,
        spool: Spool,
        writer: str,
        cases: Index,
        subjects: Index,
        entry_ids: IdSource,
        ids: IdSource,
        clock: Clock,
        lost: Callable[[Call], None],
    ) -> None:
        self._sink = sink
        self._spool = spool
        self._writer = writer
        self._cases = cases
        self._subjects = subjects
        self._entry_ids = entry_ids
        self._ids = ids
        self._clock = clock
        self._lost = lost
        self._limited: dict[tuple[str, str], datetime] = {}

    async def intended(self, call: Call, subjects: tuple[str, ...] | None = None) -> None:
        """Records that a change is about to be made; returns only when the record is durable.

        Args:
            call: The call.
            subjects: The data subjects whom the change is about; None for those whom the request names.

        Raises:
            Unavailable: LEDGER_UNAVAILABLE; then nothing may be changed.
        """
        about = call.subjects if subjects is None else subjects
        await self._sink.append(self._entry(call, ledger_pb2.ENTRY_KIND_INTENT, subjects=about))

    async def answered(
        self, call: Call, payload: bytes, *, subjects: tuple[str, ...] | None = None
    ) -> receipt_pb2.Receipt:
        """Records an answer; returns only when the record is durable.

        Args:
            call: The call.
            payload: The answer's bytes before its receipt.
            subjects: Those data subjects of the call whom the answer is about; None for all of them.

        Raises:
            Unavailable: LEDGER_UNAVAILABLE; then there must be no answer.
        """
        about = call.subjects if subjects is None else subjects
        return await self._answered(call, partial(answer_digest, payload), subjects=about)

    async def answered_jointly(
        self, call: Call, payloads: Sequence[bytes], *, subjects: tuple[str, ...]
    ) -> receipt_pb2.Receipt:
        """Records several answers of a stream by one entry; returns only when the record is durable.

        Args:
            call: The call.
            payloads: The bytes of each answer in their order, 2 to `MOST_COVERED`.
            subjects: The data subjects whom any of them is about.

        Raises:
            Unavailable: LEDGER_UNAVAILABLE; then there must be none of these answers.
        """
        receipt = await self._answered(call, partial(joint_digest, payloads), subjects=subjects)
        receipt.covers = len(payloads)
        return receipt

    async def _answered(
        self, call: Call, digest: Callable[..., bytes], *, subjects: tuple[str, ...]
    ) -> receipt_pb2.Receipt:
        entry = self._entry(call, _KINDS[call.method.policy.audit], subjects=subjects)
        salt = self._ids.uuid().bytes
        entry.response_sha256 = digest(salt=salt)
        receipt = await self._sink.append(entry)
        receipt.salt = salt
        return receipt

    async def refused(self, call: Call, failure: XiezhiError) -> None:
        """Records a refusal; while the ledger is away the entry is kept and written later.

        Of refusals for calling too often one a second is recorded of each caller, or they would fill the log.
        """
        if failure.reason is Reason.RATE_LIMITED and not self._is_first(call):
            return
        entry = self._entry(call, ledger_pb2.ENTRY_KIND_REFUSAL, subjects=call.subjects)
        entry.reason = failure.reason.value
        try:
            async with asyncio.timeout(REFUSAL_SECONDS):
                await self._sink.append(entry)
        except Exception:  # noqa: BLE001 - whatever became of it, the entry must not be forgotten
            await self._keep(call, entry)

    def _is_first(self, call: Call) -> bool:
        """Whether this is the caller's first refusal within a second."""
        key = (call.peer.name, call.caller.officer_id if call.caller is not None else "")
        now = self._clock.now()
        former = self._limited.get(key)
        if former is not None and now - former < ONE_SECOND:
            return False
        if len(self._limited) >= MOST_CALLERS:
            self._limited.clear()
        self._limited[key] = now
        return True

    async def _keep(self, call: Call, entry: ledger_pb2.Entry) -> None:
        try:
            await self._spool.keep(entry)
        except Exception:  # noqa: BLE001 - told as lost, with the call's trace
            self._lost(call)

    def _entry(self, call: Call, kind: ledger_pb2.EntryKind, *, subjects: tuple[str, ...]) -> ledger_pb2.Entry:
        (entry_id,) = self._entry_ids.texts(1)
        entry = ledger_pb2.Entry(
            entry_id=entry_id,
            writer=self._writer,
            kind=kind,
            method=call.method.full_name,
            # A caller may name anything as an approval, and the log never forgets.
            approval=call.approval if APPROVAL.fullmatch(call.approval) else "",
            request_sha256=call.request_sha256,
            trace_id=call.trace_id,
            clauses=call.method.policy.clauses,
        )
        write_instant(entry.time, self._clock.now())
        if call.caller is not None:
            entry.actor = call.caller.officer_id
            entry.actor_organisation = call.caller.organisation
        if call.case_number:
            entry.case_index = self._cases.of(f"{plain(call.court_code)}|{plain(call.case_number)}")
        if subjects:
            entry.subject_indexes.extend(self._subjects.of(plain(subject)) for subject in subjects)
        if call.grant is not None:
            entry.statement_sha256s.extend(s.digest for s in call.grant.statements)
        return entry


def plain(text: str) -> str:
    """Returns the letters and digits of a text, whatever their case and width, for indexes that overseers search.

    A case and a number can be written in several ways that mean the same, and each must lead to the same entries.
    """
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return folded.upper() if folded.isalnum() else "".join(filter(str.isalnum, folded.upper()))
