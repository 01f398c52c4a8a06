"""The requests by which courts list debtors and restrict their applications, as options describe them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.exits.questions import DecisionChoice, RecordQuestion, TermQuestion
from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import Wanted, date_message, read_date
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import listing_pb2, restriction_pb2

LISTING = "/xiezhi.exit_restriction.v1.DishonestListService/"
RESTRICTIONS = "/xiezhi.exit_restriction.v1.RestrictionService/"
ENTRY, RESTRICTION = "entries/", "restrictions/"


@dataclass(frozen=True, slots=True)
class ExitOrder:
    """A court's order in a case against a debtor, with its papers.

    Attributes:
        session: Who orders.
        about: The case.
        debtor: The debtor.
        papers: Where its papers come from.
    """

    session: Session
    about: CaseQuestion
    debtor: DebtorQuestion
    papers: DecisionChoice

    def push(self, record: RecordQuestion, term: TermQuestion) -> listing_pb2.PushEntryRequest:
        """Makes the request to put the debtor on the list, and to restrict where there is a decision.

        Args:
            record: What the court writes.
            term: The term that the decision orders.

        Raises:
            CommandError: If the case, the debtor, a paper or a day is not told in full.
        """
        context, debtor, notice = self._prepare(self._wanted(needs_decision=False), "纳入失信被执行人名单。")
        request = listing_pb2.PushEntryRequest(
            context=context,
            debtor=debtor,
            record=record.record(self.session, court=context.court_code, draft=self.papers.draft),
            term=term.term(),
            notice_pdf=notice,
        )
        if term.start:
            request.start_date.CopyFrom(date_message(read_date(term.start)))
        return request

    def correct(self, name: str, record: RecordQuestion) -> listing_pb2.CorrectEntryRequest:
        """Makes the request to correct an entry: the debtor and the record as they are to be; as `push` otherwise.

        Args:
            name: Name of the entry.
            record: What the court writes now.
        """
        full = full_name(name, ENTRY)
        context, debtor, notice = self._prepare(self._wanted(needs_decision=False), "更正失信被执行人信息。")
        return listing_pb2.CorrectEntryRequest(
            context=context,
            debtor=debtor,
            name=full,
            record=record.record(self.session, court=context.court_code, draft=self.papers.draft),
            notice_pdf=notice,
        )

    def remove(self, name: str, *, withdrawn: bool) -> listing_pb2.RemoveEntryRequest:
        """Makes the request to take an entry off the list, which rests on no paper; as `push` otherwise.

        Args:
            name: Name of the entry.
            withdrawn: Whether it should not have been made; else its ground is gone.
        """
        context = self.about.context(self.session, request_id=str(uuid.uuid4()))
        kind = listing_pb2.REMOVAL_KIND_WITHDRAWAL if withdrawn else listing_pb2.REMOVAL_KIND_DELETION
        return listing_pb2.RemoveEntryRequest(
            context=context, debtor=self.debtor.party(), name=full_name(name, ENTRY), kind=kind
        )

    def file(self, entry: str, term: TermQuestion) -> restriction_pb2.FileRestrictionRequest:
        """Makes the request to restrict a debtor who is on the list already; as `push` otherwise.

        Args:
            entry: Name of the entry.
            term: The term.
        """
        full = full_name(entry, ENTRY)
        context, debtor, notice = self._prepare(self._wanted(needs_decision=True), "限制申请办理出入境证件。")
        request = restriction_pb2.FileRestrictionRequest(
            context=context, debtor=debtor, entry=full, term=term.term(), notice_pdf=notice
        )
        if term.start:
            request.start_date.CopyFrom(date_message(read_date(term.start)))
        return request

    def renew(self, name: str, term: TermQuestion) -> restriction_pb2.RenewRestrictionRequest:
        """Makes the request to renew a restriction; as `push` otherwise.

        Args:
            name: Name of the restriction.
            term: The further term, which begins when the present one ends.

        Raises:
            CommandError: If a first day is named.
        """
        if term.start:
            raise CommandError("A further term begins the day after the present one.", next_step="Leave --start out.")
        full = full_name(name, RESTRICTION)
        context, debtor, notice = self._prepare(self._wanted(needs_decision=True), "续报限制申请办理出入境证件。")
        return restriction_pb2.RenewRestrictionRequest(
            context=context, debtor=debtor, name=full, term=term.term(), notice_pdf=notice
        )

    def release(self, name: str) -> restriction_pb2.ReleaseRestrictionRequest:
        """Makes the request to release a restriction before its end, on a notice alone; as `push` otherwise."""
        full = full_name(name, RESTRICTION)
        wanted = [self.papers.wanted_notice(self.about.case)]
        context, debtor, notice = self._prepare(wanted, "提前解除限制申请办理出入境证件。")
        return restriction_pb2.ReleaseRestrictionRequest(context=context, debtor=debtor, name=full, notice_pdf=notice)

    def _wanted(self, *, needs_decision: bool) -> list[Wanted]:
        return self.papers.wanted(self.about.case, needs_decision=needs_decision)

    def _prepare(self, wanted: Sequence[Wanted], line: str) -> tuple[case_pb2.CaseContext, case_pb2.Party, bytes]:
        """Makes the case with its documents, the debtor and the notice, which is the first paper that is wanted."""
        context = self.about.context(self.session, request_id=str(uuid.uuid4()))
        debtor = self.debtor.party()
        notice, *_ = self.papers.gather(self.session, context, wanted, people=(debtor,), lines=(line,))
        return context, debtor, notice


def full_name(name: str, collection: str) -> str:
    """Returns the resource name of what is given by name or by UUID.

    Args:
        name: The name.
        collection: What names of its kind begin with, for example "entries/".

    Raises:
        CommandError: If there is none.
    """
    if not name:
        what = "entry" if collection == ENTRY else "restriction"
        listed = "entries" if collection == ENTRY else "list"
        raise CommandError(f"No {what} is named.", next_step=f"`xiezhi exit {listed}` shows their names.")
    return name if name.startswith(collection) else collection + name
