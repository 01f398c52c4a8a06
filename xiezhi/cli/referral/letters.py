"""The receipt and the written answers of a unit (书面反馈): drafted by the exchange, sealed with its own key, given."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Group, RenderableType
from rich.text import Text

from xiezhi.cli.answers import keep_receipts, tell_answer
from xiezhi.cli.carrying import fetch
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import read_bytes, write_private
from xiezhi.cli.duration import read_instant
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
Signed = Annotated[
    str,
    typer.Option("--signed", help="When it was signed for, with its zone: 2026-11-20T10:00:00+08:00; else now."),
]
Save = Annotated[Path | None, typer.Option("--save", help="Save the sealed letter here, for its owner's eyes only.")]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a unit about suspects of a referral, or the receipt for it.

    Attributes:
        name: Name of the referral.
        suspects: Places of the suspects; none for the receipt.
        number: Number of the letter.
        reasons: Why they are not filed; none for a feedback.
        signed: When the unit signed for it, with its zone, as the receipt says; empty for now, and for other letters.
    """

    name: str
    suspects: Sequence[int]
    number: str
    reasons: Sequence[str] = ()
    signed: str = ""

    def drafted(self, client: Client) -> investigation_pb2.DraftLetterResponse:
        """Has the exchange set the letter, as a PDF that is not sealed yet; of a receipt it tells the instant too."""
        request = investigation_pb2.DraftLetterRequest(
            name=full_name(self.name), suspects=self.suspects, document_number=self.number, reasons=self.reasons
        )
        if self.signed:
            request.sign_time.FromDatetime(read_instant(self.signed))
        answer, _ = fetch(client, UNIT, request, kind=investigation_pb2.DraftLetterResponse)
        return answer

    def draft(self, client: Client) -> bytes:
        """Has the exchange set the letter, as a PDF that is not sealed yet."""
        return bytes(self.drafted(client).pdf)

    def sealed(self, session: Session, client: Client) -> bytes:
        """Has the letter set, and seals it with the development seal of the officer's unit.

        Raises:
            CommandError: If there is no such seal here.
        """
        return seal(session, self.draft(client), organisation=own_unit(session))

    def reception(self, pdf: bytes, signed: Timestamp) -> investigation_pb2.ReceiveReferralRequest:
        """Makes the request to sign for the referral with the receipt, which says when."""
        return investigation_pb2.ReceiveReferralRequest(
            request_id=str(uuid.uuid4()),
            name=full_name(self.name),
            receipt_number=self.number,
            sign_time=signed,
            receipt_pdf=pdf,
        )

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
        f"xiezhi referral letter NAME {_OFFICER} --number 洪公（刑）回字〔2026〕1号 --to receipt.pdf     the receipt",
    ),
)
def letter(
    session: Session,
    name: ReferralName,
    number: Number,
    to: Annotated[Path, typer.Option("--to", help="Where it is saved; only its owner may read the file.")],
    suspect: Annotated[
        list[int] | None,
        typer.Option("--suspect", min=0, max=19, help="Place of a suspect, counted from 0; none: the receipt."),
    ] = None,
    because: Reasons = None,
    signed: Signed = "",
    unsealed: Annotated[bool, typer.Option("--unsealed", help="Do not seal it with the development seal.")] = False,
) -> None:
    """Draft a feedback, with reasons an opinion, without suspects the receipt, seal and save it; nothing is given."""
    own = Letter(name, suspect or (), number, because or (), signed)
    with session.connect() as client:
        drafted = own.drafted(client)
    pdf = bytes(drafted.pdf) if unsealed else seal(session, bytes(drafted.pdf), organisation=own_unit(session))
    write_private(to, pdf)
    told = "not sealed yet" if unsealed else f"under the development seal of {own_unit(session)}"
    verb = "opinion" if because else "feedback" if suspect else "receive"
    when = f" --signed {drafted.sign_time.ToJsonString()}" if drafted.HasField("sign_time") else ""
    session.output.result(
        {"file": str(to), "bytes": len(pdf), "sealed": not unsealed, "signed": when.removeprefix(" --signed ")},
        f"{to} is {told}. Give it with `xiezhi referral {verb} ... --letter {to}{when}`.",
    )


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral receive NAME {_OFFICER} --number 洪公（刑）回字〔2026〕1号",
        f"xiezhi referral receive NAME {_OFFICER} --number N --signed 2026-11-20T10:00:00+08:00     on paper",
        f"xiezhi referral receive NAME {_OFFICER} --number N --letter sealed.pdf --signed 2026-11-20T02:00:00Z",
    ),
)
def receive(
    session: Session,
    name: ReferralName,
    number: Annotated[str, typer.Option("--number", help="Number of the unit's receipt (回执编号).")],
    signed: Signed = "",
    file: OwnLetter = None,
    save: Save = None,
    receipt: Receipt = None,
) -> None:
    """Sign for a referral (签收) with a receipt under the unit's seal (接受案件回执): the deadlines run from then.

    What went on paper first and was signed for there is told with --signed.
    """
    own, when = Letter(name, (), number, signed=signed), Timestamp()
    if file is not None and not signed:
        raise CommandError("A receipt says when it was signed for.", next_step="Tell the same time with --signed.")
    with session.connect() as client, tracing() as trace:
        if file is not None:
            pdf = read_bytes(file)
            when.FromDatetime(read_instant(signed))
        else:
            drafted = own.drafted(client)
            pdf = seal(session, bytes(drafted.pdf), organisation=own_unit(session))
            when.CopyFrom(drafted.sign_time)
        answer, proven = fetch(client, UNIT, own.reception(pdf, when), kind=investigation_pb2.ReceiveReferralResponse)
    _save(save, pdf)
    keep_receipts(receipt, [proven])
    tell_answer(session, answer, _given_view(answer, save), proven=[proven], trace_id=trace.trace_id)


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
