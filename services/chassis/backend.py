"""Services behind the gateway: each believes the gateway nothing that callers and approvers have not signed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.chassis.admission import ServiceAdmission
from services.chassis.handling import Handler
from services.chassis.hosting import Hosting
from services.chassis.process import Core
from services.chassis.rules import Jurisdiction


def host_backend(
    core: Core,
    servicers: Mapping[str, object],
    *,
    jurisdiction: Jurisdiction,
    internal_callers: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> dict[str, Handler]:
    """Makes the handlers of services that answer the gateway.

    Args:
        core: The process.
        servicers: By full name of the service.
        jurisdiction: Courts and units that take part.
        internal_callers: By full name of a method that processes of the suite call, which of them may.
    """
    parts, settings = core.parts, core.parts.settings
    admission = ServiceAdmission(
        gateway=settings.gateway_name,
        internal_callers=internal_callers,
        tokens=parts.tokens,
        trust=parts.trust,
        jurisdiction=jurisdiction,
        clock=parts.clock,
        max_skew=settings.max_clock_skew,
    )
    hosting = Hosting(pipeline=core.pipeline, admission=admission, recorder=core.recorder)
    return hosting.handlers(parts.contracts, servicers)
