"""What was handed in, taken apart and then believed or refused: statements, bytes, and for whom they are."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from gateway.approval.domain import id_of
from gateway.paper.domain import Item, content_of, require_recipient
from services.chassis import on_paper, rules
from services.chassis.policy import Contracts, MethodInfo
from services.chassis.rules import Jurisdiction
from services.chassis.tokens import Caller
from services.chassis.trust import OfficerTrust, Statement
from services.codes.legal_time import legal_date
from xiezhi.errors import Reason, error
from xiezhi.proof.request import RequestClaims, read_request
from xiezhi.proof.statement import invalid


@dataclass(frozen=True, slots=True)
class Perform:
    """A request to be performed, as it was brought.

    Attributes:
        bundle_id: Id of the bundle, a UUID.
        bundle_sha256: SHA-256 of the bundle's file, 32 bytes.
        paper_reference: Reference on the paper.
        method: Full name of the method.
        request: The request's bytes.
        statement: The judge's statement, a compact JWS.
        consents: The approvers' consents, compact JWS each.
    """

    bundle_id: str
    bundle_sha256: bytes
    paper_reference: str
    method: str
    request: bytes = field(repr=False)
    statement: str = field(repr=False)
    consents: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Paper:
    """A request taken apart, before anything of it is believed.

    Attributes:
        command: What was brought.
        method: The method.
        claims: What the judge's statement says.
        item: What is kept of it.
        request_sha256: SHA-256 of the request's bytes, 32 bytes.
    """

    command: Perform
    method: MethodInfo
    claims: RequestClaims
    item: Item
    request_sha256: bytes


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who stands for a request.

    Attributes:
        judge: Who asks, from the statement.
        consents: The approvers' consents.
    """

    judge: Caller
    consents: tuple[Statement, ...]


def take_apart(command: Perform, *, importer: Caller, contracts: Contracts, now: datetime) -> Paper:
    """Takes a request apart, and refuses one that this importer cannot bring.

    Args:
        command: What was brought.
        importer: Who brought it.
        contracts: The contracts.
        now: The present instant, UTC.

    Raises:
        XiezhiError: METHOD_NOT_ON_PAPER, STATEMENT_INVALID or BUNDLE_OF_ANOTHER_RECIPIENT.
    """
    method = contracts.method(command.method)
    if method is None:
        raise error(Reason.METHOD_NOT_ON_PAPER, "There is no such method.")
    on_paper.require_admissible(method)
    signed = read_request(command.statement)
    claims = signed.claims
    _require_name(claims.approval)
    if claims.paper_reference != command.paper_reference:
        raise invalid("it was signed for another paper")
    require_recipient(importer.organisation, unit=claims.unit, court_code=claims.court_code, on=legal_date(now))
    sha256 = hashlib.sha256(command.request).digest()
    consents = (hashlib.sha256(text.encode()).digest() for text in command.consents)
    item = Item(
        approval=claims.approval,
        court_code=claims.court_code,
        paper_reference=command.paper_reference,
        content_sha256=content_of(sha256, (signed.digest, *consents)),
        method=method.full_name,
        bundle_id=command.bundle_id,
        bundle_sha256=command.bundle_sha256,
        organisation=importer.organisation,
        importer=importer.officer_id,
        signed_at=claims.issued_at,
        imported_at=now,
    )
    return Paper(command, method, claims, item, sha256)


def verify(paper: Paper, *, trust: OfficerTrust, now: datetime) -> Signatures:
    """Verifies every signature of a request.

    Args:
        paper: The request.
        trust: Verifies officers' statements.
        now: The instant at which all must hold, UTC.

    Raises:
        PermissionDenied: STATEMENT_INVALID or STATEMENT_REVOKED.
    """
    claims, method = paper.claims, paper.method
    statement = trust.verify_request(paper.command.statement, now=now)
    on_paper.require_about(statement, method, approval=claims.approval, request_sha256=paper.request_sha256)
    consents = tuple(trust.verify(text, now=now) for text in paper.command.consents)
    return Signatures(on_paper.caller_of(statement, method), consents)


def require_consents(paper: Paper, signatures: Signatures, *, jurisdiction: Jurisdiction, now: datetime) -> None:
    """Refuses unless enough entitled people consented to exactly this request.

    Args:
        paper: The request.
        signatures: Who stands for it.
        jurisdiction: Courts and their order.
        now: The present instant, UTC.

    Raises:
        XiezhiError: As `services.chassis.rules.require_consents`.
    """
    claims, judge, requirement = paper.claims, signatures.judge, paper.method.policy.approval
    assert requirement is not None  # noqa: S101 - only methods that need approvals go on paper
    case = claims.court_code, claims.case_number
    facts = rules.RequestFacts(paper.method, paper.request_sha256, *case, judge.officer_id, judge.organisation)
    rules.require_consents(
        requirement, signatures.consents, approval=claims.approval, facts=facts, jurisdiction=jurisdiction, now=now
    )


def _require_name(approval: str) -> None:
    identifier = id_of(approval)
    try:
        if identifier and str(uuid.UUID(identifier)) == identifier:
            return
    except ValueError:
        pass
    raise invalid("its approval is not named by a UUID")
