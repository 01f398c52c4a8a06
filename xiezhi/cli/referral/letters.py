"""The written answers of a unit (书面反馈): drafted by the exchange, sealed with the unit's own key, and given."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from xiezhi.cli.answers import keep_receipts, tell_answer
from xiezhi.cli.carrying import fetch
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import read_bytes, write_private
from xiezhi.cli.output import CommandError
from xiezhi.cli.referral.calls import UNIT, Receipt, ReferralName, full_name
from xiezhi.cli.referral.suspects import Places
from xiezhi.cli.referral.views import Answer, answer_view
from xiezhi.cli.sealed import seal
from xiezhi.cli.session import Session
from xiezhi.client import Client, tracing
from xiezhi.pki import UnknownOfficerError
from xiezhi.referral.v1 import investigation_pb2

app = typer.Typer()

_OFFICER = "--as POL360102-I001"

Number = Annotated[str, typer.Option("--number", help="Number of the letter (文号).")]
Reasons = Annotated[
    list[str] | None, typer.Option("--because", help="A reason not to file (不予立案理由); repeatable.")
]
OwnLetter = Annotated[
    Path | None,
    typer.Option(
        "--letter", help="The letter, sealed elsewhere; else it is drafted and sealed with --as's unit's seal."
    ),
]
Save = Annotated[Path | None, typer.Option("--save", help="Save the sealed letter here, for its owner's eyes only.")]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a unit about suspects of a referral.

    Attributes:
        name: Name of the referral.
        suspects: Places of the suspects.
        number: Number of the letter.
        reasons: Why they are not filed; none for a feedback.
    """

    name: str
    suspects: Sequence[int]
    number: str
    reasons: Sequence[str] = ()

    def draft(self, client: Client) -> bytes:
        """Has the exchange set the letter, as a PDF that is not sealed yet."""
        request = investigation_pb2.DraftLetterRequest(
            name=full_name(self.name), suspects=self.suspects, document_number=self.number, reasons=self.reasons
        )
        answer, _ = fetch(client, UNIT, request, kind=investigation_pb2.DraftLetterResponse)
        return bytes(answer.pdf)

    def sealed(self, session: Session, client: Client) -> bytes:
        """Has the letter set, and seals it with the development seal of the officer's unit.

        Raises:
            CommandError: If there is no such seal here.
        """
        return seal(session, self.draft(client), organisation=own_unit(session))

    def feedback(self, pdf: bytes) -> investigation_pb2.GiveFeedbackRequest:
        """Makes the request to give it as feedback of the filing."""
        return investigation_pb2.GiveFeedbackRequest(
            request_id=str(uuid.uuid4()),
            name=full_name(self.name),
            suspects=self.suspects,
            document_number=self.number,
            letter_pdf=pdf,
        )

    def opinion(self, pdf: bytes) -> investigation_pb2.GiveOpinionRequest:
        """Makes the request to give it as opinion not to file."""
        return investigation_pb2.GiveOpinionRequest(
            request_id=str(uuid.uuid4()),
            name=full_name(self.name),
            suspects=self.suspects,
            document_number=self.number,
            reasons=self.reasons,
            letter_pdf=pdf,
        )


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral letter NAME {_OFFICER} --suspect 0 --number 洪公（刑）反字〔2026〕1号 --to feedback.pdf",
        f"xiezhi referral letter NAME {_OFFICER} --suspect 1 --number 洪公（刑）不立字〔2026〕1号 --because 证据不足 "
        "--to opinion.pdf --unsealed     to be sealed elsewhere",
    ),
)
def letter(
    session: Session,
    name: ReferralName,
    suspect: Places,
    number: Number,
    to: Annotated[Path, typer.Option("--to", help="Where it is saved; only its owner may read the file.")],
    because: Reasons = None,
    unsealed: Annotated[bool, typer.Option("--unsealed", help="Do not seal it with the development seal.")] = False,
) -> None:
    """Draft a feedback or, with reasons, an opinion as a letter in Chinese, seal and save it; nothing is given."""
    own = Letter(name, suspect, number, because or ())
    with session.connect() as client:
        pdf = own.draft(client) if unsealed else own.sealed(session, client)
    write_private(to, pdf)
    told = "not sealed yet" if unsealed else f"under the development seal of {own_unit(session)}"
    verb = "opinion" if because else "feedback"
    session.output.result(
        {"file": str(to), "bytes": len(pdf), "sealed": not unsealed},
        f"{to} is {told}. Give it with `xiezhi referral {verb} ... --letter {to}`.",
    )


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral feedback NAME {_OFFICER} --suspect 0 --number 洪公（刑）反字〔2026〕1号",
        f"xiezhi referral feedback NAME {_OFFICER} --suspect 0 --number 洪公（刑）反字〔2026〕1号 --letter sealed.pdf",
    ),
)
def feedback(
    session: Session,
    name: ReferralName,
    suspect: Places,
    number: Number,
    file: OwnLetter = None,
    save: Save = None,
    receipt: Receipt = None,
) -> None:
    """Give the written feedback that suspects are filed (立案反馈), within three days of the decision."""
    own = Letter(name, suspect, number)
    with session.connect() as client, tracing() as trace:
        pdf = _letter_of(session, client, own, file)
        answer, proven = fetch(client, UNIT, own.feedback(pdf), kind=investigation_pb2.GiveFeedbackResponse)
    _save(save, pdf)
    keep_receipts(receipt, [proven])
    tell_answer(session, answer, _given_view(answer, save), proven=[proven], trace_id=trace.trace_id)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral opinion NAME {_OFFICER} --suspect 1 --number 洪公（刑）不立字〔2026〕1号 --because 证据不足",
        f"xiezhi referral opinion NAME {_OFFICER} --suspect 1 --number N --because 证据不足 --letter sealed.pdf",
    ),
)
def opinion(
    session: Session,
    name: ReferralName,
    suspect: Places,
    number: Number,
    because: Reasons = None,
    file: OwnLetter = None,
    save: Save = None,
    receipt: Receipt = None,
) -> None:
    """Give the written opinion not to file, with its reasons (不予立案意见), within five days of receipt."""
    own = Letter(name, suspect, number, because or ())
    with session.connect() as client, tracing() as trace:
        pdf = _letter_of(session, client, own, file)
        answer, proven = fetch(client, UNIT, own.opinion(pdf), kind=investigation_pb2.GiveOpinionResponse)
    _save(save, pdf)
    keep_receipts(receipt, [proven])
    tell_answer(session, answer, _given_view(answer, save), proven=[proven], trace_id=trace.trace_id)


def own_unit(session: Session) -> str:
    """Returns the organisation of the officer, whose development seal is used.

    Raises:
        CommandError: If the officer is not one of the development keys.
    """
    try:
        return str(session.home.keys.officers.get(session.officer_id).organisation)
    except UnknownOfficerError:
        raise CommandError(
            "There is no development seal to seal with.",
            next_step="Name the officer with --as; or save the draft with --unsealed, seal it with your own key, and "
            "give it with --letter.",
        ) from None


def _letter_of(session: Session, client: Client, own: Letter, file: Path | None) -> bytes:
    return read_bytes(file) if file is not None else own.sealed(session, client)


def _save(file: Path | None, pdf: bytes) -> None:
    if file is not None:
        write_private(file, pdf)


def _given_view(answer: Answer, file: Path | None) -> RenderableType:
    if file is None:
        return answer_view(answer)
    return Group(answer_view(answer), Text(f"The sealed letter is in {file}."))
