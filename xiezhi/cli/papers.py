"""The court's papers that a measure rests on: files, or drafts under a development seal."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from google.type import date_pb2

from xiezhi.cli.documents import read_bytes
from xiezhi.cli.output import CommandError
from xiezhi.cli.sealed import seal
from xiezhi.cli.session import Session
from xiezhi.cli.suite import suite_required
from xiezhi.common.v1 import case_pb2

PAPERS = "The court's sealed papers: files, or --draft in a development set-up"
KINDS = {
    "SEIZURE": case_pb2.DOCUMENT_KIND_SEIZURE_RULING,
    "EXTENSION": case_pb2.DOCUMENT_KIND_SEIZURE_RULING,
    "LIFTING": case_pb2.DOCUMENT_KIND_LIFTING_RULING,
    "TRANSFER": case_pb2.DOCUMENT_KIND_ENFORCEMENT_RULING,
    "ASSISTANCE": case_pb2.DOCUMENT_KIND_ASSISTANCE_NOTICE,
    "EXIT_RESTRICTION": case_pb2.DOCUMENT_KIND_EXIT_RESTRICTION_DECISION,
    "BORDER_CONTROL": case_pb2.DOCUMENT_KIND_EXIT_RESTRICTION_DECISION,
    "LIBERTY": case_pb2.DOCUMENT_KIND_OTHER,
    "REFERRAL": case_pb2.DOCUMENT_KIND_REFERRAL_LETTER,
    "ACCOUNT": case_pb2.DOCUMENT_KIND_OTHER,
    "SUPPLEMENT": case_pb2.DOCUMENT_KIND_OTHER,
}
"""Kinds of papers in the contract, by those that can be drafted."""

Draft = Annotated[
    bool,
    typer.Option("--draft", help="Make synthetic papers under the court's development seal.", rich_help_panel=PAPERS),
]
Notice = Annotated[
    Path | None, typer.Option("--notice", help="Assistance notice (协助执行通知书), a PDF.", rich_help_panel=PAPERS)
]
NoticeNumber = Annotated[
    str, typer.Option("--notice-number", help="Its number; else the case number.", rich_help_panel=PAPERS)
]
Issued = Annotated[str, typer.Option("--issued", help="Date of issue, YYYY-MM-DD; else today.", rich_help_panel=PAPERS)]
Plates = Annotated[
    list[str] | None,
    typer.Option(
        "--plate", help="A seized vehicle's plate, which a draft must name; repeatable.", rich_help_panel=PAPERS
    ),
]


@dataclass(frozen=True, slots=True)
class PapersChoice:
    """Where a ruling and an assistance notice come from.

    Attributes:
        ruling: File of the ruling.
        ruling_number: Number of the ruling; empty for one made from the case number.
        notice: File of the notice.
        notice_number: Number of the notice; empty for the case number.
        issued: Date of issue; empty for today.
        draft: Whether both are drafted here.
        plates: Plates that drafts name beside what their order says of itself.
    """

    ruling: Annotated[
        Path | None, typer.Option("--ruling", help="The ruling (裁定书), a PDF.", rich_help_panel=PAPERS)
    ] = None
    ruling_number: Annotated[
        str, typer.Option("--ruling-number", help="Its number; else the case number with 之一.", rich_help_panel=PAPERS)
    ] = ""
    notice: Notice = None
    notice_number: NoticeNumber = ""
    issued: Issued = ""
    draft: Draft = False
    plates: Plates = None


@dataclass(frozen=True, slots=True)
class NoticeChoice:
    """Where an assistance notice comes from, for measures that need no ruling; as `PapersChoice` otherwise."""

    notice: Notice = None
    notice_number: NoticeNumber = ""
    issued: Issued = ""
    draft: Draft = False
    plates: Plates = None

    @property
    def papers(self) -> PapersChoice:
        """The same as a choice of papers without a ruling."""
        return PapersChoice(**{field.name: getattr(self, field.name) for field in fields(self)})


@dataclass(frozen=True, slots=True)
class Papers:
    """Papers to be sent.

    Attributes:
        ruling: The ruling's PDF; empty where there is none.
        notice: The notice's PDF.
    """

    ruling: bytes
    notice: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper that is needed.

    Attributes:
        kind: A key of `KINDS`.
        option: The option that names its file.
        number: Its number.
        file: Its file; None where none is named.
        is_list: Whether a draft may have several pages, as where it lists many people.
    """

    kind: str
    option: str
    number: str
    file: Path | None
    is_list: bool = False

    def read(self) -> bytes:
        """Reads its file.

        Raises:
            CommandError: If it cannot be read, or there is none.
        """
        if self.file is None:
            raise CommandError(
                f"The measure rests on papers; there is no {self.option}.",
                next_step="Name the sealed PDFs, or use --draft in a development set-up.",
            )
        return read_bytes(self.file)


def collect(
    session: Session,
    context: case_pb2.CaseContext,
    choice: PapersChoice,
    *,
    kind: str,
    facts: Sequence[str],
) -> Papers:
    """Reads or drafts the papers of a measure.

    Args:
        session: Tells the present instant, and has the development seals.
        context: The case; it says of the papers afterwards.
        choice: Where they come from.
        kind: What the ruling orders, a key of `KINDS`; empty where there is no ruling.
        facts: Lines that drafts list, for example plates.

    Raises:
        CommandError: If a paper is not told, cannot be read or drafted.
    """
    wanted = [Wanted("ASSISTANCE", "--notice", choice.notice_number or context.case_number, choice.notice)]
    if kind:
        number = choice.ruling_number or f"{context.case_number}之一"
        wanted.insert(0, Wanted(kind, "--ruling", number, choice.ruling))
    if choice.draft:
        facts = [*facts, *(f"号牌号码：{plate}" for plate in choice.plates or ())]
    contents = gather(session, context, wanted, issued=choice.issued, drafted=facts if choice.draft else None)
    return Papers(contents[0] if kind else b"", contents[-1])


def gather(
    session: Session,
    context: case_pb2.CaseContext,
    wanted: Sequence[Wanted],
    *,
    issued: str,
    drafted: Sequence[str] | None,
) -> list[bytes]:
    """Reads or drafts papers.

    Args:
        session: Tells the present instant, and has the development seals.
        context: The case; it says of the papers afterwards.
        wanted: Which.
        issued: Date of issue; empty for today.
        drafted: Lines that drafts list; None to read files.

    Returns:
        The PDFs in the order in which they are wanted.

    Raises:
        CommandError: If a paper is not told, cannot be read or drafted.
    """
    day = read_date(issued) if issued else session.today()
    if drafted is None:
        contents = [one.read() for one in wanted]
    else:
        contents = [draft(session, context, one, issued=day, facts=drafted) for one in wanted]
    context.documents.extend(
        case_pb2.LegalDocument(
            kind=KINDS[one.kind],
            document_number=one.number,
            issuing_court=context.court_code,
            issue_date=date_message(day),
            sha256=hashlib.sha256(content).digest(),
        )
        for one, content in zip(wanted, contents, strict=True)
    )
    return contents


def read_date(text: str) -> date:
    """Reads a legal date.

    Raises:
        CommandError: If it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no date.", next_step="Write it as 2018-08-03.") from None


def date_message(day: date) -> date_pb2.Date:
    """Writes a date as the contract has it."""
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def draft(
    session: Session,
    context: case_pb2.CaseContext,
    wanted: Wanted,
    *,
    issued: date,
    facts: Sequence[str],
) -> bytes:
    """Draws one paper and seals it with the court's development seal.

    Args:
        session: Has the development seals.
        context: The case.
        wanted: Which paper.
        issued: Date of issue.
        facts: Lines that it lists.

    Raises:
        CommandError: If it cannot be drafted.
    """
    with suite_required("Drafting papers"):
        from services.codes.courts import find_court
        from services.synthetic.papers import Paper, PaperKind, draw_list, draw_paper
    court = find_court(context.court_code)
    if court is None:
        raise CommandError(f"There is no court {context.court_code}.")
    paper = Paper(PaperKind[wanted.kind], court.name, wanted.number, context.case_number, issued, tuple(facts))
    try:
        drawn = draw_list(paper) if wanted.is_list else draw_paper(paper)
    except ValueError as failure:
        raise CommandError(f"The draft cannot be made: {failure}.", next_step="Name fewer vehicles.") from None
    return seal(session, drawn, organisation=court.code)
