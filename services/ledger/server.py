"""The ledger's servicer, and the ledger's own way into its log."""

from __future__ import annotations

import uuid

from services.chassis.call import Call
from services.ledger import convert, handlers
from services.ledger.domain import Record
from services.ledger.log import Log
from services.ledger.ports import LogStore
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.ledger.v1 import ledger_pb2


class LedgerServicer:
    """Implements xiezhi.ledger.v1.LedgerService.

    Args:
        log: The log.
        store: Where it is kept.
    """

    def __init__(self, log: Log, store: LogStore) -> None:
        self._log = log
        self._store = store

    async def Append(self, request: ledger_pb2.AppendRequest, call: Call) -> ledger_pb2.AppendResponse:
        """Appends entries of another process."""
        records = convert.read_records(request.entries, writer=call.peer.name.rpartition("/")[2])
        result = await handlers.append(records, request.known_tree_size, log=self._log)
        return ledger_pb2.AppendResponse(
            inclusions=map(convert.place_to_message, result.places),
            tree_head=convert.head_to_message(result.head),
            consistency_path=result.consistency,
        )

    async def GetTreeHead(self, request: ledger_pb2.GetTreeHeadRequest, call: Call) -> ledger_pb2.GetTreeHeadResponse:
        """Returns the newest head."""
        del request, call
        return ledger_pb2.GetTreeHeadResponse(tree_head=convert.head_to_message(self._log.shown.head))

    async def GetInclusionProof(
        self, request: ledger_pb2.GetInclusionProofRequest, call: Call
    ) -> ledger_pb2.GetInclusionProofResponse:
        """Proves a leaf."""
        del call
        leaf = request.leaf_index if request.HasField("leaf_index") else request.leaf_hash
        found = await handlers.prove_inclusion(leaf, request.tree_size, log=self._log)
        return ledger_pb2.GetInclusionProofResponse(
            inclusion=convert.place_to_message(found.place),
            tree_size=found.size,
            tree_head=None if found.head is None else convert.head_to_message(found.head),
        )

    async def GetConsistencyProof(
        self, request: ledger_pb2.GetConsistencyProofRequest, call: Call
    ) -> ledger_pb2.GetConsistencyProofResponse:
        """Proves that the log only grew."""
        del call
        found = handlers.prove_consistency(request.from_tree_size, request.to_tree_size, log=self._log)
        return ledger_pb2.GetConsistencyProofResponse(
            path=found.path,
            to_tree_size=found.size,
            tree_head=None if found.head is None else convert.head_to_message(found.head),
        )

    async def ListEntries(self, request: ledger_pb2.ListEntriesRequest, call: Call) -> ledger_pb2.ListEntriesResponse:
        """Reads entries; the pipeline records the view before it is answered."""
        del call
        page = await handlers.list_entries(request.start_index, request.page_size, log=self._log, store=self._store)
        return ledger_pb2.ListEntriesResponse(entries=page.entries, next_index=page.next_index)


class OwnEvidence:
    """Takes the ledger's own entries, of views and refusals, into its own log.

    Args:
        log: The log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log

    async def append(self, entry: ledger_pb2.Entry) -> receipt_pb2.Receipt:
        """Appends an entry durably and returns its receipt.

        Raises:
            Unavailable: LEDGER_UNAVAILABLE.
            DataLoss: LEDGER_DAMAGED.
        """
        raw = entry.SerializeToString()
        try:
            result = await handlers.append([Record.of(uuid.UUID(entry.entry_id), raw)], 0, log=self._log)
        except XiezhiError as failure:
            if failure.reason is Reason.LEDGER_DAMAGED:
                raise
            raise error(
                Reason.LEDGER_UNAVAILABLE, "The log takes no entries now.", retry_after=failure.retry_after
            ) from None
        (place,) = result.places
        return receipt_pb2.Receipt(
            entry=raw,
            leaf_index=place.index,
            inclusion_path=place.path,
            tree_head=convert.head_to_message(result.head),
        )
