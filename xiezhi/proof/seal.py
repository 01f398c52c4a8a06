"""Whose a seal (电子签章) is: the name of a court or police unit in the seal's certificate."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from cryptography import x509

PREFIX = "spiffe://xiezhi.jx/seal/"

_UNIT = re.compile("[0-9]{12}")


def is_unit(organisation: str) -> bool:
    """Whether a code is that of a police unit, 12 digits (GA/T 380), and not that of a court."""
    return _UNIT.fullmatch(organisation) is not None


def seal_name(organisation: str) -> str:
    """Returns the name of an organisation's seal.

    For the court "赣0102" it is "spiffe://xiezhi.jx/seal/court/%E8%B5%A30102", for the police unit "360100000000" it is
    "spiffe://xiezhi.jx/seal/unit/360100000000".
    """
    kind = "unit" if is_unit(organisation) else "court"
    return f"{PREFIX}{kind}/{quote(organisation, safe='')}"


def organisation_of(certificate: x509.Certificate) -> str:
    """Reads the code of the court or police unit from the certificate of its seal.

    Raises:
        ValueError: If the certificate does not name exactly one seal, in the form that `seal_name` writes.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        raise ValueError("the certificate names no seal") from None
    found = names.get_values_for_type(x509.UniformResourceIdentifier)
    organisation = unquote(found[0].rpartition("/")[2]) if len(found) == 1 else ""
    # A court under a unit's name, or a unit under a court's, is not what `seal_name` writes.
    if not organisation or seal_name(organisation) != found[0]:
        raise ValueError("the certificate does not name one seal")
    return organisation
