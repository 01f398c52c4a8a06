"""The oversight service: from messages to use cases and back. Every question is recorded with what it is about."""

from __future__ import annotations

from services.chassis.call import Call
from services.chassis.clock import Clock
from services.ledger.log import Log
from services.ledger.oversight import convert, handlers
from services.ledger.oversight.convert import Digests
from services.ledger.oversight.indexer import Indexer
from services.ledger.oversight.store import SqlIndex
from services.ledger.oversight.summaries import SqlSummaries
from xiezhi.ledger.v1 import oversight_pb2


class OversightServicer:
    """Implements xiezhi.ledger.v1.OversightService.

    Args:
        log: The log.
        indexer: Brings the index up to the log.
        index: The index.
        summaries: Sums over the index.
        cases: Digests of cases.
        subjects: Digests of data subjects.
        clock: Source of now.
    """

    def __init__(
        self,
        log: Log,
        *,
        indexer: Indexer,
        index: SqlIndex,
        summaries: SqlSummaries,
        cases: Digests,
        subjects: Digests,
        clock: Clock,
    ) -> None:
        self._log = log
        self._indexer = indexer
        self._index = index
        self._summaries = summaries
        self._cases = cases
        self._subjects = subjects
        self._clock = clock

    async def SearchEntries(
        self, request: oversight_pb2.SearchEntriesRequest, call: Call
    ) -> oversight_pb2.SearchEntriesResponse:
        """Finds entries. What was searched for is recorded: data subjects by the admission, the rest from here."""
        call.court_code, call.case_number = request.case.court_code, request.case.case_number
        call.approval = request.approval
        reader = call.officer.officer_id
        asked = convert.read_search(request, reader, cases=self._cases, subjects=self._subjects)
        page = await handlers.search(asked, log=self._log, indexer=self._indexer, index=self._index)
        return convert.page_to_message(page, request, reader)

    async def GetPatterns(
        self, request: oversight_pb2.GetPatternsRequest, call: Call
    ) -> oversight_pb2.GetPatternsResponse:
        """Reports what a person should look at."""
        del call
        period, thresholds = convert.read_report(request)
        report = await handlers.report(
            period,
            thresholds,
            now=convert.count_micros(self._clock.now()),
            log=self._log,
            indexer=self._indexer,
            summaries=self._summaries,
        )
        return convert.report_to_message(report, thresholds)
