"""Names of courts and police units in certificates that are issued to an organisation and not to an officer."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from cryptography import x509

_UNIT = re.compile("[0-9]{12}")


def is_unit(organisation: str) -> bool:
    """Whether a code is that of a police unit, 12 digits (GA/T 380), and not that of a court."""
    return _UNIT.fullmatch(organisation) is not None


def write_name(organisation: str, *, prefix: str) -> str:
    """Returns the URI that names an organisation in a certificate.

    Args:
        organisation: Code of the court or police unit.
        prefix: What the certificate is for, for example "spiffe://xiezhi.jx/seal/".
    """
    kind = "unit" if is_unit(organisation) else "court"
    return f"{prefix}{kind}/{quote(organisation, safe='')}"


def read_name(certificate: x509.Certificate, *, prefix: str) -> str:
    """Reads the code of the court or police unit from the URI in a certificate.

    Args:
        certificate: The certificate.
        prefix: What it must be for.

    Raises:
        ValueError: If it does not name exactly one organisation, in the form that `write_name` writes.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        raise ValueError("the certificate names no organisation") from None
    found = names.get_values_for_type(x509.UniformResourceIdentifier)
    organisation = unquote(found[0].rpartition("/")[2]) if len(found) == 1 else ""
    # A court under a unit's name, or a unit under a court's, is not what `write_name` writes.
    if not organisation or write_name(organisation, prefix=prefix) != found[0]:
        raise ValueError("the certificate does not name one organisation")
    return organisation
