"""How soon a seizure is known on the road, and a sighting in the command centre, while cameras send all they can."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from services.synthetic import SCENARIO
from services.synthetic.officers import PATROL
from tests.bench.calls import Desk
from tests.bench.report import Bar, milliseconds_at
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.demo.lookout import Lookout
from xiezhi.cli.orders import SERVICE, Order
from xiezhi.cli.papers import PapersChoice
from xiezhi.cli.watch import Watcher
from xiezhi.vehicle.v1 import (
    check_pb2,
    check_pb2_grpc,
    seizure_pb2,
    seizure_pb2_grpc,
    sighting_pb2_grpc,
    vehicle_pb2,
)

T = TypeVar("T")

REGISTER = f"{SERVICE}RegisterSeizure"
ON_ONE_RULING = 10
"""Vehicles that one synthetic ruling names."""
PATIENCE = 10.0
PROMPT_MS = 1_000
REQUESTED = "-r"
"""Ends the keys of times that are told beside those that count: from the request, of which papers take most."""


@dataclass(frozen=True, slots=True)
class Delays:
    """How long something took, each time.

    Attributes:
        key: Short name.
        title: What was timed.
        seconds: The times.
    """

    key: str
    title: str
    seconds: Sequence[float]

    @property
    def p99_ms(self) -> float:
        """99th percentile, of fewer than a hundred the longest; infinite if there is none."""
        return milliseconds_at(0.99, self.seconds)

    def row(self) -> str:
        """Returns the row of a Markdown table."""
        times = " | ".join(f"{milliseconds_at(share, self.seconds):,.0f}" for share in (0.5, 0.99, 1.0))
        return f"| {self.key} | {self.title} | {len(self.seconds)} | {times} |"

    def bar(self) -> Bar:
        """Returns how it is judged."""
        return Bar(f"1 s / p99 of {self.key}", PROMPT_MS / self.p99_ms, 1.0)


DELAYS_HEADER = "| | time | times | p50 ms | p99 ms | longest ms |\n| --- | --- | ---: | ---: | ---: | ---: |"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An approved request to seize one vehicle."""

    request: seizure_pb2.RegisterSeizureRequest
    approval: str

    @property
    def plate(self) -> str:
        return self.request.vehicles[0].plate


class Promptness:
    """Measures both through the gateway, every receipt verified by the clients.

    Args:
        stack: Closes what is opened.
        desk: The judge and the approver.
        seized: Plates that are sought, enough for all times that are measured.
        free: Plates of the debtor's vehicles that can be seized.
    """

    def __init__(self, stack: ExitStack, desk: Desk, *, seized: Sequence[str], free: Sequence[str]) -> None:
        self._judge = stack.enter_context(desk.client())
        self._patrol = stack.enter_context(desk.session(PATROL).connect())
        watching = desk.session(SCENARIO.command_centre).connect()
        watcher = Watcher(sighting_pb2_grpc.SightingServiceStub(watching.channel))
        self._lookout = stack.enter_context(Lookout(watching, watcher))
        self._poller = stack.enter_context(ThreadPoolExecutor(1))
        self._seized = seized
        self._prepared = [
            _Prepared(request, desk.approve(request.SerializeToString(deterministic=True), method=REGISTER).approval)
            for request in _requests(desk, free)
        ]

    def seizures(self, is_loaded: Callable[[], bool]) -> tuple[Delays, Delays]:
        """Measures to the first hit while there is load; returns the times from the answer and from the request.

        A seizure is committed before it is answered.
        """
        times = [self._seize(one) for one in self._while(is_loaded, self._prepared)]
        return (
            Delays(
                "h", "the answer to a court that seizes to the first check that hits", [since for since, _ in times]
            ),
            Delays(
                f"h{REQUESTED}",
                "a court's request to seize, its papers verified, to the first check that hits",
                [since for _, since in times],
            ),
        )

    def sightings(self, is_loaded: Callable[[], bool]) -> tuple[Delays]:
        """Measures from a check that hits to the notice in the command centre, while there is load."""
        times = [self._see(plate) for plate in self._while(is_loaded, self._seized)]
        return (Delays("i", "a check that hits to its notice in the command centre", times),)

    @staticmethod
    def _while(is_loaded: Callable[[], bool], things: Iterable[T]) -> Iterator[T]:
        for thing in things:
            if not is_loaded():
                return
            yield thing

    def _seize(self, prepared: _Prepared) -> tuple[float, float]:
        started = time.perf_counter()
        hit = self._poller.submit(self._await_hit, prepared.plate)
        with self._judge.using(prepared.approval):
            answer = seizure_pb2_grpc.SeizureServiceStub(self._judge.channel).RegisterSeizure(prepared.request)
        answered = time.perf_counter()
        if answer.outcomes[0].seizure.state != seizure_pb2.SEIZURE_STATE_EFFECTIVE:
            raise RuntimeError("a seizure did not take effect")
        at = hit.result()
        # The road may know of it before the court has its answer.
        return max(at - answered, 0.0), at - started

    def _await_hit(self, plate: str) -> float:
        ends = time.perf_counter() + PATIENCE
        while time.perf_counter() < ends:
            if self._check(plate) == check_pb2.CHECK_OUTCOME_RECORDED:
                return time.perf_counter()
        raise RuntimeError("a seizure was not known in time")

    def _see(self, plate: str) -> float:
        started = time.monotonic()
        self._check(plate)
        while (arrival := self._lookout.next_arrival(PATIENCE)) is not None:
            if arrival.notice.sighting.plate == plate:
                return arrival.at - started
        raise RuntimeError("a sighting did not come to the command centre")

    def _check(self, plate: str) -> check_pb2.CheckOutcome:
        request = check_pb2.CheckVehicleRequest(
            request_id=str(uuid.uuid4()), trigger=check_pb2.CHECK_TRIGGER_HIGHWAY_PATROL, plate=plate, place="G60 K513"
        )
        return check_pb2_grpc.VehicleCheckServiceStub(self._patrol.channel).CheckVehicle(request).outcome


def _requests(desk: Desk, plates: Sequence[str]) -> Iterator[seizure_pb2.RegisterSeizureRequest]:
    """Makes requests to seize one vehicle each, some of them on one ruling."""
    debtor = DebtorQuestion(debtor_name=SCENARIO.debtor_name, debtor_number=SCENARIO.debtor_number)
    order = Order(desk.session(SCENARIO.judge), CaseQuestion(case=SCENARIO.case), debtor, PapersChoice(draft=True))
    for start in range(0, len(plates), ON_ONE_RULING):
        keys = [vehicle_pb2.VehicleKey(plate=plate, plate_type="02") for plate in plates[start : start + ON_ONE_RULING]]
        together = order.register(keys, months=0, last_day="")
        for key in keys:
            request = seizure_pb2.RegisterSeizureRequest()
            request.CopyFrom(together)
            request.context.request_id = str(uuid.uuid4())
            del request.vehicles[:]
            request.vehicles.append(key)
            yield request
