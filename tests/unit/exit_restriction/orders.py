"""Orders of courts about debtors for the tests, and the calls that bring them."""

from __future__ import annotations

import hashlib
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from google.protobuf.message import Message
from google.type import date_pb2

from services.chassis.call import FOREVER, Call, VerifiedGrant
from services.chassis.trust import Statement
from services.exit_restriction.registry.domain import Person
from tests.unit.calls import make_call
from tests.unit.exit_restriction.travellers import NOW, TODAY, person
from tests.unit.filing.papers import paper
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import listing_pb2, restriction_pb2
from xiezhi.proof.statement import Claims, Decision, Rank, Signer

DONGHU, XIHU, NANCHANG, HIGH = "赣0102", "赣0103", "赣01", "赣"
NOTICE, DECISION = case_pb2.DOCUMENT_KIND_ASSISTANCE_NOTICE, case_pb2.DOCUMENT_KIND_EXIT_RESTRICTION_DECISION
OBSTRUCTION, ABLE = (
    listing_pb2.DISHONEST_BEHAVIOUR_OBSTRUCTION,
    listing_pb2.DISHONEST_BEHAVIOUR_ABLE_AND_REFUSING,
)
SOMEBODY = person()
LATER = timedelta(milliseconds=1)


def decision_number(court: str = DONGHU, serial: int = 1) -> str:
    """Number of the decision not to let the debtor of a case exit."""
    return f"（2018）{court}执{serial}号之三"


def notice(*people: Person, court: str = DONGHU, serials: Sequence[int] = (1,), named: Sequence[str] = ()) -> bytes:
    """Makes an assistance notice that names people and the decisions of cases."""
    decisions = [unicodedata.normalize("NFKC", decision_number(court, serial)) for serial in serials]
    return paper(court, "协助执行通知书", *(p.numbers[0] for p in people if p.numbers), *decisions, *named)


def day(value: date) -> date_pb2.Date:
    """Writes a day."""
    return date_pb2.Date(year=value.year, month=value.month, day=value.day)


def party(someone: Person | None = None, *, name: str = "") -> case_pb2.Party:
    """Names somebody as a court does."""
    someone = someone or SOMEBODY
    is_citizen = bool(someone.numbers)
    return case_pb2.Party(
        type=case_pb2.PARTY_TYPE_NATURAL,
        name=name or someone.names[0],
        id_type=case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN if is_citizen else case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT,
        id_number=someone.numbers[0] if is_citizen else someone.documents[0].number,
    )


def company() -> case_pb2.Party:
    """Names an organisation."""
    return case_pb2.Party(
        type=case_pb2.PARTY_TYPE_LEGAL_PERSON,
        name="测试公司",
        id_type=case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE,
        id_number="91350100M000100Y43",
    )


def context(
    pdf: bytes | None = None,
    *,
    court: str = DONGHU,
    serial: int = 1,
    has_decision: bool = True,
    decided_by: str = "",
    request_id: str = "",
) -> case_pb2.CaseContext:
    """Makes the context of a case, which lists a notice and a decision."""
    documents = [] if pdf is None else [(NOTICE, pdf, f"（2018）{court}执{serial}号之二", court)]
    if has_decision:
        documents.append((DECISION, b"decision", decision_number(court, serial), decided_by or court))
    return case_pb2.CaseContext(
        request_id=request_id or str(uuid.uuid4()),
        court_code=court,
        case_number=f"(2018){court}执{serial}号",
        handler=handler(),
        documents=[
            case_pb2.LegalDocument(
                kind=kind,  # type: ignore[arg-type]
                document_number=number,
                issuing_court=issuer,
                sha256=hashlib.sha256(content).digest(),
            )
            for kind, content, number, issuer in documents
        ],
        channel=case_pb2.CHANNEL_PLATFORM,
    )


def handler() -> case_pb2.Handler:
    """Makes the handling judge."""
    return case_pb2.Handler(
        officer_id="GAN0102-J001",
        name="李承办",
        phone="0791-86001234",
        work_card_number="W1",
        enforcement_card_number="E1",
    )


def record(
    *behaviours: listing_pb2.DishonestBehaviour.ValueType, published: date = TODAY, years: int = 0, **known: object
) -> listing_pb2.DishonestRecord:
    """Makes what a court writes of a debtor."""
    return listing_pb2.DishonestRecord(
        behaviours=behaviours or (OBSTRUCTION,),
        **{"performance": listing_pb2.PERFORMANCE_NONE, **known},  # type: ignore[arg-type]
        duty="还款一百元",
        basis_number="（2017）赣0102民初1号",
        basis_unit="东湖区人民法院",
        case_filed_date=day(date(2018, 1, 2)),
        publish_date=day(published),
        extension_years=years,
    )


def term(months: int = 0, *, last_day: date | None = None, reason: str = "") -> restriction_pb2.TermRequest:
    """Makes the term that a court asks for."""
    return restriction_pb2.TermRequest(months=months, last_date=last_day and day(last_day), reason=reason)


def push(
    someone: Person | None = None,
    *,
    pdf: bytes | None = None,
    debtor: case_pb2.Party | None = None,
    court: str = DONGHU,
    serial: int = 1,
    months: int = 12,
    start: date | None = None,
    written: listing_pb2.DishonestRecord | None = None,
    **known: object,
) -> listing_pb2.PushEntryRequest:
    """Makes an entry with a decision, whose notice names the debtor and the decision."""
    someone = someone or SOMEBODY
    pdf = notice(someone, court=court, serials=(serial,)) if pdf is None else pdf
    return listing_pb2.PushEntryRequest(
        context=context(pdf, court=court, serial=serial, **known),  # type: ignore[arg-type]
        debtor=debtor or party(someone),
        record=written or record(),
        term=term(months),
        start_date=start and day(start),
        notice_pdf=pdf,
    )


def item(
    someone: Person | None = None,
    *,
    pdf: bytes = b"",
    debtor: case_pb2.Party | None = None,
    court: str = DONGHU,
    serial: int = 1,
    months: int = 12,
    has_decision: bool = True,
    **changed: object,
) -> listing_pb2.UploadItem:
    """Makes an item of an upload."""
    values = {
        "case_number": f"（2018）{court}执{serial}号",
        "handler": handler(),
        "debtor": debtor or party(someone),
        "record": record(),
        "decision_number": decision_number(court, serial) if has_decision else "",
        "term": term(months),
        "notice_sha256": hashlib.sha256(pdf).digest() if pdf else b"",
        **changed,
    }
    return listing_pb2.UploadItem(**values)  # type: ignore[arg-type]


def statement(court: str, request_sha256: bytes = bytes(32)) -> Statement:
    """Makes an approver's statement as it is after its verification."""
    claims = Claims("approvals/1", "", request_sha256, "", "", "", Decision.CONSENT, "同意", NOW, FOREVER)
    return Statement(claims, Signer(f"{court}-V001", court, Rank.VICE_PRESIDENT), bytes(32), FOREVER)


def call(
    request: Message,
    *,
    at: datetime = NOW,
    organisation: str = DONGHU,
    approved_by: Sequence[str] = (NANCHANG,),
    officer: str = "GAN0102-J001",
) -> Call:
    """Makes the call of a request."""
    name = type(request).__name__.removesuffix("Request")
    service = "RestrictionService" if "Restriction" in name else "DishonestListService"
    return make_call(
        request,
        f"/xiezhi.exit_restriction.v1.{service}",
        at=at,
        officer=officer,
        organisation=organisation,
        grant=VerifiedGrant("approvals/1", tuple(map(statement, approved_by))),
    )
