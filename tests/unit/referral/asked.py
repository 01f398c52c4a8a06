"""What courts and units ask about referrals of synthetic suspects, as messages."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from google.type import date_pb2

from services.chassis.call import Call
from services.papers import SealedPaper
from services.papers.content import normalise
from services.papers.fonts import shown
from tests.unit.calls import make_call
from tests.unit.filing import papers
from tests.unit.filing.papers import paper
from tests.unit.identity.people import number
from tests.unit.referral.domain.referred import CASE, COURT, UNIT, at
from tests.unit.vehicle.cars import ORGANISATION
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, error
from xiezhi.proof.statement import Rank
from xiezhi.referral.v1 import investigation_pb2, referral_pb2

NOW = at("2018-09-25")
JUDGE, DETECTIVE = "GAN0102-J001", "P36010201"
RECEIPT, DECISION, LETTER = "东公受〔2018〕1号", "东公立字〔2018〕1号", "东公函〔2018〕1号"
REASONS = ("经核实，该车已于2017年12月出售。", "现有证据不足以证明其有能力执行而拒不执行。")
EVIDENCE = (
    referral_pb2.Evidence(evidence_class=referral_pb2.EVIDENCE_CLASS_DOCUMENTARY, title="银行流水", sha256=bytes(32)),
    referral_pb2.Evidence(evidence_class=referral_pb2.EVIDENCE_CLASS_TESTIMONY, title="证人证言"),
)


def person(serial: int = 1, name: str = "") -> case_pb2.Party:
    """A natural person."""
    return case_pb2.Party(
        type=case_pb2.PARTY_TYPE_NATURAL,
        name=name or f"测试{'甲乙丙丁戊'[serial - 1]}",
        id_type=case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN,
        id_number=number(date(1890, 1, serial), serial),
    )


def company() -> case_pb2.Party:
    """A unit as suspect (单位犯罪)."""
    return case_pb2.Party(
        type=case_pb2.PARTY_TYPE_LEGAL_PERSON,
        name="测试某某公司",
        id_type=case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE,
        id_number=ORGANISATION,
    )


def verify(pdf: bytes, *, organisation: str, now: datetime) -> SealedPaper:
    """Verifies a paper whose seal is a word, of a court or a unit."""
    try:
        found = papers.verify(pdf, organisation=organisation, now=now)
    except UnicodeDecodeError:
        raise error(Reason.DOCUMENT_UNSEALED, "The document has no seal.") from None
    except Exception:
        if pdf.startswith(b"SEALED") and organisation.isdigit():
            raise error(Reason.SEAL_OF_ANOTHER_UNIT, "The seal is another unit's.") from None
        raise
    return SealedPaper(found.sha256, found.signer, found.sealed_at, found.fingerprint, normalise(found.text))


def context(
    *files: tuple[int, bytes], court: str = COURT, serial: int = 1, request_id: str = ""
) -> case_pb2.CaseContext:
    """The context of a case with its documents listed."""
    return case_pb2.CaseContext(
        request_id=request_id or str(uuid.uuid4()),
        court_code=court,
        case_number=f"(2018){court}执{serial}号",
        handler=case_pb2.Handler(
            officer_id=JUDGE, name="李承办", phone="0791-86001234", work_card_number="W1", enforcement_card_number="E1"
        ),
        documents=[
            case_pb2.LegalDocument(
                kind=kind,  # type: ignore[arg-type]
                document_number=f"（2018）{court}执{serial}号移{place}",
                issuing_court=court,
                issue_date=date_pb2.Date(year=2018, month=9, day=20),
                sha256=hashlib.sha256(pdf).digest(),
            )
            for place, (kind, pdf) in enumerate(files, start=1)
        ],
        channel=case_pb2.CHANNEL_PLATFORM,
    )


def sending(
    *suspects: case_pb2.Party,
    court: str = COURT,
    serial: int = 1,
    unit: str = UNIT,
    named: Sequence[str] | None = None,
    request_id: str = "",
    **changed: object,
) -> referral_pb2.SendReferralRequest:
    """A referral, whose letter names the suspects unless told otherwise."""
    parties = suspects or (person(),)
    letter = paper(court, "移送函", *([p.name for p in parties] if named is None else named))
    account = paper(court, "执行情况说明")
    listed = ((case_pb2.DOCUMENT_KIND_REFERRAL_LETTER, letter), (case_pb2.DOCUMENT_KIND_OTHER, account))
    fields: dict[str, object] = {
        "context": context(*listed, court=court, serial=serial, request_id=request_id),
        "suspects": parties,
        "unit": unit,
        "facts": "有能力执行而拒不执行。",
        "evidence": EVIDENCE,
        "letter_pdf": letter,
        "account_pdf": account,
    }
    return referral_pb2.SendReferralRequest(**(fields | changed))  # type: ignore[arg-type]


def supplement(name: str, *, suspect: case_pb2.Party | None = None, **case) -> referral_pb2.SupplementReferralRequest:
    """What the unit asked for."""
    pdf = paper(case.get("court", COURT), "补充材料", str(uuid.uuid4()))
    return referral_pb2.SupplementReferralRequest(
        context=context((case_pb2.DOCUMENT_KIND_OTHER, pdf), **case),
        suspect=suspect or person(),
        name=name,
        evidence=EVIDENCE[:1],
        supplement_pdf=pdf,
    )


def withdrawal(name: str, *, suspect: case_pb2.Party | None = None, **case) -> referral_pb2.WithdrawReferralRequest:
    """A referral is taken back."""
    return referral_pb2.WithdrawReferralRequest(
        context=context(**case), suspect=suspect or person(), name=name, reason="已履行"
    )


def listing(
    *, suspect: case_pb2.Party | None = None, as_of: datetime | None = None, **case
) -> referral_pb2.ListReferralsRequest:
    """The referrals of a suspect."""
    request = referral_pb2.ListReferralsRequest(context=context(**case), suspect=suspect or person())
    if as_of is not None:
        request.as_of_time.FromDatetime(as_of)
    return request


def fetching(name: str, sha256: bytes, *, suspect: case_pb2.Party | None = None, **case):
    """A document of a referral."""
    return referral_pb2.FetchDocumentRequest(
        context=context(**case), suspect=suspect or person(), name=name, sha256=sha256
    )


def step(kind, name: str, *, request_id: str = "", **fields: object):
    """A step of a unit."""
    return kind(request_id=request_id or str(uuid.uuid4()), name=name, **fields)


def receipt(name: str, **fields: object):
    """The unit signs."""
    return step(investigation_pb2.ReceiveReferralRequest, name, **({"receipt_number": RECEIPT} | fields))


def missing(name: str, **fields: object):
    """The unit asks for more."""
    return step(investigation_pb2.RequestSupplementRequest, name, **({"missing": "缺少财产申报表"} | fields))


def transfer(name: str, unit: str, **fields: object):
    """The unit passes it on."""
    return step(investigation_pb2.TransferReferralRequest, name, unit=unit, reason="不属管辖", **fields)


def extension(name: str, days: int = investigation_pb2.REVIEW_EXTENSION_SEVEN_DAYS, **fields: object):
    """The unit extends the review."""
    return step(investigation_pb2.ExtendReviewRequest, name, extension=days, reason="需要查证", **fields)


def ruling(name: str, *places: int, files: bool = True, day: date | None = None, **fields: object):
    """The unit decides."""
    decided = day or date(2018, 9, 25)
    kind = investigation_pb2.FILING_DECISION_FILE if files else investigation_pb2.FILING_DECISION_NOT_FILE
    values: dict[str, object] = {
        "suspects": places or (0,),
        "decision": kind,
        "decision_date": date_pb2.Date(year=decided.year, month=decided.month, day=decided.day),
        "decision_number": DECISION,
    }
    return step(investigation_pb2.DecideReferralRequest, name, **(values | fields))


def draft_receipt(name: str, **fields: object) -> investigation_pb2.DraftLetterRequest:
    """The unit has a receipt set."""
    return investigation_pb2.DraftLetterRequest(name=name, document_number=RECEIPT, **fields)  # type: ignore[arg-type]


def draft(name: str, *places: int, reasons: Sequence[str] = ()) -> investigation_pb2.DraftLetterRequest:
    """The unit has a letter set."""
    return investigation_pb2.DraftLetterRequest(
        name=name, suspects=places or (0,), document_number=LETTER, reasons=reasons
    )


def letter(*texts: str, unit: str = UNIT, case: str = CASE) -> bytes:
    """A unit's letter that mentions case, number and some texts, as they are shown."""
    return paper(unit, case, LETTER, *map(shown, texts))


def feedback(name: str, *places: int, pdf: bytes = b"", **fields: object):
    """The unit tells that it filed; the letter names the first suspect unless told otherwise."""
    values: dict[str, object] = {"suspects": places or (0,), "document_number": LETTER}
    return step(
        investigation_pb2.GiveFeedbackRequest, name, letter_pdf=pdf or letter(person().name), **(values | fields)
    )


def opinion(name: str, *places: int, pdf: bytes = b"", reasons: Sequence[str] = REASONS, **fields: object):
    """The unit tells why it does not file; as `feedback`."""
    values: dict[str, object] = {"suspects": places or (0,), "document_number": LETTER, "reasons": reasons}
    pdf = pdf or letter(person().name, *reasons)
    return step(investigation_pb2.GiveOpinionRequest, name, letter_pdf=pdf, **(values | fields))


def reopening(name: str, *places: int, text: str = "东检立监〔2018〕1号", **fields: object):
    """The unit takes suspects up again."""
    ground = investigation_pb2.REOPENING_GROUND_PROSECUTOR
    return step(
        investigation_pb2.ReopenReferralRequest, name, suspects=places or (0,), ground=ground, text=text, **fields
    )


def call(
    request, *, by: str, officer: str = "", rank: Rank | None = None, when: datetime = NOW, service: str = ""
) -> Call:
    """The call of a request, of a court or a unit."""
    service = service or ("InvestigationService" if by.isdigit() else "ReferralService")
    officer = officer or (DETECTIVE if by.isdigit() else JUDGE)
    return make_call(request, f"/xiezhi.referral.v1.{service}", at=when, officer=officer, organisation=by, rank=rank)
