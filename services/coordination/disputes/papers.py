"""The record of settlement (会商纪要): set for both provincial bodies to seal, and verified with both seals."""

from __future__ import annotations

from datetime import date, datetime

from services.codes.courts import COURTS, HIGH_COURT
from services.codes.divisions import PROVINCE, name_on, prefecture_of
from services.coordination.disputes.domain import DisputeFile
from services.coordination.domain.disputes import POLICE_DEPARTMENT, PROVINCIAL
from services.filing.desk import Verify
from services.papers import SealedPaper, mentions
from services.papers.letters import Letter, typeset
from xiezhi.errors import Reason, Violation, XiezhiError, error, invalid_fields

_DIVISION_DIGITS = 6
_NAMES = {HIGH_COURT: "江西省高级人民法院", POLICE_DEPARTMENT: "江西省公安厅"}
_OF_ANOTHER = frozenset({Reason.SEAL_OF_ANOTHER_COURT, Reason.SEAL_OF_ANOTHER_UNIT})


def draw_settlement(file: DisputeFile, text: str, *, on: date) -> bytes:
    """Sets the record of a settlement, not sealed yet.

    Args:
        file: The dispute.
        text: What both bodies settle; each line is a paragraph.
        on: Day of the record.

    Raises:
        InvalidArgument: FIELDS_INVALID, if it has more pages than a document may have.
    """
    record, parties = file.record, file.record.parties
    court, police = name_of(parties.court_code, on), name_of(parties.police, on)
    opening = (
        f"{court}与{police}就{record.subject}发生的协助执行争议（{record.name}），经双方协商未能达成一致意见。"
        "依照赣高法〔2018〕160号通知第四条第四项，经江西省高级人民法院与江西省公安厅商讨，处理意见如下："
    )
    letter = Letter(
        organisation="江西省高级人民法院、江西省公安厅",
        title="执行协助争议会商纪要",
        number=record.name,
        addressee=f"{court}、{police}",
        body=(
            opening,
            *(line for line in map(str.strip, text.splitlines()) if line),
        ),
        items=(),
        ending=("本纪要自江西省高级人民法院与江西省公安厅均加盖电子印章之日起生效。",),
        issued_on=on,
        note="赣高法〔2018〕160号 四.4",
    )
    try:
        return typeset(letter)
    except ValueError:
        raise invalid_fields(Violation("text", "it makes a record of too many pages: write less")) from None


def require_settlement(pdf: bytes, file: DisputeFile, *, verify: Verify, now: datetime) -> None:
    """Makes sure that a file is the record of a dispute under the seals of both provincial bodies.

    It computes for some 50 ms: call it in a thread.

    Args:
        pdf: The file.
        file: The dispute.
        verify: Verifies papers under seal.
        now: The present instant.

    Raises:
        XiezhiError: SETTLEMENT_NOT_JOINT, DOCUMENT_NOT_LISTED, or the reasons of papers.
    """
    papers = [_sealed_by(body, pdf, verify=verify, now=now) for body in PROVINCIAL]
    if not all(mentions(paper, file.record.name) for paper in papers):
        raise error(
            Reason.DOCUMENT_NOT_LISTED, "The record does not name this dispute: have the draft of this one sealed."
        )


def _sealed_by(body: str, pdf: bytes, *, verify: Verify, now: datetime) -> SealedPaper:
    try:
        return verify(pdf, organisation=body, now=now)
    except XiezhiError as failure:
        if failure.reason not in _OF_ANOTHER:
            raise
    raise error(
        Reason.SETTLEMENT_NOT_JOINT,
        "The record does not have the seals of both provincial bodies: have the other one seal it too.",
    )


def name_of(organisation: str, on: date) -> str:
    """Returns what a court or a police organisation is called.

    Args:
        organisation: Code of the court, or of the organisation with 12 digits.
        on: Date on which it has the name.
    """
    if organisation in _NAMES:
        return _NAMES[organisation]
    court = COURTS.get(organisation)
    if court is not None:
        return court.name
    division = organisation[:_DIVISION_DIGITS]
    codes = dict.fromkeys(code for code in (prefecture_of(division), division) if code != PROVINCE)
    place = "".join(name_on(code, on) or "" for code in codes)
    return f"{place or '江西省'}公安机关（{organisation}）"
