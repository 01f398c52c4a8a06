"""Whose a seal (电子签章) is: the name of a court or police unit in the seal's certificate."""

from __future__ import annotations

from cryptography import x509

from xiezhi.proof.organisation import is_unit, read_name, write_name

PREFIX = "spiffe://xiezhi.jx/seal/"


def seal_name(organisation: str) -> str:
    """Returns the name of an organisation's seal.

    For the court "赣0102" it is "spiffe://xiezhi.jx/seal/court/%E8%B5%A30102", for the police unit "360100000000" it is
    "spiffe://xiezhi.jx/seal/unit/360100000000".
    """
    return write_name(organisation, prefix=PREFIX)


def organisation_of(certificate: x509.Certificate) -> str:
    """Reads the code of the court or police unit from the certificate of its seal.

    Raises:
        ValueError: If the certificate does not name exactly one seal, in the form that `seal_name` writes.
    """
    return read_name(certificate, prefix=PREFIX)


__all__ = ["PREFIX", "is_unit", "organisation_of", "seal_name"]
