"""Steps about the directory: liaisons of courts and police, where requests go, and cards that are revoked."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.coordination.calls import CREDENTIALS, DIRECTORY
from xiezhi.cli.coordination.views import credentials_view, faults_view, liaisons_view, route_view
from xiezhi.cli.demo.coordination.acting import Coordinating
from xiezhi.cli.demo.lookout import PROMPT
from xiezhi.cli.exits.orders import RESTRICTIONS
from xiezhi.cli.household import METHOD
from xiezhi.cli.papers import date_message
from xiezhi.cli.render import enum_name
from xiezhi.coordination.v1 import credential_pb2, directory_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.exit_restriction.v1 import restriction_pb2
from xiezhi.policy.v1 import policy_pb2

HANDOVER = timedelta(days=20)
"""How long whoever hands over stays beside the successor."""
PAGE, SHOWN = 500, 5


def hand_over(coordinating: Coordinating) -> None:
    """Refuses a court's third liaison, and admits the same one as a handover."""
    cast = coordinating.stage.cast
    told = (
        "A court has two liaisons (联络员) on its establishment. The registrar appoints a third, which is refused. "
        "Once one of the two is to leave within 30 days, the same appointment is a handover."
    )
    with coordinating.narrator.step("Two liaisons a court, and a third only to hand over", told) as entry:
        acting = _acting(coordinating)
        coordinating.narrator.require(entry, len(acting) == 2, "the court has not two liaisons")
        coordinating.narrator.show(liaisons_view(acting))
        coordinating.narrator.refused(entry, Reason.LIAISON_LIMIT, lambda: _appoint(coordinating))
        ending = directory_pb2.EndAppointmentRequest(
            request_id=coordinating.new_id(),
            name=next(one.name for one in acting if one.officer_id == cast.court_liaison),
            end_date=date_message(coordinating.today + HANDOVER),
            reason="轮岗。",
        )
        coordinating.ask(cast.registrar, DIRECTORY, ending, kind=directory_pb2.EndAppointmentResponse)
        appointed = _appoint(coordinating)
        coordinating.narrator.require(entry, appointed.acts, "the successor does not act")
        acting = _acting(coordinating)
        entry["liaisons"] = len(acting)
        coordinating.narrator.show(liaisons_view(acting))
        coordinating.narrator.require(entry, entry["liaisons"] == 3, "the handover is not there")
        coordinating.narrator.good(f"{HANDOVER.days} days before one leaves, the successor is appointed.")


def route(coordinating: Coordinating) -> None:
    """Asks where a lookup goes."""
    cast = coordinating.stage.cast
    told = "The one department that a method's contract names, at the court's place, and who is its liaison there."
    with coordinating.narrator.step("Where a lookup goes", told) as entry:
        court = coordinating.officer(cast.judge).organisation
        request = directory_pb2.ResolveRouteRequest(method=METHOD, court_code=court)
        answer = coordinating.ask(cast.judge, DIRECTORY, request, kind=directory_pb2.ResolveRouteResponse)
        entry["department"] = enum_name(policy_pb2.Department.DESCRIPTOR, answer.taker)
        entry["organisation"] = answer.organisation
        right = answer.taker == answer.department == policy_pb2.DEPARTMENT_PUBLIC_ORDER
        coordinating.narrator.require(entry, right, "another department takes it")
        coordinating.narrator.require(entry, len(answer.liaisons) == 1, "it is not said who the liaison is")
        coordinating.narrator.show(route_view(answer))
        (liaison,) = answer.liaisons
        coordinating.narrator.good(
            f"{METHOD.rpartition('/')[2]} of {court} goes to {answer.organisation}, {entry['department']}, "
            f"liaison {liaison.officer_id}."
        )


def find_gaps(coordinating: Coordinating) -> None:
    """Lists courts without liaisons."""
    cast = coordinating.stage.cast
    told = "The provincial bodies see where the directory is not as the notice asks, and since when."
    with coordinating.narrator.step("Where nobody is appointed", told) as entry:
        faults = _faults(coordinating)
        courts = [
            one for one in faults if one.kind == directory_pb2.FAULT_KIND_GAP and not one.department and one.have == 0
        ]
        entry["courts_without_liaisons"] = len(courts)
        coordinating.narrator.require(entry, bool(courts), "no court lacks a liaison")
        own = coordinating.officer(cast.registrar).organisation
        coordinating.narrator.require(
            entry, all(one.organisation != own for one in faults), "a handover counts as a fault"
        )
        coordinating.narrator.show(faults_view(courts[:SHOWN]))
        coordinating.narrator.good(f"{len(courts)} courts have no liaison yet, these among them.")


def revoke(coordinating: Coordinating) -> None:
    """Revokes a judge's enforcement card, and tells how soon the judge is refused."""
    cast = coordinating.stage.cast
    told = (
        "A judge calls with a work card and an enforcement card (执行公务证) that the court registered. The registrar "
        "revokes one; nobody tells the judge, whose token still lives."
    )
    with coordinating.narrator.step("A card is revoked, and the next call is refused", told) as entry:
        _list_restrictions(coordinating)
        coordinating.narrator.good(f"{cast.colleague} lists the restrictions in an own case.")
        request = credential_pb2.ListCredentialsRequest(officer_id=cast.colleague)
        kind = credential_pb2.ListCredentialsResponse
        listed = coordinating.ask(cast.registrar, CREDENTIALS, request, kind=kind).credentials
        card = next(one for one in listed if one.kind == credential_pb2.CREDENTIAL_KIND_ENFORCEMENT_CARD)
        revoking = credential_pb2.RevokeCredentialRequest(
            request_id=coordinating.new_id(), name=card.name, reason="调离执行岗位。"
        )
        revoked = coordinating.ask(cast.registrar, CREDENTIALS, revoking, kind=credential_pb2.RevokeCredentialResponse)
        since = time.monotonic()
        gone = revoked.credential.state == credential_pb2.CREDENTIAL_STATE_REVOKED
        coordinating.narrator.require(entry, gone, "the card is still in force")
        coordinating.narrator.refused(
            entry, Reason.CREDENTIALS_REQUIRED, lambda: _until_refused(coordinating, entry, since=since)
        )
        coordinating.narrator.show(credentials_view([revoked.credential]))
        soon = entry["refused_after_seconds"]
        coordinating.narrator.require(entry, soon < PROMPT, "the judge was let in for too long")
        coordinating.narrator.good(
            f"Refused {1_000 * soon:,.0f} ms after the revocation was answered; calls let through until then: "
            f"{entry['let_through']}."
        )


def _acting(coordinating: Coordinating) -> list[directory_pb2.Liaison]:
    """Returns who acts as liaison of the judge's court today."""
    registrar = coordinating.stage.cast.registrar
    request = directory_pb2.ListLiaisonsRequest(organisation=coordinating.officer(registrar).organisation)
    listed = coordinating.ask(registrar, DIRECTORY, request, kind=directory_pb2.ListLiaisonsResponse).liaisons
    return [one for one in listed if one.acts]


def _appoint(coordinating: Coordinating) -> directory_pb2.Liaison:
    """Appoints the successor as liaison of the judge's court from today on."""
    cast = coordinating.stage.cast
    successor = coordinating.officer(cast.successor)
    request = directory_pb2.AppointLiaisonRequest(
        request_id=coordinating.new_id(),
        organisation=coordinating.officer(cast.registrar).organisation,
        officer_id=successor.officer_id,
        display_name=successor.name,
        phone=successor.phone,
        on_establishment=True,
        start_date=date_message(coordinating.today),
    )
    return coordinating.ask(cast.registrar, DIRECTORY, request, kind=directory_pb2.AppointLiaisonResponse).liaison


def _faults(coordinating: Coordinating) -> list[directory_pb2.DirectoryFault]:
    request = directory_pb2.ListDirectoryFaultsRequest(page_size=PAGE)
    supervisor, kind = coordinating.stage.cast.court_supervisor, directory_pb2.ListDirectoryFaultsResponse
    answer = coordinating.ask(supervisor, DIRECTORY, request, kind=kind)
    faults = list(answer.faults)
    while answer.next_page_token:
        request.page_token = answer.next_page_token
        answer = coordinating.ask(supervisor, DIRECTORY, request, kind=kind)
        faults += answer.faults
    return faults


def _until_refused(coordinating: Coordinating, entry: dict[str, Any], *, since: float) -> None:
    """Calls until a call is refused, and notes how soon that was and how many were let through."""
    entry["let_through"] = 0
    try:
        while time.monotonic() - since < PROMPT:
            _list_restrictions(coordinating)
            entry["let_through"] += 1
    except XiezhiError:
        entry["refused_after_seconds"] = round(time.monotonic() - since, 4)
        raise


def _list_restrictions(coordinating: Coordinating) -> None:
    cast = coordinating.stage.cast
    about = CaseQuestion(case=cast.colleagues_case)
    request = restriction_pb2.ListRestrictionsRequest(
        context=about.context(coordinating.stage.session(cast.colleague), request_id=coordinating.new_id()),
        debtor=DebtorQuestion(cast.third_name, cast.third_number).party(),
    )
    coordinating.stage.call(cast.colleague, f"{RESTRICTIONS}ListRestrictions", request)
