"""The service of credentials: from messages to use cases and back."""

from __future__ import annotations

from services.chassis.call import Call
from services.chassis.paging import decode_token, encode_token, query_of
from services.coordination.credentials import convert
from services.coordination.credentials.domain import PREFIX, Registered
from services.coordination.credentials.handlers import Register, register, revoke
from services.coordination.credentials.store import CredentialStore
from services.filing.convert import read_key
from xiezhi.coordination.v1 import credential_pb2

PAGE_SIZE = 100
"""Credentials of a page when the caller asks for no number."""


class CredentialServicer:
    """`xiezhi.coordination.v1.CredentialService`.

    Args:
        book: What the use cases need.
        store: The register.
    """

    def __init__(self, book: Register, *, store: CredentialStore) -> None:
        self._book = book
        self._store = store

    async def RegisterCredential(
        self, request: credential_pb2.RegisterCredentialRequest, call: Call
    ) -> credential_pb2.RegisterCredentialResponse:
        """Registers a credential."""

        def write(registered: Registered) -> bytes:
            response = credential_pb2.RegisterCredentialResponse()
            convert.write_credential(response.credential, registered, now=self._book.clock.now())
            return response.SerializeToString()

        card = convert.read_card(request)
        answer = await register(read_key(request.request_id, call), card, write, book=self._book)
        return credential_pb2.RegisterCredentialResponse.FromString(answer)

    async def RevokeCredential(
        self, request: credential_pb2.RevokeCredentialRequest, call: Call
    ) -> credential_pb2.RevokeCredentialResponse:
        """Revokes a credential."""

        def write(registered: Registered) -> bytes:
            response = credential_pb2.RevokeCredentialResponse()
            convert.write_credential(response.credential, registered, now=self._book.clock.now())
            return response.SerializeToString()

        key, credential_id = read_key(request.request_id, call), request.name.removeprefix(PREFIX)
        answer = await revoke(key, credential_id, write, reason=request.reason, book=self._book)
        return credential_pb2.RevokeCredentialResponse.FromString(answer)

    async def ListCredentials(
        self, request: credential_pb2.ListCredentialsRequest, call: Call
    ) -> credential_pb2.ListCredentialsResponse:
        """Lists the credentials of the caller's court."""
        court, now = call.officer.organisation, self._book.clock.now()
        query, size = query_of(request, court), request.page_size or PAGE_SIZE
        before = convert.read_place(decode_token(request.page_token, query=query))
        found = await self._store.page(court, officer_id=request.officer_id, before=before, most=size + 1)
        response = credential_pb2.ListCredentialsResponse()
        for _, registered in found[:size]:
            convert.write_credential(response.credentials.add(), registered, now=now)
        if len(found) > size:
            response.next_page_token = encode_token(str(found[size - 1][0]), query=query)
        return response
