"""The service of restrictions: from messages to the use cases and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.call import Call
from services.exit_restriction import convert as shared
from services.exit_restriction.domain import TERM_RULES, TermRule
from services.exit_restriction.restrictions import convert, handlers
from services.exit_restriction.restrictions.desk import NOTICE, RestrictionDesk
from services.exit_restriction.restrictions.domain import Renewal
from services.exit_restriction.restrictions.files import Files
from services.exit_restriction.restrictions.handlers import Named
from services.filing.convert import read_as_of, read_author
from services.filing.desk import Accepted, take
from xiezhi.exit_restriction.v1 import restriction_pb2


class RestrictionServicer:
    """`xiezhi.exit_restriction.v1.RestrictionService`.

    Args:
        desk: What its use cases need.
        rules: How terms are computed.
    """

    def __init__(self, desk: RestrictionDesk, *, rules: Sequence[TermRule] = TERM_RULES) -> None:
        self._desk = desk
        self._rules = rules

    async def FileRestriction(
        self, request: restriction_pb2.FileRestrictionRequest, call: Call
    ) -> restriction_pb2.FileRestrictionResponse:
        """Restricts a debtor who is on the list."""
        debtor = shared.read_debtor(request.debtor, field="debtor", on=shared.today_of(call))
        filing = convert.read_filing(request.context, call, notice=request.notice_pdf, debtor=debtor)
        decision = shared.decision_number(filing)
        ordered = convert.read_order(request, debtor, call, decision=decision)

        def act(accepted: Accepted, files: Files) -> bytes:
            response = restriction_pb2.FileRestrictionResponse()
            shown = handlers.file_one(
                replace(
                    ordered,
                    names_debtor=accepted.mentions(NOTICE, debtor.party.number),
                    names_decision=convert.mentions_decision(accepted, decision),
                ),
                convert.read_entry(request.entry),
                accepted,
                files=files,
                officer_id=request.context.handler.officer_id,
                restriction_id=str(self._desk.ids.uuid()),
                rules=self._rules,
            )
            convert.write_restriction(response.restriction, shown)
            return response.SerializeToString()

        answer = await take(filing, act, desk=self._desk, sought=convert.sought_of(debtor, decision))
        return restriction_pb2.FileRestrictionResponse.FromString(answer)

    async def RenewRestriction(
        self, request: restriction_pb2.RenewRestrictionRequest, call: Call
    ) -> restriction_pb2.RenewRestrictionResponse:
        """Renews a restriction in the last month of its term."""
        debtor = shared.read_debtor(request.debtor, field="debtor", on=shared.today_of(call))
        filing = convert.read_filing(request.context, call, notice=request.notice_pdf, debtor=debtor)
        officer_id = request.context.handler.officer_id
        renewal = Renewal(shared.level_of(call), shared.decision_number(filing), officer_id, filing.handler)
        term = shared.read_term(request.term, field="term")
        named = Named(convert.read_name(request.name), read_author(request.context), debtor.party.number)

        def act(accepted: Accepted, files: Files) -> bytes:
            response = restriction_pb2.RenewRestrictionResponse()
            shown = handlers.renew_one(
                named,
                term,
                renewal,
                received=call.accepted_at,
                accepted=accepted,
                files=files,
                rules=self._rules,
            )
            convert.write_restriction(response.restriction, shown)
            return response.SerializeToString()

        sought = convert.sought_of(debtor, renewal.decision_number)
        answer = await take(filing, act, desk=self._desk, sought=sought)
        return restriction_pb2.RenewRestrictionResponse.FromString(answer)

    async def ReleaseRestriction(
        self, request: restriction_pb2.ReleaseRestrictionRequest, call: Call
    ) -> restriction_pb2.ReleaseRestrictionResponse:
        """Releases a restriction before its end; one that has ended is answered as it is."""
        debtor = shared.read_debtor(request.debtor, field="debtor", on=shared.today_of(call))
        filing = convert.read_filing(request.context, call, notice=request.notice_pdf, debtor=debtor)
        named = Named(convert.read_name(request.name), read_author(request.context), debtor.party.number)

        def act(accepted: Accepted, files: Files) -> bytes:
            response = restriction_pb2.ReleaseRestrictionResponse()
            shown, response.already_ended = handlers.release_one(named, accepted=accepted, files=files)
            convert.write_restriction(response.restriction, shown)
            return response.SerializeToString()

        answer = await take(filing, act, desk=self._desk, sought=convert.sought_of(debtor))
        return restriction_pb2.ReleaseRestrictionResponse.FromString(answer)

    async def ListRestrictions(
        self, request: restriction_pb2.ListRestrictionsRequest, call: Call
    ) -> restriction_pb2.ListRestrictionsResponse:
        """Lists the restrictions of a case on a debtor as they stood at a moment."""
        asked = request.as_of_time if request.HasField("as_of_time") else None
        as_of = read_as_of(asked, now=self._desk.clock.now())
        debtor = shared.read_debtor(request.debtor, field="debtor", on=shared.today_of(call))
        author = read_author(request.context)
        response = restriction_pb2.ListRestrictionsResponse()
        for shown in await self._desk.store.of_case(author, debtor.party.number, as_of=as_of):
            convert.write_restriction(response.restrictions.add(), shown)
        return response
