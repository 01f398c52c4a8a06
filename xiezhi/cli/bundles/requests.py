"""`xiezhi bundle draft` and `approve`: a judge signs a request, an approver consents, nobody is called."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import protovalidate
import typer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from google.protobuf.message import Message
from rich.console import Group
from rich.text import Text

from xiezhi.bundle import RequestCheck
from xiezhi.cli.approvals import Reason, Yes, approval_view
from xiezhi.cli.bundles.drafts import DraftRequest, keep_key
from xiezhi.cli.bundles.methods import PaperMethod, find_paper_method
from xiezhi.cli.bundles.trust import BundleKeys
from xiezhi.cli.case import CaseQuestion
from xiezhi.cli.command import command, examples
from xiezhi.cli.duration import parse_duration
from xiezhi.cli.output import CommandError
from xiezhi.cli.render import message_dict
from xiezhi.cli.session import Session
from xiezhi.cli.submit import read_request
from xiezhi.client import Review
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Violation, XiezhiError, error, invalid_fields
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.organisation import is_unit
from xiezhi.proof.request import RequestClaims, sign_request
from xiezhi.proof.statement import Decision, Signer

app = typer.Typer()

SHORTEST = timedelta(minutes=1)

DraftFile = Annotated[Path, typer.Argument(help="File of the draft.")]


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi bundle draft /xiezhi.identity.v1.IdentityService/LookupHousehold --file request.json "
        "--as GAN0102-J001 --to 360102000000 --reference （2026）赣0102执报1号 --reason 'Whereabouts.'",
        "xiezhi bundle draft METHOD --file - --as GAN0102-J001 --to UNIT --reference R --reason WHY --validity 2d",
    ),
)
def draft(
    session: Session,
    method: Annotated[str, typer.Argument(help="Full name of the method.")],
    file: Annotated[Path, typer.Option("--file", help="The request in protobuf's JSON form; - for standard input.")],
    unit: Annotated[str, typer.Option("--to", metavar="UNIT", help="Police organisation that it is for, 12 digits.")],
    reference: Annotated[str, typer.Option("--reference", help="Reference of its paper (纸质文号).")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in the judge's words.")],
    validity: Annotated[str, typer.Option("--validity", help="How long it counts, as 12h or 2d; else longest.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="File of the draft; else UUID.draft.json here.")] = None,
) -> None:
    """Write and sign a request that goes on paper (人工报送), as the judge who handles the case.

    The case's handler, channel and request id are filled in. The key to the result stays in the data folder: who loses
    it cannot open the answer. The draft then goes to an approver, who calls `xiezhi bundle approve`.
    """
    if not is_unit(unit):
        raise CommandError(f"{unit} is no police organisation.", next_step="Give its code of 12 digits with --to.")
    contract = find_paper_method(method)
    lives = _lives(contract, validity)
    message, context = _request(session, contract, file)
    request = message.SerializeToString(deterministic=True)
    approval, key = f"approvals/{uuid.uuid4()}", X25519PrivateKey.generate()
    now = session.now().replace(microsecond=0)
    claims = RequestClaims(
        approval=approval,
        method=contract.full_name,
        request_sha256=hashlib.sha256(request).digest(),
        unit=unit,
        paper_reference=reference,
        reason=reason,
        result_key=key.public_key().public_bytes_raw(),
        issued_at=now,
        not_after=now + lives,
        **_of_the_case(context),
    )
    signer = session.signer()
    _require_handler(Signer.of(signer.chain[0]), context)
    statement = sign_request(claims, key=signer.key, chain=signer.chain)
    made = DraftRequest(approval, contract.full_name, reference, request, statement)
    _check(session, made)
    keep_key(session.home, claims, key)
    target = out or Path(f"{approval.removeprefix('approvals/')}.draft.json")
    made.write(target)
    _tell_drafted(session, made, target)


@command(
    app,
    calls=True,
    epilog=examples("xiezhi bundle approve 2f0c….draft.json --as GAN0102-C001 --reason 'Needed for enforcement.'"),
)
def approve(session: Session, file: DraftFile, reason: Reason, yes: Yes = False) -> None:
    """Read a drafted request, decoded from its bytes, and sign a consent over their digest into the draft."""
    drafted = DraftRequest.read(file)
    _check(session, drafted)
    review = Review.of(drafted.approval_message())
    if review.approval.expire_time.ToDatetime() <= session.now().replace(tzinfo=None):
        raise CommandError("The request no longer counts.", next_step="Have the judge draft it anew.")
    if not session.output.as_json:
        session.output.console.print(approval_view(review.approval, review))
    if not yes:
        if session.output.as_json:
            raise CommandError("Nothing is signed unseen.", next_step="Add --yes to sign with --json.")
        typer.confirm("Sign a CONSENT to exactly this request?", abort=True)
    signer = session.signer()
    consented = drafted.consented(signer(review.claims(Decision.CONSENT, reason=reason, now=session.now())))
    _check(session, consented)
    consented.write(file)
    needed = find_paper_method(drafted.method).approvers
    data = message_dict(review.approval) | {"draft": str(file), "consents": len(consented.consents), "needed": needed}
    session.output.result(data, f"Consent {len(consented.consents)} of {needed} is in {file}.")


def _lives(contract: PaperMethod, validity: str) -> timedelta:
    lives = parse_duration(validity, SHORTEST) if validity else contract.max_validity
    if lives > contract.max_validity:
        raise CommandError(f"It counts for at most {contract.max_validity}.", next_step="Give a shorter --validity.")
    return lives


def _of_the_case(context: case_pb2.CaseContext) -> dict[str, str]:
    return {
        "court_code": context.court_code,
        "case_number": context.case_number,
        "work_card": context.handler.work_card_number,
        "enforcement_card": context.handler.enforcement_card_number,
    }


def _tell_drafted(session: Session, made: DraftRequest, file: Path) -> None:
    digest = hashlib.sha256(made.request).hexdigest()
    told = {"approval": made.approval, "draft": str(file), "request_sha256": digest}
    next_line = f"\nAn approver decides with: xiezhi bundle approve {file} --as APPROVER --reason '...'"
    view = approval_view(made.approval_message(), None)
    session.output.result(told, Group(view, Text(next_line, overflow="fold")))


def _request(session: Session, contract: PaperMethod, file: Path) -> tuple[Message, case_pb2.CaseContext]:
    """Reads a request, fills in what the judge's machine knows, and holds it against the contract."""
    message = read_request(contract.full_name, file)
    context: case_pb2.CaseContext = message.context  # type: ignore[attr-defined]
    known = context.handler
    question = CaseQuestion(
        case=context.case_number,
        court=context.court_code,
        handler_name=known.name,
        phone=known.phone,
        work_card=known.work_card_number,
        enforcement_card=known.enforcement_card_number,
    )
    request_id = context.request_id or str(uuid.uuid4())
    full = question.context(session, request_id=request_id, documents=context.documents)
    full.channel = case_pb2.CHANNEL_MANUAL
    context.CopyFrom(full)
    _require_valid(message)
    return message, context


def _path(field: object) -> str:
    return ".".join(element.field_name for element in getattr(field, "elements", ()))


def _require_handler(judge: Signer, context: case_pb2.CaseContext) -> None:
    if (judge.officer_id, judge.organisation) != (context.handler.officer_id, context.court_code):
        raise CommandError(
            "The request is signed by the judge who handles the case, at the court that has it.",
            next_step="Name the judge with --as, and the judge's court in the request.",
        )


def _check(session: Session, drafted: DraftRequest) -> None:
    """Holds a draft's reference to what bundles carry, and all statements against its bytes and the courts' authority.

    Raises:
        InvalidArgument: FIELDS_INVALID, of a reference that no bundle carries.
        PermissionDenied: STATEMENT_INVALID or STATEMENT_REVOKED.
    """
    item = drafted.item()
    # It has no place yet, and not all consents. Its reference stays, and is signed.
    _require_valid(item, only="paper_reference")
    header = bundle_pb2.BundleHeader(recipient_organisation=drafted.signed().claims.unit)
    try:
        RequestCheck(BundleKeys(session).courts(), session.now())(item, header)
    except XiezhiError as refusal:
        raise error(refusal.reason, refusal.message.removeprefix("Item 0: ")) from None


def _require_valid(message: Message, *, only: str = "") -> None:
    """Holds a message to the rules of its contract, or one of its fields only."""
    found = (Violation(_path(one.proto.field), one.proto.message) for one in protovalidate.collect_violations(message))
    violations = [one for one in found if only in {"", one.field}]
    if violations:
        raise invalid_fields(*violations)
