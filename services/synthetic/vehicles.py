"""Vehicles of families and their businesses: about one for three people, with the statuses and owners of real ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.codes.divisions import prefecture_of
from services.codes.licences import licence_check
from services.codes.uscc import credit_check, organisation_check
from services.identity.domain import MemberStatus, PersonRecord
from services.synthetic.draws import Draws, Source
from services.synthetic.groups import Group
from services.synthetic.numbers import LAST_DAY, YEAR
from services.synthetic.people import FIRST_KEY
from services.synthetic.plates import PLACES, make_vin, new_energy_plate, standard_plate, trailer_plate
from services.vehicle.registry.domain import Owner, Transfers, Vehicle
from services.vehicle.violations.domain import ViolationRecord

BANK = "测试银行股份有限公司江西省分行"
"""Who holds mortgages."""
BRANDS = ("测试牌", "示范牌", "样例牌", "演练牌", "模拟牌")
"""Brands, none of which anybody makes."""

_SLOTS = 8
"""Keys from one family's first vehicle to the next one's."""
_MAIN, _SECOND, _MOTORCYCLE, _LORRY, _TRAILER = range(5)
_CHANCES = {_MAIN: 620, _SECOND: 190, _MOTORCYCLE: 110, _LORRY: 40}
"""How many families of a thousand have one."""
_NEW_ENERGY_SINCE = date(2017, 1, 1).toordinal()
_FIRST_DAY = date(2006, 1, 1).toordinal()
_GROWN = 18 * YEAR + 5
_COLOURS = "ABJEHGICDFZ"
_CAR_TYPES = ("K33",) * 6 + ("K32", "K32", "K31", "K39", "K43")
_LORRY_TYPES = ("H31", "H31", "H11", "H17", "Q11")
_STATUSES = ("A",) * 172 + ("G",) * 12 + ("Q",) * 8 + ("GQ", "GQ", "D", "H", "I", "L", "E", "B")
_VIOLATIONS = (("1039", 0), ("1301", 6), ("1345", 3), ("1208", 1), ("1625", 6))
"""Codes of violations, with the points that they carry."""
_APPLIED = datetime(2024, 12, 30, 2, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a vehicle is, before it is said whose.

    Attributes:
        plate: Its plate.
        plate_type: Type of the plate.
        vehicle_type: Type of the vehicle.
        use: Letter of the use.
        vin: Four characters of the VIN that tell the kind.
    """

    plate: str
    plate_type: str
    vehicle_type: str
    use: str
    vin: str


class Vehicles:
    """Makes the vehicles of families.

    Args:
        source: Choices of the province.
    """

    __slots__ = ("_source",)

    def __init__(self, source: Source) -> None:
        self._source = source

    def of_family(self, index: int, group: Group) -> tuple[Vehicle, ...]:
        """Makes the vehicles of a family, the same whenever they are made.

        Args:
            index: Number of the family.
            group: The family.
        """
        prefecture = prefecture_of(group.households[0].division)
        drivers = [record for record in group.people if _may_own(record)]
        if prefecture not in PLACES or not drivers:
            return ()
        draws = self._source.at(b"garage", index)
        slots = [slot for slot, chance in _CHANCES.items() if draws.chance(chance)]
        if _LORRY in slots and index % 4 == 0:
            slots.append(_TRAILER)
        return tuple(self._make(index, slot, prefecture=prefecture, drivers=drivers) for slot in slots)

    def violations(self, vehicles: Iterable[Vehicle]) -> tuple[ViolationRecord, ...]:
        """Makes the violations of those vehicles that have some open (违法未处理)."""
        return tuple(
            self._violation(vehicle, number)
            for vehicle in vehicles
            if "G" in vehicle.statuses
            for number in range(1 + vehicle.vehicle_id % 3)
        )

    def _violation(self, vehicle: Vehicle, number: int) -> ViolationRecord:
        draws = self._source.at(b"violation", vehicle.vehicle_id * 4 + number)
        code, points = draws.pick(_VIOLATIONS)
        committed = date.fromordinal(draws.between(vehicle.first_registered_on.toordinal(), LAST_DAY))
        return make_violation(vehicle.vehicle_id, number, code=code, committed=committed, points=points)

    def _make(self, index: int, slot: int, *, prefecture: str, drivers: Sequence[PersonRecord]) -> Vehicle:
        number = index * _SLOTS + slot
        draws = self._source.at(b"vehicle", number)
        driver = drivers[slot % len(drivers)]
        since = max(_FIRST_DAY, _born(driver) + _GROWN)
        registered = date.fromordinal(draws.between(since, max(since, LAST_DAY - 30)))
        kind = _draw_kind(draws, index, slot, prefecture=prefecture, registered=registered)
        statuses = frozenset(draws.pick(_STATUSES))
        return Vehicle(
            vehicle_id=FIRST_KEY + number,
            plate=kind.plate,
            plate_type=kind.plate_type,
            vin=make_vin(kind.vin, index * 5 + slot, made=registered),
            engine_number="" if slot == _TRAILER else f"CS{draws.below(10**7):07}",
            brand=draws.pick(BRANDS),
            model=f"CS{draws.between(6000, 7999)}",
            vehicle_type=kind.vehicle_type,
            colours=_draw_colours(draws),
            use_nature=kind.use,
            statuses=statuses,
            owner=_draw_owner(self._source.at(b"business", index), driver, index, is_business=slot >= _LORRY),
            first_registered_on=registered,
            division=prefecture,
            inspection_valid_to=None if "E" in statuses else _inspected(registered, is_overdue="Q" in statuses),
            mortgagee=BANK if draws.chance(60) else "",
            transfers=Transfers(accepted_at=_APPLIED if draws.chance(3) else None),
        )


def make_violation(vehicle: int, number: int, *, code: str, committed: date, points: int) -> ViolationRecord:
    """Makes a violation, whose record's number follows from the vehicle's key.

    Args:
        vehicle: Key of the vehicle.
        number: Which of its violations it is.
        code: Code of the violation.
        committed: Day on which it was committed.
        points: Points that it carries.
    """
    return ViolationRecord(f"CS-{vehicle}-{number}", vehicle, code, committed_on=committed, points=points)


def _draw_kind(draws: Draws, index: int, slot: int, *, prefecture: str, registered: date) -> _Kind:
    """Draws what a vehicle is; a motorcycle has the serial of the family's car (domain sheet section 18, 13)."""
    if slot == _TRAILER:
        return _Kind(trailer_plate(prefecture, index // 4), "15", "B11", "F", "B110")
    if slot == _LORRY:
        return _Kind(standard_plate(prefecture, index), "01", draws.pick(_LORRY_TYPES), "F", "H110")
    if slot == _MOTORCYCLE:
        return _Kind(standard_plate(prefecture, 2 * index), "07", "M21", "A", "M210")
    vehicle_type = draws.pick(_CAR_TYPES)
    is_new_energy = slot == _MAIN and draws.chance(250) and registered.toordinal() >= _NEW_ENERGY_SINCE
    if is_new_energy:
        return _Kind(new_energy_plate(prefecture, index), "52", vehicle_type, "A", "E330")
    return _Kind(standard_plate(prefecture, 2 * index + slot), "02", vehicle_type, "A", "K330")


def _draw_owner(draws: Draws, driver: PersonRecord, index: int, *, is_business: bool) -> Owner:
    """Draws whether a person, a sole trader or an organisation is the owner, that one under its new or old code."""
    person = driver.person
    drawn = draws.below(10)
    if not is_business or drawn < 4:
        return Owner(person.name, "A", person.numbers[0])
    if drawn < 7:
        licence = f"3699016{index:07}"
        return Owner(f"测试{index}号货运部", "P", licence + licence_check(licence))
    body = f"9{index:07}"
    organisation = body + organisation_check(body)
    name = f"测试{index}号运输有限公司"
    if drawn < 8:
        return Owner(name, "B", organisation)
    code = f"91369901{organisation}"
    return Owner(name, "N", code + credit_check(code))


def _draw_colours(draws: Draws) -> tuple[str, ...]:
    drawn = draws.below(20)
    count = 1 if drawn < 15 else 2 if drawn < 19 else 3
    left = _COLOURS
    colours = ""
    for _ in range(count):
        colours += draws.pick(left)
        left = left.replace(colours[-1], "")
    return tuple(colours)


def _inspected(registered: date, *, is_overdue: bool) -> date:
    """Returns the last day of an inspection's validity: an eve of the registration's anniversary."""
    last = date.fromordinal(LAST_DAY)
    year = last.year - 1 if is_overdue else last.year + 1
    return date(year, registered.month, 1) - timedelta(days=1)


def _may_own(record: PersonRecord) -> bool:
    has_died = any(stay.ending is MemberStatus.DECEASED for stay in record.memberships)
    return bool(record.person.numbers) and not has_died and _born(record) + _GROWN < LAST_DAY - YEAR


def _born(record: PersonRecord) -> int:
    digits = record.person.numbers[0][6:14]
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).toordinal()
