"""The paper service: from messages to use cases and back."""

from __future__ import annotations

from gateway.decision import Grant
from gateway.forwarding import Forwarder
from gateway.paper import handlers
from gateway.paper.convert import DEFAULT_SIZE, from_entry, from_performed, to_page_token, to_perform, to_place
from gateway.paper.handlers import Ask, Desk, Refused
from services.chassis.call import Call
from services.chassis.refusals import Relayed
from xiezhi.errors.status import STATUS_KEY, from_status
from xiezhi.paper.v1 import paper_pb2


class PaperServicer:
    """`xiezhi.paper.v1.PaperService`.

    Args:
        desk: What papers are performed with.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def PerformPaper(self, request: paper_pb2.PerformPaperRequest, call: Call) -> paper_pb2.PerformPaperResponse:
        """Performs one request that came on paper."""
        return from_performed(await handlers.perform(to_perform(request), call=call, desk=self._desk))

    async def ListPaper(self, request: paper_pb2.ListPaperRequest, call: Call) -> paper_pb2.ListPaperResponse:
        """Lists what came on paper, the newest first."""
        own = call.officer.organisation
        page, after = await handlers.list_papers(
            caller=call.officer,
            size=request.page_size or DEFAULT_SIZE,
            after=to_place(request, own),
            papers=self._desk.papers,
            jurisdiction=self._desk.jurisdiction,
        )
        return paper_pb2.ListPaperResponse(
            items=map(from_entry, page), next_page_token=to_page_token(request, own, after)
        )


def asking(forwarder: Forwarder) -> Ask:
    """Makes the desk's way to the services, which tells a service's refusal from one of the way itself.

    Args:
        forwarder: Makes the calls.
    """

    async def ask(call: Call, granted: Grant) -> bytes:
        try:
            return await forwarder.ask(call, granted)
        except Relayed as relayed:
            status = next(value for key, value in relayed.trailing if key == STATUS_KEY)
            failure = from_status(relayed.code.name, relayed.text, relayed.trailing)
            raise Refused(failure, status if isinstance(status, bytes) else b"") from None

    return ask
