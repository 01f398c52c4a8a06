"""The clauses of the notice (赣高法〔2018〕160号), and what each of them requires.

Contracts name clauses in their policies, tests name requirements by `@pytest.mark.clause`; both are held to this table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a clause asks for, under the name by which tests show it.

    Attributes:
        name: "R-" with the number of the section of the notice and of the requirement in it, "R-1.3".
        what: It in a few words.
    """

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the notice.

    Attributes:
        name: As contracts name it, "一.1".
        english: Its matter in a few words.
        chinese: The same in Chinese.
        requirements: What it asks for, in the order of its text.
    """

    name: str
    english: str
    chinese: str
    requirements: tuple[Requirement, ...]


def _clause(name: str, english: str, chinese: str, **requirements: str) -> Clause:
    asked = (Requirement(key.replace("r", "R-").replace("_", "."), what) for key, what in requirements.items())
    return Clause(name, english, chinese, tuple(asked))


CLAUSES = (
    _clause(
        "一.1",
        "Network lookups",
        "网络查控信息共享",
        r1_1="police answer with household and vehicles, each with an explicit result",
        r1_2="members of the debtor's household (同户人员)",
        r1_3="photos of those aged 16 and over (16周岁以上)",
        r1_4="vehicles of legal persons and other organisations",
        r1_5="colours of vehicles",
        r1_6="exit-entry documents (出入境证件)",
        r1_7="lookups pass the approval of the framework agreement",
    ),
    _clause(
        "一.2",
        "Exchange of the dishonest list and restrictions on exit documents",
        "失信惩戒数据交换与限制出境证件",
        r1_8="police take in list entries and assistance notices",
        r1_9="only who meets the reporting procedure is forwarded (法定不准出境人员报备)",
        r1_10="applications for exit documents are restricted by themselves",
        r1_11="a restriction lasts one year in principle",
        r1_12="it is renewed in the last month before it ends (续报)",
        r1_13="what is not renewed ends by itself",
        r1_14="an early release needs an assistance notice",
    ),
    _clause(
        "二.1",
        "Seizure of vehicles",
        "查封车辆",
        r2_1="a sealed ruling, an assistance notice, court, handler and phone are taken in",
        r2_2="seized vehicles are marked in the vehicle register",
        r2_3="the command centre is told when police meet one",
    ),
    _clause(
        "二.2",
        "Violations of vehicles that a court sold",
        "司法处置车辆违法免记分",
        r2_4="violations from before the sale are dealt with without points",
        r2_5="the buyer, with all papers, at the window of the registration place, once",
        r2_6="rules of the ministry that record points come first from their day on",
    ),
    _clause(
        "二.3",
        "Border control",
        "限制出境边控",
        r2_7="courts hand over batches of natural persons with term and requirements",
        r2_8="who is met at the border is controlled, or the court is told, as required",
    ),
    _clause(
        "三.1",
        "Referral of refusal to enforce",
        "拒执犯罪线索移送与反馈",
        r3_1="every referral is received and answered in writing",
        r3_2="who is filed is told within three days of the decision (立案)",
        r3_3="who is not filed is told with reasons within five days of the receipt (不予立案)",
    ),
    _clause(
        "三.2",
        "Campaigns and key cases",
        "专项行动与联合督办",
        r3_4="campaigns group referrals",
        r3_5="both provincial bodies sign a list of key cases each year",
    ),
    _clause(
        "四.1",
        "Reports by hand until the platform runs; six departments",
        "人工报送与六部门配合",
        r4_1="paper counts like the platform until it runs, and then only in an outage",
        r4_2="each kind of request goes to one of the six departments",
    ),
    _clause(
        "四.2",
        "Liaisons",
        "联络员",
        r4_3="each court has two established liaisons",
        r4_4="each department of the police has one liaison",
    ),
    _clause(
        "四.3",
        "Two credentials",
        "出示执行公务证和工作证",
        r4_5="enforcement card and work card are shown with each request",
    ),
    _clause(
        "四.4",
        "Disputes",
        "协商与上报省级主管部门",
        r4_6="both sides consult, else their provincial bodies settle it together",
    ),
    _clause(
        "五.1",
        "Secrecy and truth of the data",
        "技术措施与保密管理",
        r5_1="data are protected, true and whole from where they are sent to where they are used",
    ),
    _clause(
        "五.2",
        "For the handling judge only",
        "只提供给承办法官",
        r5_2="answers go to the handling judge of the case and to nobody else",
    ),
    _clause(
        "五.3",
        "No word to debtors or third parties",
        "不得向被执行人及第三人泄露",
        r5_3="nothing tells debtors or others that a court asks",
    ),
    _clause(
        "五.4",
        "Jiangxi only",
        "仅限江西省行政区域",
        r5_4="only courts and police of Jiangxi take part",
    ),
    _clause(
        "五.5",
        "In force from its issue",
        "自下发之日起执行",
        r5_5="what happened before 2018-08-03 is not held to the notice",
    ),
)
"""All clauses in the order of the notice. The two of the last paragraph are counted as 五.4 and 五.5."""

REQUIREMENTS = frozenset(requirement.name for clause in CLAUSES for requirement in clause.requirements)
"""The names of all requirements."""
