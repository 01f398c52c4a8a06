"""Between messages and domain: whom several of the services here are asked about."""

from __future__ import annotations

from datetime import date

from services.filing.convert import read_party
from services.vehicle.registry.domain import Debtor
from xiezhi.common.v1 import case_pb2


def read_debtor(party: case_pb2.Party, *, on: date) -> Debtor:
    """Reads who a request is about.

    Args:
        party: The debtor as the court names them.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID, with what is wrong and never the value.
    """
    read = read_party(party, field="debtor", on=on)
    return Debtor(read.name, read.number, read.is_person)
