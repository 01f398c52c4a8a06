"""What the register says of a vehicle, and what of it a court that asks about a debtor is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum
from typing import Protocol

from services.codes.plates import Plate
from services.codes.vins import Vin
from services.vehicle.domain import RegisteredVehicle, Standing, TransferNotice, statuses_with

ORGANISATION_CERTIFICATES = frozenset("BNP")
"""Certificates of organisations and sole traders: 组织机构代码, 统一社会信用代码, 营业执照注册号."""
OFF_THE_REGISTER = frozenset("BEF")
"""Statuses of vehicles registered here no more (转出, 注销, 撤销): their plates may be those of others by now."""

_CREDIT_CODE_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner as registered (机动车所有人).

    Attributes:
        name: Name.
        certificate_type: Kind of the certificate, a letter of `services.codes.vehicles.OWNER_CERTIFICATES`.
        certificate_number: Its number in normal form.
    """

    name: str = field(repr=False)
    certificate_type: str
    certificate_number: str = field(repr=False)

    @property
    def key(self) -> str:
        """Under what the owner is found; see `owner_key`."""
        is_organisation = self.certificate_type in ORGANISATION_CERTIFICATES
        return owner_key(self.certificate_number, is_organisation=is_organisation)


@dataclass(frozen=True, slots=True)
class Transfers:
    """What the register knows of transfers, which decides the races of 查扣冻规定 art 23.

    Attributes:
        accepted_at: When a transfer was applied for that is not finished; None where there is none.
        notice: A court's notice to transfer the vehicle that is still to be carried out; None where there is none.
        former_owners: Keys of those who owned it before, see `owner_key`.
    """

    accepted_at: datetime | None = None
    notice: TransferNotice | None = None
    former_owners: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A motor vehicle as the register has it.

    Attributes:
        vehicle_id: Key of the police's own register, without meaning.
        plate: Number plate in normal form.
        plate_type: Code of the plate type.
        vin: Vehicle identification number in normal form.
        engine_number: Engine number; may be empty.
        brand: Brand.
        model: Model.
        vehicle_type: Code of the vehicle type.
        colours: Letters of the body colours, the main one first; none where the register has none.
        use_nature: Letter of the use.
        statuses: Letters of the statuses but for K (查封), which follows from the seizures; never empty.
        owner: The owner.
        first_registered_on: Date of the first registration.
        division: Division of the register office, 6 digits.
        inspection_valid_to: Last day of the inspection's validity; None where there is none.
        mortgagee: Who holds a mortgage; empty where nobody does.
        transfers: What is known of transfers.
    """

    vehicle_id: int
    plate: str = field(repr=False)
    plate_type: str
    vin: str = field(repr=False)
    engine_number: str = field(repr=False)
    brand: str
    model: str
    vehicle_type: str
    colours: tuple[str, ...]
    use_nature: str
    statuses: frozenset[str]
    owner: Owner
    first_registered_on: date
    division: str
    inspection_valid_to: date | None = None
    mortgagee: str = field(default="", repr=False)
    transfers: Transfers = Transfers()

    @property
    def is_on_the_register(self) -> bool:
        """Whether it is still registered, so that its plate is its own."""
        return not self.statuses & OFF_THE_REGISTER

    @property
    def registered(self) -> RegisteredVehicle:
        """What decides whether it can be seized."""
        return RegisteredVehicle(
            self.vehicle_id,
            Plate(self.plate, self.plate_type),
            Vin(self.vin),
            owner_numbers=frozenset({self.owner.key}),
            former_owner_numbers=frozenset(self.transfers.former_owners),
            has_pending_transfer=self.transfers.accepted_at is not None,
            transfer_notice=self.transfers.notice,
        )

    @property
    def with_transfer_stopped(self) -> Vehicle:
        """The vehicle without the transfer that was applied for."""
        return replace(self, transfers=replace(self.transfers, accepted_at=None))


@dataclass(frozen=True, slots=True)
class Debtor:
    """Whose vehicles a court asks about.

    Attributes:
        name: Name as the court gives it.
        number: Identity number in normal form.
        is_person: Whether it is a natural person.
    """

    name: str = field(repr=False)
    number: str = field(repr=False)
    is_person: bool

    @property
    def key(self) -> str:
        """Under what their vehicles are found; see `owner_key`."""
        return owner_key(self.number, is_organisation=not self.is_person)


@dataclass(frozen=True, slots=True)
class Queued:
    """A seizure of a vehicle as another court may see it.

    Attributes:
        standing: How it stands.
        ruling_number: Number of its ruling.
    """

    standing: Standing
    ruling_number: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A vehicle with its seizures at a moment.

    Attributes:
        vehicle: The vehicle.
        queue: Its open seizures in the order of their queue.
    """

    vehicle: Vehicle
    queue: tuple[Queued, ...] = ()

    @property
    def statuses(self) -> frozenset[str]:
        """Letters of all statuses, 查封 among them exactly while a seizure is in force (R-2.2)."""
        return statuses_with((queued.standing for queued in self.queue), self.vehicle.statuses)


class Result(IntEnum):
    """Outcome of a lookup, the values of `xiezhi.vehicle.v1.VehicleResult`."""

    HIT = 1
    NO_RECORD = 2
    ROLLED_BACK = 3


@dataclass(frozen=True, slots=True)
class FleetAnswer:
    """What a court is told.

    Attributes:
        result: What was found.
        vehicles: The vehicles, that of the newest registration first.
        name_differs: Whether a vehicle is registered under another name of the organisation than the court's.
    """

    result: Result
    vehicles: tuple[Listed, ...] = ()
    name_differs: bool = False


class Registry(Protocol):
    """The register as the handlers see it: a port, behind which a database or the police's own system may stand."""

    async def fleet(self, key: str, *, at: datetime) -> tuple[Listed, ...]:
        """Reads an owner's vehicles.

        Args:
            key: The owner; see `owner_key`.
            at: The moment whose seizures are meant, UTC.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        ...


def owner_key(number: str, *, is_organisation: bool) -> str:
    """Returns under what an owner is found.

    An organisation is one under its social credit code and under the organisation code within it, under which its
    vehicles were registered before (R-1.4, A6). A sole trader's licence number (个体工商户营业执照注册号) stands for
    itself: no code follows from it, and it from none. A person never is one with an organisation, so that neither a
    legal representative's own vehicles are found with it nor, under the licence number, those of the sole trader's
    own card.

    Args:
        number: The number in normal form.
        is_organisation: Whether it is an organisation's or a sole trader's.
    """
    if not is_organisation:
        return f"person|{number}"
    return f"organisation|{number[8:17] if len(number) == _CREDIT_CODE_LENGTH else number}"


def answer(debtor: Debtor, found: Iterable[Listed]) -> FleetAnswer:
    """Decides what a court is told.

    A person whose name is none of those under which the number is registered is rolled back, and nothing is disclosed.

    Args:
        debtor: Whose vehicles are asked about.
        found: The vehicles of whoever has their key.
    """
    own = list(found)
    if not own:
        return FleetAnswer(Result.NO_RECORD)
    names_agree = [is_same_name(listed.vehicle.owner.name, debtor.name) for listed in own]
    if debtor.is_person and not any(names_agree):
        return FleetAnswer(Result.ROLLED_BACK)
    own.sort(key=lambda listed: (-listed.vehicle.first_registered_on.toordinal(), listed.vehicle.vehicle_id))
    return FleetAnswer(Result.HIT, tuple(own), not debtor.is_person and not all(names_agree))


def is_same_name(left: str, right: str) -> bool:
    """Whether two names are the same but for Unicode composition (NFC) and white space around them."""
    return unicodedata.normalize("NFC", left.strip()) == unicodedata.normalize("NFC", right.strip())
