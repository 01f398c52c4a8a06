"""The seals of a PDF (ISO 32000-2 section 12.8): each must hold, and the last one over every byte of the file.

Nothing of the document but its signatures is looked at here, so that what a stranger made is refused before its pages
are read.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from services.papers.parsing import refusing
from services.papers.trust import SealTrust, untrusted
from xiezhi.errors import Reason, XiezhiError, error

MAX_SEALS = 8
_BUDGET = DecodeLimits(document_budget=DocumentDecodeBudget(base_allowance=32 * 1024 * 1024, max_ratio=1))
"""How much a document may decompress to while its structure is read."""
_KINDS = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached"})


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that holds.

    Attributes:
        organisation: Code of the court or police unit whose it is, from its certificate.
        sealed_at: When it was used, by its own word, UTC.
        fingerprint: SHA-256 of its certificate, hexadecimal.
    """

    organisation: str
    sealed_at: datetime
    fingerprint: str


def verify_seals(pdf: bytes, *, authority: SealTrust, now: datetime) -> tuple[Seal, ...]:
    """Verifies every seal of a PDF.

    Args:
        pdf: The document.
        authority: Whose seals count.
        now: The present instant, UTC.

    Returns:
        The seals, the last one first; at least one.

    Raises:
        InvalidArgument: DOCUMENT_NOT_PDF, DOCUMENT_TOO_LARGE, DOCUMENT_UNREADABLE, DOCUMENT_UNSEALED,
            DOCUMENT_ALTERED, SEAL_UNTRUSTED, SEAL_EXPIRED or SEAL_REVOKED.
        Unavailable: SEAL_CHECK_UNAVAILABLE.
    """
    found = _find_signatures(_open(pdf))
    if not found:
        raise error(Reason.DOCUMENT_UNSEALED, "The document has no seal; have whoever issues it seal it.")
    with refusing(_altered("has a seal that cannot be read")):
        if _signed_bytes(found[0], pdf) != len(pdf):
            raise _altered("was changed after it was sealed")
    return tuple(_verify(signature, pdf, authority=authority, now=now) for signature in found)


def _open(pdf: bytes) -> PdfFileReader:
    if not pdf.startswith(b"%PDF-"):
        raise _not_pdf()
    with refusing(_not_pdf()):
        reader = PdfFileReader(BytesIO(pdf), decode_limits=_BUDGET)
        if reader.encrypted:
            raise error(Reason.DOCUMENT_UNREADABLE, "The document is encrypted; send it without a password.")
        reader.root["/Pages"]
        return reader


def _find_signatures(reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    """Finds all signatures, the last one first; unlike pyhanko's own search it passes over none."""
    with refusing(_altered("has a seal that cannot be read")):
        fields = list(enumerate_sig_fields(reader, filled_status=True))
        if len(fields) > MAX_SEALS:
            raise error(Reason.DOCUMENT_TOO_LARGE, f"The document has more than {MAX_SEALS} seals; send it with one.")
        found = [EmbeddedPdfSignature(reader, field, name) for name, _, field in fields]
        return sorted(found, key=lambda one: one.signed_revision, reverse=True)


def _signed_bytes(signature: EmbeddedPdfSignature, pdf: bytes) -> int:
    """Returns how many bytes from the first one on are under a signature.

    All it may leave out is its own text, so that nothing can hide there.

    Raises:
        InvalidArgument: DOCUMENT_ALTERED.
    """
    first, first_end, second, second_length = map(int, signature.byte_range)
    own = f"<{signature.pkcs7_content.hex()}>"
    padding = signature.pkcs7_content[len(cms.ContentInfo.load(signature.pkcs7_content).dump()) :]
    left_out = pdf[first_end:second] if first == 0 < first_end < second else b""
    if left_out not in {own.encode(), own.upper().encode()} or any(padding):
        raise _altered("has parts that a seal leaves out")
    return second + second_length


def _verify(signature: EmbeddedPdfSignature, pdf: bytes, *, authority: SealTrust, now: datetime) -> Seal:
    anchors = authority.current(now)
    with refusing(_altered("has a seal that cannot be read")):
        if signature.sig_object_type != "/Sig" or signature.sig_object.get("/SubFilter") not in _KINDS:
            raise untrusted("is a signature of another kind")
        _signed_bytes(signature, pdf)
        certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
        sealed_at = signature.self_reported_timestamp
        if sealed_at is None or sealed_at.tzinfo is None:
            raise untrusted("does not say when it was used")
        # First of all whose it is: pyhanko searches what else the signature brings for a path, and a stranger may bring
        # any number of certificates.
        organisation = authority.organisation_of(certificate, sealed_at=sealed_at, now=now)
        status = _validate(signature, anchors.authorities, sealed_at)
        if not (status.intact and status.valid and _is_unchanged(status)):
            raise _altered("was changed after it was sealed")
        if not status.bottom_line:
            raise untrusted("does not hold")
        return Seal(organisation, sealed_at.astimezone(UTC), certificate.fingerprint(SHA256()).hex())


def _validate(
    signature: EmbeddedPdfSignature, authorities: tuple[x509.Certificate, ...], sealed_at: datetime
) -> PdfSignatureStatus:
    """Lets pyhanko judge signature, changes and path; revocation is ours, because the lists are."""
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in authorities],
        allow_fetching=False,
        moment=sealed_at,
        revocation_mode="soft-fail",
    )
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    return asyncio.run(
        async_validate_pdf_signature(signature, signer_validation_context=context, key_usage_settings=usage)
    )


def _is_unchanged(status: PdfSignatureStatus) -> bool:
    """Whether what came after a seal, if anything, is another seal at most."""
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return True
    level = status.modification_level
    return bool(status.docmdp_ok) and level is not None and level <= ModificationLevel.FORM_FILLING


def _not_pdf() -> XiezhiError:
    return error(
        Reason.DOCUMENT_NOT_PDF, "The document is not a whole PDF; send it as the system that issued it made it."
    )


def _altered(what: str) -> XiezhiError:
    return error(Reason.DOCUMENT_ALTERED, f"The document {what}; send it exactly as it was sealed.")
