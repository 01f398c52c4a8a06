"""People of the scenario: the edge cases of the test plan (domain sheet section 18), the same in every province."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from services.identity.domain import (
    DocumentStatus,
    ExitDocument,
    Household,
    HouseholdType,
    Membership,
    MemberStatus,
    Person,
    PersonRecord,
    Sex,
)
from services.synthetic.documents import FOREIGN_OFFICE, NATIONAL, PROVINCIAL, later
from services.synthetic.groups import Group
from services.synthetic.numbers import citizen_id
from services.synthetic.portraits import HUES, Age, Album
from services.synthetic.shapes import HEAD, PARTNER, UNRELATED

MOVING_DAY = date(2018, 8, 3)
"""The day on which somebody moves, which is also that of the notice."""
COLLECTIVE_SIZE = 300
LONGEST_NAME = "古丽娜尔·" * 9 + "阿不都热合曼"[:5]
"""A name of 50 characters, the longest that there may be."""
DEBTOR, WIFE = "369901198001150011", "36990119800115002X"
MOVER = citizen_id(date(1972, 5, 6), 13)
BUYER = citizen_id(date(1960, 8, 8), 17)
"""Somebody who buys a car that a court sells."""
TWIN = citizen_id(date(1992, 7, 8), 15)
"""A number that was given twice (重号)."""
ONE_HOUSEHOLD = ("369901195810010111", "369901200208020038")
"""Two debtors who live together."""

_SINCE = date(2005, 6, 1)
_REGISTERS_BEGAN = date(1958, 1, 9)
_COLLECTIVE, _FIRST_OF_COLLECTIVE = 5, 1_001


class _Photo(Enum):
    """What photo is on file of somebody."""

    PORTRAIT = auto()
    NONE = auto()
    ODD = auto()


@dataclass(frozen=True, slots=True)
class _Entry:
    """Somebody, as the lists below tell it.

    Attributes:
        key: Key of the person.
        home: Key of the household; 0 where they are registered in none.
        relation: Relation to its head.
        name: Name.
        numbers: Identity numbers, the one in use first; they tell the date of birth and the sex.
        born: Date of birth on file where the number does not tell it.
        is_birth_known: Whether a date of birth is on file.
        since: First day in the household.
        left: Day on which they moved out or died, and which of it.
        photo: What photo is on file.
        documents: Exit documents.
    """

    key: int
    home: int
    relation: str
    name: str
    numbers: tuple[str, ...]
    born: date | None = None
    is_birth_known: bool = True
    since: date = _SINCE
    left: tuple[date, MemberStatus] | None = None
    photo: _Photo = _Photo.PORTRAIT
    documents: tuple[ExitDocument, ...] = ()

    @property
    def birth(self) -> date:
        """Date of birth, on file or not."""
        digits = "".join(self.numbers[:1])[6:14]
        return self.born or date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))

    @property
    def is_male(self) -> bool:
        """Whether it is a man; of a newborn without a number that is not so."""
        return bool(self.numbers) and int(self.numbers[0][16]) % 2 == 1

    def record(self, album: Album) -> PersonRecord:
        """Makes what is on file."""
        birth, is_male = self.birth, self.is_male
        photo = b""
        if self.photo is _Photo.PORTRAIT:
            age = Age.OLD if birth.year < 1960 else Age.GROWN if birth.year < 1990 else Age.YOUNG
            photo = album.portrait(age, self.key % HUES, is_male=is_male)
        elif self.photo is _Photo.ODD:
            photo = album.odd
        person = Person(
            self.key,
            self.name,
            self.numbers,
            Sex.MALE if is_male else Sex.FEMALE,
            birth if self.is_birth_known else None,
            photo,
        )
        return PersonRecord(person, self._memberships(birth), self.documents)

    def _memberships(self, birth: date) -> tuple[Membership, ...]:
        if not self.home:
            return ()
        until, ending = self.left or (None, None)
        return (Membership(self.key, self.home, self.relation, max(self.since, birth), until, ending),)


def make_catalogue(album: Album) -> Group:
    """Makes everybody of the scenario.

    Args:
        album: The portraits.
    """
    people = [entry.record(album) for entry in (*_families(), *_oddities(), *_names(), *_collective())]
    return Group(tuple(_households()), (*people, *_move(album)))


def _households() -> Iterator[Household]:
    families = (1, 2, 3, 6, 7, 9, *range(10, 18))
    places = {8: "440106", 15: "360105", 16: "361121", 17: "360727"}
    for key in sorted({*families, *places, _COLLECTIVE}):
        kind = HouseholdType.COLLECTIVE if key == _COLLECTIVE else HouseholdType.FAMILY
        division = places.get(key, "360102")
        yield Household(key, f"{key:09}", kind, division, f"测试路{key}号甲号院{key}栋101室", f"{division}510000")


def _families() -> Iterator[_Entry]:
    """The debtor's family of five, the one of his wife's father, and one with abolished prefixes."""
    moved = MemberStatus.MOVED
    yield _Entry(1, 1, HEAD, "周砚之", (DEBTOR,), documents=_debtors_documents())
    yield _Entry(2, 1, "32", "周若溪", (citizen_id(date(2001, 5, 6), 14),))
    yield _Entry(3, 1, "22", "周明远", ("36990120020803005X",))
    yield _Entry(4, 1, "23", "周明川", ("369901200208040071",))
    yield _Entry(5, 1, "33", "周知夏", ("369901201808010129",), photo=_Photo.NONE)
    yield _Entry(6, 2, HEAD, "林守拙", ONE_HOUSEHOLD[:1], documents=(_passport("G70000006", date(2007, 4, 2)),))
    yield _Entry(7, 2, "31", "林晚晴", (WIFE,), documents=(_passport("EX0000007", date(2014, 9, 1)),))
    yield _Entry(8, 2, "43", "周一鸣", ONE_HOUSEHOLD[1:])
    yield _Entry(9, 2, "44", "周一诺", ("369901200208030068",))
    yield _Entry(10, 2, "43", "周闰", ("369901200402290090",))
    former = (date(2016, 3, 1), moved)
    yield _Entry(11, 2, "28", "沈既白", (citizen_id(date(1979, 7, 9), 13),), left=former)
    yield _Entry(12, 3, HEAD, "邹伯庸", ("362201189005050035",), since=_REGISTERS_BEGAN)
    yield _Entry(13, 3, PARTNER, "饶素心", ("362502189012120049",), since=_REGISTERS_BEGAN)
    died = (date(1975, 2, 11), MemberStatus.DECEASED)
    yield _Entry(14, 3, "73", "邹仲谦", ("362101189001010014",), since=_REGISTERS_BEGAN, left=died, photo=_Photo.NONE)


def _oddities() -> Iterator[_Entry]:
    """Those whom registers describe badly or not at all, those from outside, and children who died."""
    yield _Entry(21, 0, "", "陈家骏", ("81000018900101001X",), documents=(_permit("516", "H70000021", 10),))
    yield _Entry(22, 0, "", "何绍棠", ("82000018900101002X",), documents=(_permit("516", "M70000022", 10),))
    yield _Entry(23, 0, "", "许文渊", ("83000018900101003X",), documents=(_permit("511", "70000023", 5),))
    card = "936840189001010017"
    yield _Entry(24, 0, "", "Anton Testov", (card,), documents=(_permit("553", card, 10),))
    yield _Entry(25, 8, HEAD, "梁远行", (citizen_id(date(1985, 3, 4), 15),))
    yield _Entry(31, 9, HEAD, "章无期", (citizen_id(date(1966, 1, 2), 13),), is_birth_known=False)
    yield _Entry(32, 9, PARTNER, "章误之", (citizen_id(date(1967, 3, 4), 14),), born=date(1967, 4, 3))
    yield _Entry(33, 9, "22", "章无影", (citizen_id(date(1990, 5, 6), 13),), photo=_Photo.NONE)
    yield _Entry(34, 9, "23", "章错影", (TWIN,), photo=_Photo.ODD)
    yield _Entry(35, 9, "42", "章新生", (), born=date(2018, 7, 30), photo=_Photo.NONE)
    both = (citizen_id(date(1941, 2, 3), 13), citizen_id(date(1941, 2, 3), 15))
    yield _Entry(36, 9, "51", "章两号", both)
    for key, division in enumerate(("湾里", "上饶", "龙南"), start=15):
        yield _Entry(26 + key, key, HEAD, f"{division}旧名", (citizen_id(date(1980 + key, 2, 2), 17),))
    renewed = date(2016, 8, 9)
    passports = (_passport("G70000037", date(2009, 3, 2), replaced=renewed), _passport("EX0000037", renewed))
    yield _Entry(37, 14, HEAD, "万长生", (BUYER,), documents=passports)
    young = (date(2010, 4, 5), MemberStatus.DECEASED)
    yield _Entry(38, 14, "31", "万早夭", (citizen_id(date(2005, 1, 1), 18),), left=young)
    gone = (date(2017, 12, 31), MemberStatus.DECEASED)
    cancelled = (_passport("EX0000039", date(2013, 4, 5), cancelled=gone[0]),)
    yield _Entry(39, 14, PARTNER, "万已故", (citizen_id(date(1961, 9, 9), 18),), left=gone, documents=cancelled)


def _names() -> Iterator[_Entry]:
    """Names that break what names are thought to be, each in a household of one person."""
    for place, name in enumerate(("丁", LONGEST_NAME, "巴特尔·额尔敦", "𠅤𬭎")):
        yield _Entry(61 + place, 10 + place, HEAD, name, (citizen_id(date(1970 + place, 6, 7), 19),))


def _collective() -> Iterator[_Entry]:
    for place in range(COLLECTIVE_SIZE):
        key = _FIRST_OF_COLLECTIVE + place
        number = citizen_id(date(1960, 1, 1) + timedelta(days=37 * place), 16 + place % 2)
        yield _Entry(key, _COLLECTIVE, UNRELATED, f"集体{place + 1}", (number,), since=date(2012, 9, 1))


def _move(album: Album) -> Iterator[PersonRecord]:
    """Makes somebody who moves from his mother's household to his wife's on one day."""
    yield _Entry(52, 6, HEAD, "丁慈", (citizen_id(date(1948, 2, 3), 14),)).record(album)
    yield _Entry(53, 7, HEAD, "丁宜家", (citizen_id(date(1974, 9, 1), 14),)).record(album)
    before = _Entry(51, 6, "21", "丁迁", (MOVER,), left=(MOVING_DAY, MemberStatus.MOVED)).record(album)
    yield PersonRecord(before.person, (*before.memberships, Membership(51, 7, PARTNER, MOVING_DAY)))


def _debtors_documents() -> tuple[ExitDocument, ...]:
    """Three kinds, one of them three times, and one given back."""
    renewed, again, returned = date(2016, 7, 1), date(2024, 3, 18), date(2015, 11, 2)
    issued = date(2013, 5, 20)
    service = ExitDocument(
        "412",
        "S70000001",
        issued,
        later(issued, years=5),
        FOREIGN_OFFICE,
        returned,
        DocumentStatus.CANCELLED,
    )
    return (
        _passport("G70000001", date(2008, 5, 12), replaced=renewed),
        service,
        _passport("EX0000001", renewed, replaced=again),
        _permit("513", "CX0000001", 10, issued=date(2017, 2, 20)),
        _permit("517", "L70000001", 5, issued=date(2017, 3, 1)),
        _passport("EX0009001", again, authority=NATIONAL),
    )


def _passport(
    number: str,
    issued: date,
    *,
    replaced: date | None = None,
    cancelled: date | None = None,
    authority: str = PROVINCIAL,
) -> ExitDocument:
    ending = DocumentStatus.VOIDED if replaced else DocumentStatus.CANCELLED if cancelled else None
    return ExitDocument("414", number, issued, later(issued, years=10), authority, replaced or cancelled, ending)


def _permit(kind: str, number: str, years: int, *, issued: date = date(2018, 1, 8)) -> ExitDocument:
    return ExitDocument(kind, number, issued, later(issued, years=years), PROVINCIAL)
