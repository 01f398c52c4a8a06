"""The requests by which courts seize vehicles and change or end what they seized, as options describe them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from xiezhi.cli.case import CaseQuestion, DebtorQuestion, number_type
from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import Papers, PapersChoice, collect, date_message, read_date
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.vehicle.v1 import seizure_pb2, vehicle_pb2

NAME = "seizures/"
SERVICE = "/xiezhi.vehicle.v1.SeizureService/"


@dataclass(frozen=True, slots=True)
class Order:
    """A court's order in a case against a debtor, with its papers.

    Attributes:
        session: Who orders.
        about: The case.
        debtor: The debtor.
        papers: Where its papers come from.
    """

    session: Session
    about: CaseQuestion
    debtor: DebtorQuestion
    papers: PapersChoice

    def register(
        self, vehicles: Sequence[vehicle_pb2.VehicleKey], *, months: int, last_day: str
    ) -> seizure_pb2.RegisterSeizureRequest:
        """Makes the request to seize vehicles.

        Args:
            vehicles: The vehicles.
            months: Term; 0 for the longest.
            last_day: Last day as the ruling writes it; empty where it names none.

        Raises:
            CommandError: If the case, the debtor, a paper or the day is not told in full.
        """
        lines = [line for vehicle in vehicles for line in describe(vehicle)]
        context, debtor, papers = self._prepare("SEIZURE", lines)
        request = seizure_pb2.RegisterSeizureRequest(
            context=context,
            debtor=debtor,
            vehicles=vehicles,
            term_months=months,
            ruling_pdf=papers.ruling,
            notice_pdf=papers.notice,
        )
        if last_day:
            request.last_date.CopyFrom(date_message(read_date(last_day)))
        return request

    def extend(self, name: str, *, months: int, last_day: str) -> seizure_pb2.ExtendSeizureRequest:
        """Makes the request to extend a seizure; as `register` otherwise.

        Args:
            name: Name of the seizure.
            months: Further months; 0 for the most.
            last_day: New last day; empty where the ruling names none.
        """
        (name,) = full_names([name])
        context, debtor, papers = self._prepare("EXTENSION", [f"查封编号：{name}"])
        request = seizure_pb2.ExtendSeizureRequest(
            context=context,
            debtor=debtor,
            name=name,
            term_months=months,
            ruling_pdf=papers.ruling,
            notice_pdf=papers.notice,
        )
        if last_day:
            request.last_date.CopyFrom(date_message(read_date(last_day)))
        return request

    def lift(self, names: Sequence[str]) -> seizure_pb2.LiftSeizureRequest:
        """Makes the request to lift seizures; as `register` otherwise."""
        full = full_names(names)
        context, debtor, papers = self._prepare("LIFTING", [f"查封编号：{name}" for name in full])
        return seizure_pb2.LiftSeizureRequest(
            context=context, debtor=debtor, names=full, ruling_pdf=papers.ruling, notice_pdf=papers.notice
        )

    def withdraw(self, name: str) -> seizure_pb2.WithdrawSeizureRequest:
        """Makes the request to withdraw a waiting seizure, which rests on a notice alone; as `register` otherwise."""
        (name,) = full_names([name])
        context, debtor, papers = self._prepare("", [f"撤回轮候查封编号：{name}"])
        return seizure_pb2.WithdrawSeizureRequest(context=context, debtor=debtor, name=name, notice_pdf=papers.notice)

    def dispose(self, name: str, *, buyer: seizure_pb2.Buyer, sale_date: str) -> seizure_pb2.RecordDisposalRequest:
        """Makes the request to record a judicial sale; as `register` otherwise.

        Args:
            name: Name of the effective seizure.
            buyer: Who bought the vehicle.
            sale_date: Day of the sale.
        """
        (name,) = full_names([name])
        day = read_date(sale_date)
        lines = [f"查封编号：{name}", f"买受人：{buyer.name}", f"成交日期：{day.isoformat()}"]
        context, debtor, papers = self._prepare("TRANSFER", lines)
        return seizure_pb2.RecordDisposalRequest(
            context=context,
            debtor=debtor,
            name=name,
            buyer=buyer,
            sale_date=date_message(day),
            ruling_pdf=papers.ruling,
            notice_pdf=papers.notice,
        )

    def _prepare(self, kind: str, lines: Sequence[str]) -> tuple[case_pb2.CaseContext, case_pb2.Party, Papers]:
        context = self.about.context(self.session, request_id=str(uuid.uuid4()))
        debtor = self.debtor.party()
        facts = [f"被执行人：{debtor.name}", *lines]
        return context, debtor, collect(self.session, context, self.papers, kind=kind, facts=facts)


def describe(vehicle: vehicle_pb2.VehicleKey) -> list[str]:
    """Returns the lines of a ruling that name a vehicle."""
    plate = f"号牌号码：{vehicle.plate}"
    return [f"{plate}，车辆识别代号：{vehicle.vin}" if vehicle.vin else plate]


def full_names(names: Sequence[str]) -> list[str]:
    """Returns resource names of seizures given by name or by UUID.

    Raises:
        CommandError: If there is none.
    """
    if not any(names):
        raise CommandError("No seizure is named.", next_step="`xiezhi seizure list` shows their names.")
    return [name if name.startswith(NAME) else NAME + name for name in names]


def buyer(name: str, number: str, *, organisation: bool = False) -> seizure_pb2.Buyer:
    """Makes a buyer.

    Raises:
        CommandError: If the name or the number is missing.
    """
    if not name or not number:
        raise CommandError("The buyer is told with --buyer-name and --buyer-number.")
    return seizure_pb2.Buyer(name=name, id_type=number_type(number, organisation=organisation), id_number=number)
