"""The service of the register: from messages to the use case and back."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.chassis.call import Call
from services.codes.legal_time import legal_date
from services.vehicle.convert import read_debtor
from services.vehicle.registry import handlers
from services.vehicle.registry.convert import write_parts
from services.vehicle.registry.domain import Registry
from xiezhi.vehicle.v1 import lookup_pb2


class VehicleRegistryServicer:
    """`xiezhi.vehicle.v1.VehicleRegistryService`.

    Args:
        registry: The register.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def LookupVehicles(
        self, request: lookup_pb2.LookupVehiclesRequest, call: Call
    ) -> AsyncIterator[lookup_pb2.LookupVehiclesResponse]:
        """Looks up a debtor's vehicles, with their seizures at the moment at which the request was accepted."""
        as_of = legal_date(call.accepted_at)
        debtor = read_debtor(request.debtor, on=as_of)
        answer = await handlers.look_up(debtor, registry=self._registry, at=call.accepted_at)
        for part in write_parts(answer, as_of=as_of):
            yield part
