"""Writes changes of the directory as messages for its copies."""

from __future__ import annotations

import hashlib
import hmac

from services.coordination.channels.domain import PREFIX as OUTAGES
from services.coordination.copies.domain import Changes
from services.coordination.credentials.domain import PREFIX as CREDENTIALS
from services.coordination.credentials.domain import Registered
from services.coordination.directory.domain import PREFIX as LIAISONS
from services.directory.channels import Operation, Outage
from services.directory.liaisons import Appointment
from services.filing.convert import write_date
from xiezhi.coordination.v1 import copy_pb2


def write_changes(changes: Changes, *, hash_key: bytes) -> copy_pb2.WatchDirectoryResponse:
    """Writes changes, without a lease.

    Args:
        changes: The changes.
        hash_key: Key under which numbers are hashed.
    """
    response = copy_pb2.WatchDirectoryResponse(revision=changes.revision, is_complete=changes.is_complete)
    for registered in changes.credentials:
        _write_credential(response.credentials.add(), registered, hash_key)
    for appointment in changes.appointments:
        _write_appointment(response.liaisons.add(), appointment)
    for operation in changes.operations:
        _write_operation(response.operations.add(), operation)
    for outage in changes.outages:
        _write_outage(response.outages.add(), outage)
    return response


def _write_credential(copy: copy_pb2.CredentialCopy, registered: Registered, hash_key: bytes) -> None:
    card = registered.card
    copy.name, copy.court_code, copy.officer_id = CREDENTIALS + registered.key, card.court_code, card.officer_id
    copy.kind = int(card.kind)  # type: ignore[assignment]
    copy.number_hash = hmac.digest(hash_key, card.number.encode(), hashlib.sha256)
    write_date(copy.issue_date, card.first)
    write_date(copy.expire_date, card.last)
    if registered.revoked_at is not None:
        copy.revoke_time.FromDatetime(registered.revoked_at)


def _write_appointment(copy: copy_pb2.LiaisonCopy, appointment: Appointment) -> None:
    copy.name, copy.officer_id = LIAISONS + appointment.key, appointment.officer_id
    copy.organisation = appointment.post.organisation
    copy.department = appointment.post.department  # type: ignore[assignment]
    copy.is_deputy = appointment.is_deputy
    write_date(copy.start_date, appointment.days.first)
    if appointment.days.last is not None:
        write_date(copy.end_date, appointment.days.last)
    for days in appointment.leaves:
        leave = copy.leaves.add()
        write_date(leave.start_date, days.first)
        write_date(leave.end_date, days.last or days.first)


def _write_operation(copy: copy_pb2.OperationalCopy, operation: Operation) -> None:
    copy.name, copy.pair.court_code = operation.key, operation.pair.court_code
    copy.pair.department = operation.pair.department  # type: ignore[assignment]
    copy.start_time.FromDatetime(operation.start)


def _write_outage(copy: copy_pb2.OutageCopy, outage: Outage) -> None:
    copy.name, copy.pair.court_code = OUTAGES + outage.key, outage.pair.court_code
    copy.pair.department = outage.pair.department  # type: ignore[assignment]
    copy.start_time.FromDatetime(outage.start)
    copy.end_time.FromDatetime(outage.end)
