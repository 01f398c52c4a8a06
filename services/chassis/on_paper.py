"""Requests that came on paper: the judge's statement stands for the token (notice 四.1, R-4.1).

A service takes `authorization: Paper <statement>` from the gateway in place of a token. The statement is about one
approval and one request's bytes, so that nothing else can be asked with it.
"""

from __future__ import annotations

from services.chassis.policy import MethodInfo
from services.chassis.tokens import Caller
from services.chassis.trust import RequestStatement
from xiezhi.errors import Reason, error
from xiezhi.proof.statement import invalid

SCHEME = "Paper "
"""What stands before the statement in the metadata."""


def require_admissible(method: MethodInfo) -> None:
    """Refuses a method that is not one to ask for on paper: in a case, on approval, one request and one answer.

    Raises:
        FailedPrecondition: METHOD_NOT_ON_PAPER.
    """
    policy = method.policy
    if policy.internal or not policy.case_bound or policy.approval is None or method.server_streaming:
        raise error(
            Reason.METHOD_NOT_ON_PAPER,
            "The method is none that a court asks for in a case, on approval, with one request and one answer.",
        )


def require_about(statement: RequestStatement, method: MethodInfo, *, approval: str, request_sha256: bytes) -> None:
    """Refuses a statement about another request, or one that counts for longer than the method's policy allows.

    Args:
        statement: The judge's.
        method: The method called.
        approval: Name of the approval that the call goes under.
        request_sha256: SHA-256 of the request's bytes.

    Raises:
        PermissionDenied: STATEMENT_INVALID.
    """
    claims, requirement = statement.claims, method.policy.approval
    if (claims.method, claims.approval) != (method.full_name, approval):
        raise invalid("it is about another method or approval")
    if claims.request_sha256 != request_sha256:
        raise invalid("it was signed over other bytes than the request's")
    if claims.court_code != statement.signer.organisation:
        raise invalid("its court is not the signer's")
    if requirement is None or claims.not_after - claims.issued_at > requirement.max_validity:
        raise invalid("it would count for longer than the method's policy allows")


def caller_of(statement: RequestStatement, method: MethodInfo) -> Caller:
    """Returns the judge as the caller of the one method that was signed for.

    Args:
        statement: The judge's.
        method: The method.
    """
    claims, signer = statement.claims, statement.signer
    return Caller(
        officer_id=signer.officer_id,
        organisation=signer.organisation,
        rank=signer.rank,
        permissions=frozenset({method.policy.permission}),
        work_card=claims.work_card,
        enforcement_card=claims.enforcement_card,
        # No system of the court is connected.
        certificate_sha256=b"",
        expires_at=statement.valid_until,
    )
