"""Drafts: files in which a request goes from its judge to its approvers and to the liaison, on machines of one court.

A draft holds the request as it is, so it is readable by its owner only. The key to the result is not in it: that one
stays in the judge's data folder.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from xiezhi.approval.v1 import approval_pb2
from xiezhi.bundle.results import Asked
from xiezhi.cli.documents import read_json, write_private
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.request import RequestClaims, SignedRequest, read_request
from xiezhi.proof.statement import Signer

FORMAT = "xiezhi-draft/v1"
PREFIX = "approvals/"
_TEXTS = ("approval", "method", "paper_reference", "request", "statement")


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """A request that is on its way into a bundle.

    Attributes:
        approval: Name of the approval.
        method: Full name of the method.
        paper_reference: Reference of its paper.
        request: The request's exact bytes.
        statement: The judge's statement.
        consents: The approvers' statements.
    """

    approval: str
    method: str
    paper_reference: str
    request: bytes = field(repr=False)
    statement: str = field(repr=False)
    consents: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, file: Path) -> DraftRequest:
        """Reads a draft; nothing of it is believed yet.

        Raises:
            CommandError: If the file is none.
        """
        document = read_json(file)
        consents = document.get("consents")
        texts = {name: document.get(name) for name in _TEXTS}
        is_draft = document.get("format") == FORMAT and isinstance(consents, list)
        if not is_draft or not all(isinstance(text, str) for text in (*texts.values(), *(consents or ()))):
            raise CommandError(f"{file} is no draft.", next_step="Drafts are made with `xiezhi bundle draft`.")
        try:
            request = base64.b64decode(str(texts.pop("request")), validate=True)
        except binascii.Error:
            raise CommandError(f"{file} is no draft: its request cannot be read.") from None
        return cls(**texts, request=request, consents=tuple(consents or ()))  # type: ignore[arg-type]

    def write(self, file: Path) -> None:
        """Writes the draft, readable by its owner only."""
        document = {
            "format": FORMAT,
            "approval": self.approval,
            "method": self.method,
            "paper_reference": self.paper_reference,
            "request": base64.b64encode(self.request).decode(),
            "statement": self.statement,
            "consents": list(self.consents),
        }
        write_private(file, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")

    def consented(self, consent: str) -> DraftRequest:
        """Returns the draft with one more consent."""
        return replace(self, consents=(*self.consents, consent))

    def signed(self) -> SignedRequest:
        """Returns the judge's statement taken apart, its signature verified.

        Raises:
            PermissionDenied: STATEMENT_INVALID.
        """
        return read_request(self.statement)

    def item(self) -> bundle_pb2.BundleItem:
        """Returns the draft as an item of a bundle, without its position."""
        carried = bundle_pb2.CarriedRequest(request=self.request, statement=self.statement, consents=self.consents)
        return bundle_pb2.BundleItem(
            paper_reference=self.paper_reference, approval=self.approval, method=self.method, request=carried
        )

    def approval_message(self) -> approval_pb2.Approval:
        """Returns the draft as the approval that it asks for, in the form in which approvers see one."""
        signed = self.signed()
        claims, judge = signed.claims, Signer.of(signed.chain[0])
        message = approval_pb2.Approval(
            name=self.approval,
            state=approval_pb2.STATE_PENDING,
            method=self.method,
            court_code=claims.court_code,
            case_number=claims.case_number,
            requester=judge.officer_id,
            requester_court=judge.organisation,
            reason=claims.reason,
            request=self.request,
            request_sha256=claims.request_sha256,
        )
        message.submit_time.FromDatetime(claims.issued_at)
        message.expire_time.FromDatetime(claims.not_after)
        return message


def keep_key(home: Home, claims: RequestClaims, key: X25519PrivateKey) -> None:
    """Keeps what opens a result, before the request can go anywhere.

    Args:
        home: The judge's data folder.
        claims: What the judge signed.
        key: The private key to which the result is sealed.
    """
    kept = {
        "method": claims.method,
        "request_sha256": claims.request_sha256.hex(),
        "result_key": key.private_bytes_raw().hex(),
    }
    write_private(_kept(home, claims.approval), json.dumps(kept, indent=1).encode() + b"\n")


def recall(home: Home, approval: str) -> Asked | None:
    """Returns what a judge kept of a request, None where it was another judge's.

    Args:
        home: The data folder.
        approval: Name of the approval, which is held to its form: it becomes the name of a file.

    Raises:
        CommandError: If what is kept cannot be read.
    """
    file = _kept(home, approval)
    if not file.exists():
        return None
    try:
        kept = json.loads(file.read_text(encoding="ascii"))
        key = X25519PrivateKey.from_private_bytes(bytes.fromhex(kept["result_key"]))
        return Asked(approval, str(kept["method"]), bytes.fromhex(kept["request_sha256"]), key)
    except (OSError, ValueError, KeyError, TypeError):
        raise CommandError(f"{file} cannot be read; without it the result cannot be opened.") from None


def _kept(home: Home, approval: str) -> Path:
    return home.root / "paper" / "requests" / f"{identifier(approval)}.json"


def identifier(approval: str) -> str:
    """Returns the UUID in the name of an approval.

    Raises:
        CommandError: If the name has none.
    """
    found = approval.removeprefix(PREFIX)
    if len(found) != 36 or not set(found) <= set("0123456789abcdef-"):
        raise CommandError("The name of the approval holds no UUID.")
    return found
