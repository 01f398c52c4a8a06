"""The gateway's copy of the directory: liaisons, duty credentials and channels, while its lease lasts (notice 四).

It fails closed. Past the lease nobody is admitted by it, whatever it still says.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

from services.codes.legal_time import legal_date
from services.directory.channels import ChannelState, Operation, Outage, Pair, channel_at
from services.directory.credentials import Credential, CredentialKind, require_pair
from services.directory.lease import LEASE
from services.directory.liaisons import Appointment, Days, Post, acting
from xiezhi.coordination.v1 import channel_pb2, copy_pb2
from xiezhi.errors import Reason, XiezhiError, error

RETRY_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """What the directory says about an officer who calls in a case.

    Attributes:
        credentials: Credentials that are registered for the officer.
        shown: Keyed digests of the numbers that the officer shows, by kind.
        channel: How it stands between the officer's court and the department that answers; None where none does.
    """

    credentials: tuple[Credential, ...]
    shown: Mapping[CredentialKind, bytes]
    channel: ChannelState | None

    def require_pair(self, court_code: str, now: datetime) -> None:
        """Refuses an officer of whom not both credentials hold.

        Raises:
            PermissionDenied: CREDENTIALS_REQUIRED.
        """
        require_pair(self.credentials, court_code=court_code, shown=self.shown, now=now)


class DirectoryCopy:
    """The copy.

    Args:
        hash_key: Key under which the numbers of credentials are hashed, 32 bytes; another one for each process.

    Attributes:
        revision: Revision of the directory that it has.
    """

    def __init__(self, hash_key: bytes) -> None:
        self.hash_key = hash_key
        self.empty()

    def empty(self) -> None:
        """Forgets everything, so that nobody is admitted until the copy is complete again."""
        self.revision = 0
        self._lease_end: datetime | None = None
        self._credentials: dict[str, dict[str, Credential]] = {}
        self._appointments: dict[Post, dict[str, Appointment]] = {}
        self._posts: dict[str, set[Post]] = {}
        self._operations: dict[Pair, dict[str, Operation]] = {}
        self._outages: dict[Pair, dict[str, Outage]] = {}

    def become(self, other: DirectoryCopy) -> None:
        """Takes over all that another copy has, which is not used any more."""
        self.__dict__.update(other.__dict__)

    def apply(self, changes: copy_pb2.WatchDirectoryResponse, *, now: datetime) -> None:
        """Takes changes in; each is the whole of what it is about, so that one may come twice.

        Args:
            changes: The changes.
            now: The present instant. No lease lasts longer than `LEASE` from here, whatever clock it was given by.
        """
        for credential in map(_read_credential, changes.credentials):
            self._credentials.setdefault(credential.officer_id, {})[credential.key] = credential
        for appointment in map(_read_appointment, changes.liaisons):
            self._appointments.setdefault(appointment.post, {})[appointment.key] = appointment
            self._posts.setdefault(appointment.officer_id, set()).add(appointment.post)
        for operation in changes.operations:
            pair, start = _read_pair(operation.pair), _instant(operation.start_time)
            self._operations.setdefault(pair, {})[operation.name] = Operation(operation.name, pair, start)
        for outage in changes.outages:
            pair, start, end = _read_pair(outage.pair), _instant(outage.start_time), _instant(outage.end_time)
            self._outages.setdefault(pair, {})[outage.name] = Outage(outage.name, pair, start, end)
        self.revision = max(self.revision, changes.revision)
        if changes.is_complete and changes.HasField("lease_end_time"):
            self._lease_end = min(_instant(changes.lease_end_time), now + LEASE)

    def is_fresh(self, now: datetime) -> bool:
        """Whether the copy may be used."""
        return self._lease_end is not None and now < self._lease_end

    def duty(self, officer_id: str, *, cards: Mapping[CredentialKind, str], pair: Pair, at: datetime) -> Duty:
        """Returns what is known of an officer who calls in a case.

        Args:
            officer_id: The officer.
            cards: Numbers that the officer shows, by kind.
            pair: The officer's court and the department that answers; without a department no channel is looked at.
            at: The instant as of which the channel is looked at.
        """
        shown = {kind: self._digest(number) for kind, number in cards.items() if number}
        registered = tuple(self._credentials.get(officer_id, {}).values())
        return Duty(registered, shown, self.channel(pair, at) if pair.department else None)

    def channel(self, pair: Pair, at: datetime) -> ChannelState:
        """Says how it stands between a court and a department at an instant."""
        wider = pair.widened()
        operations = (one for named in wider for one in self._operations.get(named, {}).values())
        outages = (one for named in wider for one in self._outages.get(named, {}).values())
        return channel_at(pair.court_code, pair.department, at, operations=operations, outages=outages).state

    def acts_as_liaison(self, officer_id: str, organisation: str, now: datetime) -> bool:
        """Whether an officer acts as liaison of an organisation now.

        Raises:
            Unavailable: DIRECTORY_STALE, if the copy may not be used.
        """
        self.require_fresh(now)
        posts, today = self._posts.get(officer_id, ()), legal_date(now)
        return any(
            one.officer_id == officer_id
            for post in posts
            if post.organisation == organisation
            for one in acting(self._appointments[post].values(), today)
        )

    def require_fresh(self, now: datetime) -> None:
        """Refuses to admit anybody by a copy that may not be used.

        Raises:
            Unavailable: DIRECTORY_STALE.
        """
        if not self.is_fresh(now):
            raise stale()

    def _digest(self, number: str) -> bytes:
        return hmac.digest(self.hash_key, number.encode("utf-8", "surrogatepass"), hashlib.sha256)


def stale() -> XiezhiError:
    """Makes the refusal of a copy that may not be used."""
    return error(
        Reason.DIRECTORY_STALE,
        "The register of duty credentials and liaisons cannot be asked now, and nobody is admitted without it.",
        retry_after=RETRY_AFTER,
    )


def _read_credential(copy: copy_pb2.CredentialCopy) -> Credential:
    return Credential(
        copy.name,
        copy.court_code,
        copy.officer_id,
        kind=CredentialKind(copy.kind),
        digest=copy.number_hash,
        first=_date(copy.issue_date),
        last=_date(copy.expire_date),
        revoked_at=_instant(copy.revoke_time) if copy.HasField("revoke_time") else None,
    )


def _read_appointment(copy: copy_pb2.LiaisonCopy) -> Appointment:
    return Appointment(
        copy.name,
        Post(copy.organisation, copy.department),
        copy.officer_id,
        is_deputy=copy.is_deputy,
        on_establishment=True,
        days=Days(_date(copy.start_date), _date(copy.end_date) if copy.HasField("end_date") else None),
        leaves=tuple(Days(_date(leave.start_date), _date(leave.end_date)) for leave in copy.leaves),
    )


def _read_pair(pair: channel_pb2.Pair) -> Pair:
    return Pair(pair.court_code, pair.department)


def _date(message: date_pb2.Date) -> date:
    return date(message.year, message.month, message.day)


def _instant(message: Timestamp) -> datetime:
    return message.ToDatetime(UTC)
