"""What police write to a court about the leads of a crime that it referred (拒不执行判决、裁定罪)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.papers.letters.letter import Letter
from services.papers.numerals import plain_date, plain_instant
from xiezhi.errors import Reason, error

_CRIME = "涉嫌拒不执行判决、裁定罪"
_BASIS = "赣高法〔2018〕160号通知第三条"


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter is about.

    Attributes:
        unit: Name of the police unit that writes.
        court: Name of the court that referred the case.
        case_number: Number of the court's case.
        referral_number: Number of the letter with which it referred the case (案件移送函).
        receipt_number: Number under which the unit received it.
        received_at: When the unit received it, UTC.
    """

    unit: str
    court: str
    case_number: str
    referral_number: str
    receipt_number: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the court may ask; personal.

    Attributes:
        name: Name of the officer.
        phone: Their telephone.
    """

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Filed:
    """The decision to file the case of one suspect (立案决定).

    Attributes:
        suspect: Name of the person or organisation; personal.
        decided_on: Legal date of the decision.
        decision_number: Number of the written decision.
    """

    suspect: str
    decided_on: date
    decision_number: str


@dataclass(frozen=True, slots=True)
class FeedbackLetter:
    """The letter that a case was filed (立案反馈函).

    Attributes:
        matter: What it is about.
        number: Its number.
        issued_on: Its date.
        filed: The decisions, at least one.
        contact: Whom the court may ask; None where the unit names nobody.
        note: What stands at the foot of each page, if anything.

    Source:
        Notice 三, first clause.
    """

    matter: Matter
    number: str
    issued_on: date
    filed: tuple[Filed, ...]
    contact: Contact | None
    note: str = ""

    def letter(self) -> Letter:
        """Returns what stands on it.

        Raises:
            ValueError: If it has no decision.
        """
        if not self.filed:
            raise ValueError("a letter that a case was filed tells at least one decision")
        decisions = tuple(
            f"{one.suspect}：{plain_date(one.decided_on)}决定立案，立案决定书文号：{one.decision_number}。"
            for one in self.filed
        )
        return Letter(
            organisation=self.matter.unit,
            title="立案反馈函",
            number=self.number,
            addressee=self.matter.court,
            body=(
                _received(self.matter),
                f"经审查，我单位认为下列对象符合立案条件，已决定立案侦查。根据{_BASIS}，现将立案情况反馈如下：",
            ),
            items=decisions,
            ending=_contacts(self.contact),
            issued_on=self.issued_on,
            note=self.note,
        )


@dataclass(frozen=True, slots=True)
class ReasonedOpinion:
    """The written opinion that a case is not filed (不予立案意见书).

    Attributes:
        matter: What it is about.
        number: Its number.
        issued_on: Its date.
        suspects: Names of the persons or organisations whose case is not filed, at least one; personal.
        reasons: Why, at least one.
        contact: Whom the court may ask; None where the unit names nobody.
        note: What stands at the foot of each page, if anything.

    Source:
        Notice 三, second clause.
    """

    matter: Matter
    number: str
    issued_on: date
    suspects: tuple[str, ...]
    reasons: tuple[str, ...]
    contact: Contact | None
    note: str = ""

    def letter(self) -> Letter:
        """Returns what stands on it.

        Raises:
            FailedPrecondition: REASONS_MISSING, if it has no reason or an empty one.
            ValueError: If it names nobody.
        """
        if not self.reasons or not all(reason.strip() for reason in self.reasons):
            raise error(Reason.REASONS_MISSING, "The opinion gives no reasons; state why the case is not filed.")
        if not self.suspects:
            raise ValueError("an opinion names whose case is not filed")
        names = "、".join(self.suspects)
        return Letter(
            organisation=self.matter.unit,
            title="不予立案意见书",
            number=self.number,
            addressee=self.matter.court,
            body=(
                _received(self.matter),
                f"经审查，我单位认为{names}不符合立案条件，决定不予立案。根据{_BASIS}，现将有关意见书面反馈如下：",
            ),
            items=self.reasons,
            ending=(
                "你院如有异议，可以依法提请人民检察院进行立案监督；有新的证据的，可以再次移送。",
                *_contacts(self.contact),
            ),
            issued_on=self.issued_on,
            note=self.note,
        )


@dataclass(frozen=True, slots=True)
class CaseReceipt:
    """The receipt for a case that a court referred (接受案件回执), from whose moment the terms run.

    Attributes:
        matter: What it is about.
        number: Its number.
        issued_on: Its date.
        materials: What was handed over, for example "案件移送函一份".
        contact: Who received it; None where it is not told.
        note: What stands at the foot of each page, if anything.

    Source:
        公安机关办理刑事案件程序规定 (2020), article 171.
    """

    matter: Matter
    number: str
    issued_on: date
    materials: tuple[str, ...]
    contact: Contact | None
    note: str = ""

    def letter(self) -> Letter:
        """Returns what stands on it.

        Raises:
            ValueError: If nothing was handed over.
        """
        if not self.materials:
            raise ValueError("a receipt lists what was handed over")
        return Letter(
            organisation=self.matter.unit,
            title="接受案件回执",
            number=self.number,
            addressee=self.matter.court,
            body=(
                _received(self.matter),
                "收到的材料如下：",
            ),
            items=self.materials,
            ending=("我单位将依法审查，并按期书面反馈。", *_contacts(self.contact)),
            issued_on=self.issued_on,
            note=self.note,
        )


def _received(matter: Matter) -> str:
    return (
        f"你院{matter.case_number}案件移送的{_CRIME}的犯罪线索（移送函文号：{matter.referral_number}），"
        f"我单位已于{plain_instant(matter.received_at)}收到（回执编号：{matter.receipt_number}）。"
    )


def _contacts(contact: Contact | None) -> tuple[str, ...]:
    return () if contact is None else (_contact(contact),)


def _contact(contact: Contact) -> str:
    return f"联系人：{contact.name}，联系电话：{contact.phone}。"
