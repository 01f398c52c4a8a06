"""The story that every province can tell: who acts in it, and its cases (domain sheet section 18)."""

from __future__ import annotations

from dataclasses import dataclass

from services.synthetic.cases import CREDITORS
from services.synthetic.catalogue import BUYER, DEBTOR, MOVER, ONE_HOUSEHOLD, WIFE
from services.synthetic.duty import PAPER_COURT
from services.synthetic.groups import DebtCase, Group
from services.synthetic.officers import (
    APPROVER,
    AUDITOR,
    BORDER_OFFICER,
    CAMERA,
    COLLEAGUE,
    COMMAND_CENTRE,
    COUNTER_OFFICER,
    COURT_LIAISON,
    COURT_SUPERVISOR,
    INVESTIGATOR,
    JUDGE,
    JUDGE_COURT,
    OTHER_APPROVER,
    OTHER_INVESTIGATOR,
    OTHER_JUDGE,
    PAPER_APPROVER,
    PAPER_CARRIER,
    PAPER_JUDGE,
    PAPER_LIAISON,
    POLICE_SUPERVISOR,
    REGISTER_OFFICER,
    REGISTRAR,
    SUCCESSOR,
    SUPERIOR_APPROVER,
    UNIT_HEAD,
    WINDOW,
)
from services.synthetic.travellers import FOREIGN_PASSPORT, FOREIGNER


@dataclass(frozen=True, slots=True)
class Scenario:
    """The people and cases of the story, the same in every province.

    Attributes:
        judge: Officer id of the judge who handles both cases.
        colleague: Officer id of another judge of the same court.
        approver: Officer id of a division chief of that court.
        auditor: Officer id of an auditor.
        case: Number of the case in which the debtor is looked up.
        other_case: Number of another open case of the same judge with the same debtor.
        debtor_name: Name of the debtor.
        debtor_number: Identity number of the debtor.
        other_judge: Officer id of a judge of another court, who has a case against the debtor too.
        other_approver: Officer id of a division chief of that court.
        other_courts_case: Number of that case.
        register_officer: Officer id of an officer of the vehicle register, who inspects and transfers.
        camera: Officer id under which a checkpoint's camera calls.
        window: Officer id of an officer at the violation window where the debtor's cars are registered.
        command_centre: Officer id of an officer of the High Court's enforcement command centre.
        plain_car: The debtor's plain car, as the command line takes it.
        new_energy_car: The debtor's new energy car.
        buyer_name: Name of somebody who buys a car.
        buyer_number: Identity number of the buyer.
        superior_approver: Officer id of a vice president of the court above the judge's.
        counter_officer: Officer id of an officer at an exit-entry counter.
        border_officer: Officer id of an officer at a port.
        investigator: Officer id of an officer of a unit that investigates what courts refer.
        unit_head: Officer id of the head of that unit, who decides.
        other_investigator: Officer id of an officer of another such unit.
        court_supervisor: Officer id of an officer of the High Court who supervises referrals.
        police_supervisor: Officer id of an officer of the provincial police who supervises referrals.
        exit_case: Number of a case of the same judge with several debtors and a company.
        second_name: Name of its second debtor.
        second_number: Identity number of that debtor.
        third_name: Name of its third debtor.
        third_number: Identity number of that debtor.
        company_name: Name of its company.
        company_number: Social credit code of the company.
        debtor_passport: Number of the debtor's passport.
        buyer_former_passport: Number of a passport of the buyer, a debtor of that case too, that was replaced.
        foreigner_name: Name of a foreigner without an identity number.
        foreigner_passport: Number of the foreigner's passport, with the letters of its state.
        referral_case: Number of a case of the judge against the debtor and the company.
        colleagues_case: Number of a case of the colleague against the third debtor.
        registrar: Officer id of who keeps the registers of the judge's court.
        court_liaison: Officer id of one of that court's two liaisons.
        successor: Officer id of who is to follow that liaison.
        paper_judge: Officer id of a judge of a court that asks one department of the police on paper.
        paper_approver: Officer id of a division chief of that court.
        paper_liaison: Officer id of a liaison of that court.
        paper_carrier: Officer id of that department's liaison at the provincial police.
        paper_case: Number of a case of that judge against the debtor.
    """

    judge: str
    colleague: str
    approver: str
    auditor: str
    case: str
    other_case: str
    debtor_name: str
    debtor_number: str
    other_judge: str
    other_approver: str
    other_courts_case: str
    register_officer: str
    camera: str
    window: str
    command_centre: str
    plain_car: str
    new_energy_car: str
    buyer_name: str
    buyer_number: str
    superior_approver: str
    counter_officer: str
    border_officer: str
    investigator: str
    unit_head: str
    other_investigator: str
    court_supervisor: str
    police_supervisor: str
    exit_case: str
    second_name: str
    second_number: str
    third_name: str
    third_number: str
    company_name: str
    company_number: str
    debtor_passport: str
    buyer_former_passport: str
    foreigner_name: str
    foreigner_passport: str
    referral_case: str
    colleagues_case: str
    registrar: str
    court_liaison: str
    successor: str
    paper_judge: str
    paper_approver: str
    paper_liaison: str
    paper_carrier: str
    paper_case: str


SCENARIO = Scenario(
    judge=JUDGE,
    colleague=COLLEAGUE,
    approver=APPROVER,
    auditor=AUDITOR,
    case="（2018）赣0102执1234号",
    other_case="（2018）赣0102执1235号",
    debtor_name="周砚之",
    debtor_number=DEBTOR,
    other_judge=OTHER_JUDGE,
    other_approver=OTHER_APPROVER,
    other_courts_case="（2018）赣01执1号",
    register_officer=REGISTER_OFFICER,
    camera=CAMERA,
    window=WINDOW,
    command_centre=COMMAND_CENTRE,
    plain_car="赣A12345:02",
    new_energy_car="赣AD12345:52",
    buyer_name="万长生",
    buyer_number=BUYER,
    superior_approver=SUPERIOR_APPROVER,
    counter_officer=COUNTER_OFFICER,
    border_officer=BORDER_OFFICER,
    investigator=INVESTIGATOR,
    unit_head=UNIT_HEAD,
    other_investigator=OTHER_INVESTIGATOR,
    court_supervisor=COURT_SUPERVISOR,
    police_supervisor=POLICE_SUPERVISOR,
    exit_case="（2018）赣0102执1240号",
    second_name="林守拙",
    second_number=ONE_HOUSEHOLD[0],
    third_name="林晚晴",
    third_number=WIFE,
    company_name="江西测试公司一",
    company_number=CREDITORS[0],
    debtor_passport="EX0009001",
    buyer_former_passport="G70000037",
    foreigner_name=FOREIGNER,
    foreigner_passport=FOREIGN_PASSPORT,
    referral_case="（2018）赣0102执1238号",
    colleagues_case="（2018）赣0102执2001号",
    registrar=REGISTRAR,
    court_liaison=COURT_LIAISON,
    successor=SUCCESSOR,
    paper_judge=PAPER_JUDGE,
    paper_approver=PAPER_APPROVER,
    paper_liaison=PAPER_LIAISON,
    paper_carrier=PAPER_CARRIER,
    paper_case="（2018）赣1121执1号",
)
"""The debtor is the head of a family of five."""

CATALOGUE_CASE = "（2018）赣0102执1300号"
"""A case of the same judge, to which everybody of the catalogue is a party."""

_COMPANY, _BANK = CREDITORS[0], CREDITORS[2]


def scenario_cases(catalogue: Group) -> tuple[DebtCase, ...]:
    """Makes the cases of the story.

    Args:
        catalogue: The people of it.
    """
    everybody = tuple(number for record in catalogue.people for number in record.person.numbers[:1])
    return (
        DebtCase(JUDGE_COURT, SCENARIO.case, JUDGE, (SCENARIO.debtor_number, _BANK)),
        DebtCase(JUDGE_COURT, SCENARIO.other_case, JUDGE, (SCENARIO.debtor_number,)),
        DebtCase(JUDGE_COURT, "（2018）赣0102执1236号", JUDGE, ONE_HOUSEHOLD),
        DebtCase(JUDGE_COURT, "（2018）赣0102执1237号", JUDGE, (_COMPANY,)),
        DebtCase(
            JUDGE_COURT, SCENARIO.exit_case, JUDGE, (SCENARIO.debtor_number, ONE_HOUSEHOLD[0], WIFE, BUYER, _COMPANY)
        ),
        DebtCase(JUDGE_COURT, SCENARIO.referral_case, JUDGE, (SCENARIO.debtor_number, SCENARIO.company_number)),
        DebtCase(JUDGE_COURT, CATALOGUE_CASE, JUDGE, everybody),
        DebtCase(JUDGE_COURT, SCENARIO.colleagues_case, COLLEAGUE, (WIFE,)),
        DebtCase("赣0702", "（2018）赣0702执1号", "GAN0702-J001", (MOVER,)),
        DebtCase("赣01", SCENARIO.other_courts_case, OTHER_JUDGE, (SCENARIO.debtor_number,)),
        DebtCase(PAPER_COURT, SCENARIO.paper_case, PAPER_JUDGE, (SCENARIO.debtor_number,)),
    )
