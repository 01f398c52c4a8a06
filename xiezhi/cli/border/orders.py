"""The requests by which courts hand people over for border control and lift it, as options and files describe them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.documents import read_json
from xiezhi.cli.exits.questions import DecisionChoice
from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import PAPERS, Wanted, date_message, read_date
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import control_pb2, hit_pb2

CONTROLS = "/xiezhi.exit_restriction.v1.BorderControlService/"
CONTROL = "controls/"
FORM = (
    '{"items": [{"name": "…", "number": "…", "requirement": "monitor", "months": 12, "last_day": "2030-01-31", '
    '"documents": ["EX0000001"], "organisation": false}]}'
)
_KEYS = frozenset({"name", "number", "requirement", "months", "last_day", "documents", "organisation"})


class Requirement(StrEnum):
    """What is asked of the border (边控要求)."""

    MONITOR = "monitor"
    BLOCK_ENTRY = "block-entry"
    BLOCK_ENTRY_WITHHOLD = "block-entry-withhold"
    BLOCK_EXIT = "block-exit"
    BLOCK_EXIT_WITHHOLD = "block-exit-withhold"
    DETAIN = "detain"

    @property
    def named(self) -> str:
        """Its name in the contract."""
        return f"CONTROL_REQUIREMENT_{self.name}"


@dataclass(frozen=True, slots=True)
class LibertyChoice:
    """Where a document that restricts liberty comes from; drafted where papers are drafted and somebody is detained.

    Attributes:
        liberty: Its file.
        liberty_number: Its number; empty for one made from the case number.
    """

    liberty: Annotated[
        Path | None,
        typer.Option("--liberty", help="Document that restricts liberty, a PDF, to detain.", rich_help_panel=PAPERS),
    ] = None
    liberty_number: Annotated[
        str, typer.Option("--liberty-number", help="Its number; else the case's with 之二.", rich_help_panel=PAPERS)
    ] = ""

    def wanted(self, case: str) -> Wanted:
        """Tells which paper is needed."""
        return Wanted("LIBERTY", "--liberty", self.liberty_number or f"{case}之二", self.liberty)


@dataclass(frozen=True, slots=True)
class BorderOrder:
    """A court's order in a case, with its papers.

    Attributes:
        session: Who orders.
        about: The case.
        papers: Where decision and notice come from.
    """

    session: Session
    about: CaseQuestion
    papers: DecisionChoice

    def file(self, items: Sequence[control_pb2.ControlItem], liberty: LibertyChoice) -> control_pb2.FileControlsRequest:
        """Makes the request to hand people over.

        Args:
            items: The people, and what is to be done.
            liberty: Where a document that restricts liberty comes from.

        Raises:
            CommandError: If the case, a person, a paper or a day is not told in full.
        """
        wanted = self.papers.wanted(self.about.case, needs_decision=True, kind="BORDER_CONTROL")
        if any(item.requirement == hit_pb2.CONTROL_REQUIREMENT_DETAIN for item in items):
            wanted.append(liberty.wanted(self.about.case))
        people = [item.person for item in items]
        context, contents = self._prepare(wanted, people, lines=("交控人员如上。",))
        return control_pb2.FileControlsRequest(
            context=context,
            items=items,
            notice_pdf=contents[0],
            liberty_pdf=contents[2] if len(contents) > 2 else b"",
        )

    def lift(self, names: Sequence[str], persons: Sequence[case_pb2.Party]) -> control_pb2.LiftControlsRequest:
        """Makes the request to lift controls, on a notice alone; as `file` otherwise.

        Args:
            names: Names of the controls.
            persons: Whose they are.
        """
        full = full_names(names)
        wanted = [self.papers.wanted_notice(self.about.case)]
        lines = ("撤控。", *(f"边控编号：{name}" for name in full))
        context, (notice,) = self._prepare(wanted, persons, lines=lines)
        return control_pb2.LiftControlsRequest(context=context, persons=persons, names=full, notice_pdf=notice)

    def _prepare(
        self, wanted: Sequence[Wanted], people: Sequence[case_pb2.Party], *, lines: Sequence[str]
    ) -> tuple[case_pb2.CaseContext, list[bytes]]:
        """Makes the case with its documents, and these, which may list many people."""
        context = self.about.context(self.session, request_id=str(uuid.uuid4()))
        papers = [replace(paper, is_list=len(people) > 1) for paper in wanted]
        return context, self.papers.gather(self.session, context, papers, people=people, lines=lines)


def item(
    person: DebtorQuestion,
    requirement: Requirement,
    *,
    months: int = 0,
    last_day: str = "",
    documents: Sequence[str] = (),
) -> control_pb2.ControlItem:
    """Makes one person of a batch.

    Args:
        person: The person.
        requirement: What is to be done.
        months: Length; 0 for the longest without a warning.
        last_day: Last day as the decision writes it; empty where it names none.
        documents: Numbers of exit documents that the court knows.

    Raises:
        CommandError: If the person or the day is not told in full.
    """
    made = control_pb2.ControlItem(
        person=person.party(), requirement=requirement.named, term_months=months, document_numbers=documents
    )
    if last_day:
        made.last_date.CopyFrom(date_message(read_date(last_day)))
    return made


def read_batch(file: Path) -> list[control_pb2.ControlItem]:
    """Reads a batch of people.

    Args:
        file: A JSON object as `FORM` shows; "-" for standard input.

    Raises:
        CommandError: If it is none; nothing of a person is repeated in the message.
    """
    told = read_json(file).get("items")
    if not isinstance(told, list) or not told:
        raise CommandError(f"{file} has no items.", next_step=f"Write {FORM}.")
    return [_read_item(one, place) for place, one in enumerate(told, start=1)]


def full_names(names: Sequence[str]) -> list[str]:
    """Returns resource names of controls given by name or by UUID.

    Raises:
        CommandError: If there is none.
    """
    if not any(names):
        raise CommandError("No control is named.", next_step="`xiezhi border list` shows their names.")
    return [name if name.startswith(CONTROL) else CONTROL + name for name in names]


def _read_item(told: Any, place: int) -> control_pb2.ControlItem:
    wrong = CommandError(f"Item {place} is not written as it should be.", next_step=f"Write {FORM}.")
    if not isinstance(told, dict) or not told.keys() <= _KEYS:
        raise wrong
    try:
        person = DebtorQuestion(str(told["name"]), str(told["number"]), bool(told.get("organisation", False)))
        return item(
            person,
            Requirement(told["requirement"]),
            months=int(told.get("months", 0)),
            last_day=str(told.get("last_day", "")),
            documents=[str(one) for one in told.get("documents", ())],
        )
    except (KeyError, TypeError, ValueError):
        raise wrong from None
