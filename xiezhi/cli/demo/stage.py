"""Who acts in the story, each over an own connection with an own token, and what is asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from google.protobuf.message import Message

from xiezhi.cli.approved import call_proven
from xiezhi.cli.home import Home
from xiezhi.cli.household import EVERY_CATEGORY, HouseholdQuestion, build_request
from xiezhi.cli.output import Output
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.session import Session
from xiezhi.client import Client, Credentials, LogKey, OfficerSigner, connect
from xiezhi.identity.v1 import identity_pb2

if TYPE_CHECKING:
    from services.synthetic import Scenario

PATIENCE = timedelta(seconds=30)
"""How long an approval, which is given at once, may take to be heard of."""

Traceparent = Callable[[], str | None]


class Stage:
    """The connections of a story; closes them at the end.

    Attributes:
        cast: Who acts.
        traceparent: Asked for the trace of each call.
        proven: The answers that were read, whose receipts have been verified.
    """

    def __init__(self, home: Home, cast: Scenario, *, output: Output, traceparent: Traceparent) -> None:
        """Opens nothing yet.

        Args:
            home: The demo's data folder, whose suite runs.
            cast: Who acts.
            output: Where results go.
            traceparent: Asked for the trace of each call.
        """
        self.cast = cast
        self._home = home
        self._output = output
        self.traceparent = traceparent
        self._opened = ExitStack()
        self._clients: dict[str, Client] = {}
        self._request_id = str(uuid.uuid4())
        self.proven: list[ProvenAnswer] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def client(self, officer_id: str) -> Client:
        """Returns an officer's connection to the gateway."""
        if officer_id not in self._clients:
            self._clients[officer_id] = self.open(officer_id)
        return self._clients[officer_id]

    def open(self, officer_id: str) -> Client:
        """Opens a further connection of an officer to the gateway."""
        session = self.session(officer_id)
        return self._open(session, session.find_gateway(), server_name="")

    def past_the_gateway(self, officer_id: str) -> Client:
        """Opens a connection straight to the identity service, with the certificate of the officer's own system."""
        address = self._home.address("identity")
        return self._open(self.session(officer_id), address, server_name="identity.service.xiezhi")

    def signer(self, officer_id: str) -> OfficerSigner:
        """Returns what signs an officer's decisions."""
        return self.session(officer_id).signer()

    def approve(self, judge: str, method: str, request: Message, *, approver: str) -> str:
        """Has a judge submit a request and an approver sign it; returns the approval's name."""
        client, chief = self.client(judge), self.client(approver)
        approval = client.submit(method, request, reason="Needed to enforce the judgment.")
        chief.approve(chief.review(approval), self.signer(approver), reason="Agreed.")
        return str(client.wait(approval, timeout=PATIENCE).name)

    def call(self, officer: str, method: str, request: Message, *, approval: str = "") -> ProvenAnswer:
        """Makes a call; its receipt has been verified."""
        sent = request.SerializeToString(deterministic=True)
        self.proven.append(call_proven(self.client(officer), method, sent, approval=approval))
        return self.proven[-1]

    def log_key(self) -> LogKey:
        """Returns the ledger's public key."""
        return LogKey.from_pem(self._home.keys.log_key_file.read_bytes())

    def question(self, officer_id: str, *, case: str) -> identity_pb2.LookupHouseholdRequest:
        """Returns an officer's question about the debtor in a case."""
        asked = HouseholdQuestion(
            case=case,
            court="",
            name=self.cast.debtor_name,
            number=self.cast.debtor_number,
            categories=EVERY_CATEGORY,
            historic=False,
        )
        return build_request(self.session(officer_id), asked, request_id=self._request_id)

    def session(self, officer_id: str) -> Session:
        """Returns what the common options of an officer's command amount to."""
        return Session(self._home, self._output, officer_id=officer_id, gateway=self._home.address("gateway"))

    def _open(self, session: Session, target: str, *, server_name: str) -> Client:
        files = self._home.keys.tls(self._home.keys.officers.get(session.officer_id).system)
        own = Credentials.from_files(ca=files.authority, certificate=files.certificate, key=files.key)
        client = connect(
            target,
            credentials=replace(own, server_name=server_name),
            token=session.minting(),
            log_key=self.log_key(),
            traceparent=self.traceparent,
            now=session.now,
        )
        return self._opened.enter_context(client)
