"""`xiezhi vehicle`: a debtor's vehicles for courts, and checks for the traffic police."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast

import typer
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.answers import keep_receipts, tell_answer
from xiezhi.cli.approved import ApprovalChoice, obtain, stream_proven
from xiezhi.cli.batches import BATCH, MAX_BATCH, Tally, hash_texts
from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.command import command, examples
from xiezhi.cli.duration import read_instant
from xiezhi.cli.fleet import fleet_view
from xiezhi.cli.output import CommandError
from xiezhi.cli.plates import read_lines
from xiezhi.cli.render import enum_name
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.vehicle.v1 import check_pb2, check_pb2_grpc, lookup_pb2

LOOKUP = "/xiezhi.vehicle.v1.VehicleRegistryService/LookupVehicles"
CHECKS = "/xiezhi.vehicle.v1.VehicleCheckService/"
CHECK = f"{CHECKS}CheckVehicle"

app = typer.Typer(
    help="A debtor's vehicles (车辆信息查询), and checks at inspection, transfer and on expressways.",
    epilog=examples(
        "xiezhi vehicle lookup --as GAN0102-J001 --case CASE --name NAME --number NUMBER --reason WHY",
        "xiezhi vehicle check --as POL360100-T001 --trigger transfer --plate 赣A12345 --type 02",
    ),
    no_args_is_help=True,
)


class Trigger(StrEnum):
    """The occasion of a check."""

    INSPECTION = "inspection"
    TRANSFER = "transfer"
    PATROL = "patrol"
    REGISTRATION = "registration"


TRIGGERS = {
    Trigger.INSPECTION: check_pb2.CHECK_TRIGGER_ANNUAL_INSPECTION,
    Trigger.TRANSFER: check_pb2.CHECK_TRIGGER_TRANSFER_REGISTRATION,
    Trigger.PATROL: check_pb2.CHECK_TRIGGER_HIGHWAY_PATROL,
    Trigger.REGISTRATION: check_pb2.CHECK_TRIGGER_OTHER_REGISTRATION,
}
_OUTCOME_STYLES = {"REFUSED": "bold red", "RECORDED": "yellow", "NOTHING": "green"}


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi vehicle lookup --as GAN0102-J001 --case （2018）赣0102执1234号 --name NAME --number NUMBER "
        "--reason 'Vehicles of the debtor.' --wait 2h",
        "xiezhi vehicle lookup --as GAN0102-J001 --approval approvals/UUID --receipt receipt.json",
        "xiezhi vehicle lookup --as GAN0102-J001 --case ... --organisation --name NAME --number 91360100MA35TRT701 "
        "--reason WHY",
    ),
)
def lookup(session: Session, about: CaseQuestion, debtor: DebtorQuestion, choice: ApprovalChoice) -> None:
    """Look up all vehicles of a debtor, a person or an organisation, with mortgages, statuses and seizures.

    An organisation's vehicles are those under its social credit code and under its old organisation code; the own cars
    of its legal representative are never among them.
    """

    def build() -> lookup_pb2.LookupVehiclesRequest:
        context = about.context(session, request_id=str(uuid.uuid4()))
        return lookup_pb2.LookupVehiclesRequest(context=context, debtor=debtor.party())

    with session.connect() as client, tracing() as trace:
        granted = obtain(session, client, LOOKUP, build=build, choice=choice)
        if granted is None:
            return
        proven = list(stream_proven(client, LOOKUP, granted.request, approval=granted.approval))
    keep_receipts(choice.receipt, proven)
    answer = join_parts([one.payload for one in proven])
    tell_answer(session, answer, fleet_view(answer), proven=proven, trace_id=trace.trace_id)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi vehicle check --as POL360100-T001 --trigger transfer --plate 赣A12345 --type 02 --vin VIN",
        "xiezhi vehicle check --as POL360000-X001 --trigger patrol --plate 赣A12345 --place 'G60 K512' --held",
        "xiezhi vehicle check --as POL360100-T001 --trigger inspection --plate 赣A12345 --at 2024-11-20T10:00:00+08:00"
        "     noted by hand",
        "xiezhi vehicle check --as POL360000-K001 --file plates.txt --place 'G60 K512'     as a camera does",
        "xiezhi vehicle check --as POL360000-K001 --file plates.txt --packed     no plate leaves this machine",
    ),
)
def check(
    session: Session,
    trigger: Annotated[
        Trigger, typer.Option("--trigger", help="The occasion; registration: any other.")
    ] = Trigger.PATROL,
    plate: Annotated[str, typer.Option("--plate", help="Number plate as seen.")] = "",
    plate_type: Annotated[str, typer.Option("--type", help="Plate type, two digits, where seen.")] = "",
    vin: Annotated[str, typer.Option("--vin", help="Vehicle identification number, where seen.")] = "",
    place: Annotated[str, typer.Option("--place", help="Where.")] = "",
    held: Annotated[bool, typer.Option("--held", help="The vehicle is being held.")] = False,
    note: Annotated[str, typer.Option("--note", help="Remark for the command centre.")] = "",
    at: Annotated[
        str,
        typer.Option("--at", help="When it was seen, if noted by hand: 2024-11-20T10:00:00+08:00; else now."),
    ] = "",
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Check the plates in this file, one on each line; - for standard input."),
    ] = None,
    batch: Annotated[int, typer.Option("--batch", min=1, max=MAX_BATCH, help="Plates of one batch.")] = BATCH,
    packed: Annotated[bool, typer.Option("--packed", help="Send hashes under a leased key, and no plate.")] = False,
) -> None:
    """Check a vehicle, or a file of plates in one stream as a camera does.

    A transfer or another registration (变更, 抵押, 注销) of a seized vehicle is refused, with the court to contact;
    everything else goes on. Every hit is told to the command centre, and nothing is to be told to the driver.
    """
    if (file is None) is not bool(plate):
        raise CommandError("Name either --plate or --file.")
    seen = Timestamp(seconds=int(read_instant(at).timestamp())) if at else None
    if file is not None:
        sent = list(batches(read_lines(file), place=place, size=batch, seen=seen))
        _check_many(session, sent, size=batch, packed=packed)
        return
    request = check_pb2.CheckVehicleRequest(
        request_id=str(uuid.uuid4()),
        trigger=TRIGGERS[trigger],
        plate=plate,
        plate_type=plate_type,
        vin=vin,
        place=place,
        vehicle_held=held,
        note=note,
        observe_time=seen,
    )
    ask(session, Ordered(CHECKS, check_pb2.CheckVehicleResponse, check_view), request)


def join_parts(payloads: Sequence[bytes]) -> lookup_pb2.LookupVehiclesResponse:
    """Joins the parts of a lookup's answer.

    Args:
        payloads: Bytes of the parts, without their receipts.
    """
    answer = lookup_pb2.LookupVehiclesResponse.FromString(payloads[0])
    for payload in payloads[1:]:
        answer.vehicles.extend(lookup_pb2.LookupVehiclesResponse.FromString(payload).vehicles)
    return answer


def batches(
    plates: Sequence[str], *, place: str, size: int, seen: Timestamp | None = None
) -> Iterator[check_pb2.StreamChecksRequest]:
    """Yields plates in batches, numbered from 1.

    Args:
        plates: The plates.
        place: Where they were seen.
        size: Plates of one batch.
        seen: When they were seen; None for now.
    """
    for number, start in enumerate(range(0, len(plates), size), start=1):
        some = plates[start : start + size]
        yield check_pb2.StreamChecksRequest(batch=number, place=place, plates=some, observe_time=seen)


def pack(batch: check_pb2.StreamChecksRequest, lease: check_pb2.LeaseCheckKeyResponse) -> None:
    """Puts hashes in the place of a batch's plates: of each the first 8 bytes of its AES-CMAC (RFC 4493).

    Args:
        batch: The batch, of plates in upper case and without separators.
        lease: The key.
    """
    batch.packed_plates, batch.lease_id = hash_texts(batch.plates, lease.key), lease.lease_id
    batch.ClearField("plates")


def check_view(answer: check_pb2.CheckVehicleResponse) -> RenderableType:
    """Shows what an officer does."""
    outcome = enum_name(check_pb2.CheckOutcome.DESCRIPTOR, answer.outcome)
    parts: list[RenderableType] = [Text(outcome, _OUTCOME_STYLES.get(outcome, "red"))]
    if answer.contacts:
        table = Table("Court to be referred to", "Telephone")
        for contact in answer.contacts:
            table.add_row(contact.court_code, contact.phone)
        parts.append(table)
    if answer.clone_suspected:
        parts.append(Text("Plate and VIN are not of one vehicle: a false plate (套牌) is suspected.", "bold yellow"))
    if answer.vin_doubtful:
        parts.append(Text("The check digit of the VIN does not hold: read it again; imports may have none.", "yellow"))
    if answer.sighting:
        parts.append(Text(f"The command centre is told: {answer.sighting}. Say nothing of it to the driver."))
    return Group(*parts)


def _check_many(session: Session, sent: Sequence[check_pb2.StreamChecksRequest], *, size: int, packed: bool) -> None:
    with session.connect() as client, tracing() as trace:
        stub = check_pb2_grpc.VehicleCheckServiceStub(client.channel)
        if packed:
            lease = stub.LeaseCheckKey(check_pb2.LeaseCheckKeyRequest())
            for one in sent:
                pack(one, lease)
        tally = Tally.of(stub.StreamChecks(iter(sent)), size=size)
    table = Table("Line", "Outcome", "Sighting", title="Hits", title_justify="left")
    for hit in tally.hits:
        outcome = cast("str", hit["outcome"]).removeprefix("CHECK_OUTCOME_")
        table.add_row(str(hit["index"] + 1), Text(outcome, _OUTCOME_STYLES.get(outcome, "red")), hit["sighting"])
    told = Text(f"{tally.checked:,} plates checked; {len(tally.hits)} hits; {len(tally.invalid)} lines are no plates.")
    session.output.result(tally.data(trace_id=trace.trace_id), Group(table, told) if tally.hits else told)
