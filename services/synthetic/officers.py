"""Officers of courts and police: judges, approvers, liaisons, traffic, border and criminal police, auditors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.codes.courts import COURTS, HIGH_COURT, CourtLevel
from services.synthetic.draws import Draws, Source
from services.synthetic.names import draw_name, draw_surname
from xiezhi.pki import Officer
from xiezhi.proof.statement import Rank

JUDGE_COURT = "赣0102"
"""Court of the scenario."""
JUDGE, COLLEAGUE, APPROVER, AUDITOR = "GAN0102-J001", "GAN0102-J002", "GAN0102-C001", "AUDIT-A001"
"""Officer ids of those who act in the scenario."""
OTHER_JUDGE, OTHER_APPROVER = "GAN01-J001", "GAN01-C001"
"""A judge of another court with a case against the same debtor, and a division chief there."""
COMMAND_CENTRE = "GAN-E001"
"""An officer of the High Court's enforcement command centre (执行指挥中心)."""
REGISTER_OFFICER, PATROL, CAMERA, WINDOW = "POL360100-T001", "POL360000-X001", "POL360000-K001", "POL360100-W001"
"""Officers of the vehicle register, of the expressway police, a checkpoint's camera, and the violation window."""

PROVINCIAL_POLICE, HOUSEHOLD_POLICE = "360000000000", "360102510000"
"""Codes of the police of the province, and of the police station of a household officer (户籍民警)."""
EXPRESSWAY_POLICE = "360000610000"
"""Code of the expressway police (高速交警)."""
CITY_POLICE, BORDER_POLICE = "360100000000", "360000640000"
"""Codes of the police of a city, with its exit-entry counters, and of the border inspection (出入境边防检查)."""
INVESTIGATORS, OTHER_INVESTIGATORS = "360102000000", "360103000000"
"""Codes of two units that investigate what courts refer."""
COUNTER_OFFICER, BORDER_OFFICER = "POL360100-E001", "POL360000-B001"
"""An officer at an exit-entry counter, and one at a port."""
INVESTIGATOR, UNIT_HEAD, OTHER_INVESTIGATOR = "POL360102-I001", "POL360102-C001", "POL360103-I001"
"""An investigator, the head of that unit, and an investigator of another one."""
SUPERIOR_APPROVER = "GAN01-V001"
"""A vice president of the intermediate court above the scenario's court."""
COURT_SUPERVISOR, POLICE_SUPERVISOR = "GAN-S001", "POL360000-S001"
"""Officers of both provincial bodies who supervise referrals."""
REGISTRAR, COURT_LIAISON, SUCCESSOR = "GAN0102-R001", "GAN0102-L002", "GAN0102-S001"
"""Who keeps the registers of the scenario's court, one of its liaisons, and who is to follow that one."""
PAPER_JUDGE, PAPER_APPROVER, PAPER_LIAISON = "GAN1121-J001", "GAN1121-C001", "GAN1121-L001"
"""Officers of a court that goes on paper with one department of the police."""
PAPER_CARRIER = "POL360000-L004"
"""The liaison of that department of the provincial police."""

COURTS_AGENCY, POLICE_AGENCY = "courts", "police"


@dataclass(frozen=True, slots=True)
class _Post:
    """What somebody is at a court.

    Attributes:
        letter: Letter in officer ids.
        rank: Standing; None for those outside of the ranks. That of police officers is in their tokens only.
        permissions: What they may do.
        system: The system they work with.
        enforces: Whether they have an enforcement card (执行公务证).
    """

    letter: str
    rank: Rank | None
    permissions: tuple[str, ...]
    system: str = "courts"
    enforces: bool = False


_EXIT = (
    "exit.entry.push",
    "exit.restriction.file",
    "exit.restriction.read",
    "border.control.file",
    "border.control.read",
    "exit.notice.watch",
    "exit.entry.bulk",
    "exit.entry.review",
)
_REFERRING = ("referral.send", "referral.read", "referral.due")
# What came on paper is listed to the court that filed it and to the police organisation that brought it in.
_READING_PAPER = ("paper.read",)
_BRINGING_PAPER = ("paper.perform", *_READING_PAPER)
_LOOKING = ("liaison.read", "channel.read")
_APPOINTING = ("liaison.appoint", *_LOOKING)
_DISPUTING = ("dispute.open", "dispute.read", "coordination.notice")
# Who holds the first permission beside the last watches as liaison, and else for the organisation.
_DISPUTING_LIAISON = ("coordination.liaison", *_DISPUTING)
_DECIDING = ("approval.read", "approval.decide", "case.read", *_EXIT, *_REFERRING, *_LOOKING)
_ASKING = (
    "approval.submit",
    "approval.read",
    "identity.household.lookup",
    "vehicle.lookup",
    "vehicle.seizure.register",
    "vehicle.seizure.read",
    "case.read",
    *_READING_PAPER,
    *_EXIT,
    *_REFERRING,
    *_LOOKING,
    *_DISPUTING,
)
_JUDGE = _Post("J", Rank.JUDGE, _ASKING, enforces=True)
_CHIEF = _Post("C", Rank.DIVISION_CHIEF, _DECIDING, enforces=True)
_VICE_PRESIDENT = _Post("V", Rank.VICE_PRESIDENT, _DECIDING)
_PRESIDENT = _Post("P", Rank.PRESIDENT, _DECIDING)
_CLERK = _Post("S", Rank.CLERK, ("approval.read", "case.read"))
# Who holds the first permission beside the second watches as liaison or command centre, and else for the court.
_NOTICE_LIAISON = ("exit.notice.liaison", "exit.notice.watch")
_NOTICE_COMMAND = ("exit.notice.command", "exit.notice.watch")
# Who holds the first permission beside the second watches as liaison, and else for the organisation.
_REFERRAL_LIAISON = ("referral.liaison", "referral.due")
_LIAISON = _Post(
    "L",
    Rank.CLERK,
    (
        "approval.submit",
        "approval.read",
        *_READING_PAPER,
        *_REFERRAL_LIAISON,
        *_NOTICE_LIAISON,
        *_LOOKING,
        *_DISPUTING_LIAISON,
    ),
)
_REGISTERING = ("case.register", "case.reassign", "case.read", "credential.register", *_APPOINTING)
_REGISTRAR = _Post("R", None, _REGISTERING, system="case-system")
_COMMAND_CENTRE = _Post("E", None, ("approval.read", "vehicle.sighting.watch", *_NOTICE_COMMAND))
# Who holds the second permission beside the first watches as liaison, and else as command centre.
_WATCHING_LIAISON = ("vehicle.sighting.watch", "vehicle.sighting.liaison")
_HIGH_COURT_LIAISON = _Post("L", Rank.CLERK, (*_LIAISON.permissions, *_WATCHING_LIAISON))
_AUDITOR = _Post("A", None, ("ledger.head", "ledger.read", "oversight.read"), system="audit")
_HOUSEHOLD_OFFICER = _Post("H", None, ("ledger.head",), system="police")
_POLICE_LIAISON = _Post(
    "L",
    None,
    (
        "ledger.head",
        *_BRINGING_PAPER,
        *_WATCHING_LIAISON,
        *_REFERRAL_LIAISON,
        *_APPOINTING,
        *_DISPUTING_LIAISON,
    ),
    system="police",
)
_UNIT_LIAISON = _Post(
    "L", None, (*_BRINGING_PAPER, *_REFERRAL_LIAISON, *_APPOINTING, *_DISPUTING_LIAISON), system="police"
)
_TRAFFIC_OFFICER = _Post("T", None, ("vehicle.check",), system="police")
_PATROL = _Post("X", None, ("vehicle.check",), system="police")
_CAMERA = _Post("K", None, ("vehicle.check.stream",), system="checkpoint")
_WINDOW_OFFICER = _Post("W", None, ("vehicle.violation.clear",), system="police")
_OPERATING = ("vehicle.operate", "exit.operate", "referral.operate", "coordination.operate")
_OPERATOR = _Post("O", None, _OPERATING, system="police")
_COUNTER_OFFICER = _Post("E", None, ("exit.counter.check", "exit.counter.copy", "exit.history.read"), system="police")
_BORDER_OFFICER = _Post("B", None, ("border.check", "border.check.stream", "exit.history.read"), system="checkpoint")
_HANDLING = ("referral.handle", "referral.due")
_INVESTIGATOR = _Post("I", None, _HANDLING, system="police")
_UNIT_HEAD = _Post("C", Rank.DIVISION_CHIEF, (*_HANDLING, "referral.decide", *_DISPUTING), system="police")
_SUPERVISING = (
    "referral.supervise",
    "referral.due",
    "referral.calendar",
    "channel.declare",
    "dispute.settle",
    *_LOOKING,
    *_DISPUTING,
)
_COURT_SUPERVISOR = _Post("S", None, _SUPERVISING)
_POLICE_SUPERVISOR = _Post("S", None, _SUPERVISING, system="police")

_EARLIER = frozenset({"POL360000-L001", "POL360102-L001"})
POLICE_LIAISONS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        f"POL{unit[:6]}-L{place:03}": (unit, department)
        for unit, first in ((PROVINCIAL_POLICE, 4), (CITY_POLICE, 4), (INVESTIGATORS, 2))
        for place, department in enumerate((first, *(d for d in range(1, 7) if d != first)), start=1)
    }
)
"""The liaisons of the police, by officer id: of which organisation, and of which of its six departments."""

_SCENARIO_COURT = (
    (_JUDGE, 6),
    (_CHIEF, 2),
    (_VICE_PRESIDENT, 1),
    (_PRESIDENT, 1),
    (_CLERK, 1),
    (_LIAISON, 2),
    (_REGISTRAR, 1),
)
_COURTS_AND_POSTS = (
    (JUDGE_COURT, _SCENARIO_COURT),
    ("赣0103", ((_JUDGE, 1), (_CHIEF, 1))),
    ("赣0191", ((_JUDGE, 1), (_CHIEF, 1))),
    ("赣0702", ((_JUDGE, 2), (_CHIEF, 1), (_PRESIDENT, 1), (_LIAISON, 2), (_REGISTRAR, 1))),
    ("赣1121", ((_JUDGE, 1), (_CHIEF, 1))),
    ("赣7101", ((_JUDGE, 1), (_CHIEF, 1))),
    (HIGH_COURT, ((_JUDGE, 1), (_CHIEF, 1), (_VICE_PRESIDENT, 1), (_PRESIDENT, 1), (_COMMAND_CENTRE, 1))),
    *(
        (court.code, ((_JUDGE, 1), (_CHIEF, 1), (_PRESIDENT, 1)))
        for court in COURTS.values()
        if court.level is CourtLevel.INTERMEDIATE
    ),
)
_SINGLE_POSTS = (
    (AUDITOR, _AUDITOR, HIGH_COURT),
    ("AUDIT-P001", _AUDITOR, PROVINCIAL_POLICE),
    ("POL360000-L001", _POLICE_LIAISON, PROVINCIAL_POLICE),
    ("POL360102-H001", _HOUSEHOLD_OFFICER, HOUSEHOLD_POLICE),
    ("GAN-L001", _HIGH_COURT_LIAISON, HIGH_COURT),
    ("GAN-L002", _HIGH_COURT_LIAISON, HIGH_COURT),
    (REGISTER_OFFICER, _TRAFFIC_OFFICER, "360100620000"),
    (PATROL, _PATROL, EXPRESSWAY_POLICE),
    (CAMERA, _CAMERA, EXPRESSWAY_POLICE),
    (WINDOW, _WINDOW_OFFICER, "360100630000"),
    ("POL360700-W001", _WINDOW_OFFICER, "360700630000"),
    ("POL360000-O001", _OPERATOR, PROVINCIAL_POLICE),
    (SUPERIOR_APPROVER, _VICE_PRESIDENT, "赣01"),
    (COUNTER_OFFICER, _COUNTER_OFFICER, CITY_POLICE),
    (BORDER_OFFICER, _BORDER_OFFICER, BORDER_POLICE),
    (INVESTIGATOR, _INVESTIGATOR, INVESTIGATORS),
    (UNIT_HEAD, _UNIT_HEAD, INVESTIGATORS),
    ("POL360102-L001", _UNIT_LIAISON, INVESTIGATORS),
    (OTHER_INVESTIGATOR, _INVESTIGATOR, OTHER_INVESTIGATORS),
    ("POL360103-C001", _UNIT_HEAD, OTHER_INVESTIGATORS),
    (COURT_SUPERVISOR, _COURT_SUPERVISOR, HIGH_COURT),
    (POLICE_SUPERVISOR, _POLICE_SUPERVISOR, PROVINCIAL_POLICE),
    # At the end, so that those before keep their names and telephones.
    *(
        (f"GAN{court[1:]}-L{place:03}", _LIAISON, court)
        for court, posts in _COURTS_AND_POSTS
        if court != HIGH_COURT and all(post is not _LIAISON for post, _ in posts)
        for place in (1, 2)
    ),
    *((officer, _UNIT_LIAISON, unit) for officer, (unit, _) in POLICE_LIAISONS.items() if officer not in _EARLIER),
)

COURT_LIAISONS: Mapping[str, str] = MappingProxyType(
    {
        f"GAN{court[1:]}-L{place:03}": court
        for court in dict.fromkeys(court for court, _ in _COURTS_AND_POSTS)
        for place in (1, 2)
    }
)
"""The two liaisons of each court, by officer id."""

HANDLERS = tuple(
    (court, f"GAN{court[1:]}-J{number:03}")
    for court, posts in _COURTS_AND_POSTS
    for post, count in posts
    if post is _JUDGE
    for number in range(1, count + 1)
)
"""Courts and officer ids of all judges."""


def make_officers(source: Source) -> tuple[Officer, ...]:
    """Makes all officers, those of the scenario's court first.

    Args:
        source: Choices of the province, from which their names follow.
    """
    return tuple(
        _officer(officer_id, post, organisation, number=number, draws=source.at(b"officer", number))
        for number, (officer_id, post, organisation) in enumerate(_posts(), start=1)
    )


def _posts() -> Iterator[tuple[str, _Post, str]]:
    for court, posts in _COURTS_AND_POSTS:
        for post, count in posts:
            for place in range(1, count + 1):
                yield f"GAN{court[1:]}-{post.letter}{place:03}", post, court
    yield from _SINGLE_POSTS


def _officer(officer_id: str, post: _Post, organisation: str, *, number: int, draws: Draws) -> Officer:
    card = officer_id.replace("-", "")
    return Officer(
        officer_id=officer_id,
        agency=COURTS_AGENCY if organisation.startswith(HIGH_COURT) else POLICE_AGENCY,
        system=post.system,
        organisation=organisation,
        rank=post.rank,
        name=draw_name(draws, draw_surname(draws), is_male=draws.chance(500)),
        # No subscriber's number begins with a zero, so this is nobody's telephone.
        phone=f"0791-0{number:07}",
        work_card=f"GZZ{card}",
        enforcement_card=f"ZXGWZ{card}" if post.enforces else "",
        permissions=post.permissions,
    )
