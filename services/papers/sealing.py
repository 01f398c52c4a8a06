"""Seals a PDF with the key of a court or police unit, as its own system does it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from io import BytesIO

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko_certvalidator.registry import SimpleCertificateStore

from xiezhi.pki import Identity

_DIGEST = "sha256"
_RESERVED = 4096
"""Hexadecimal digits for a signature; one with an ECDSA key and its certificate has about 1,200 bytes."""


def seal_pdf(pdf: bytes, seal: Identity, *, sealed_at: datetime) -> bytes:
    """Seals a PDF, in a further revision of it, as PAdES lays down (ETSI EN 319 142-1).

    Args:
        pdf: The document, with or without seals.
        seal: Key and certificate of the seal of a court or police unit.
        sealed_at: When, UTC.
    """
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    number = len(writer.prev.embedded_signatures) + 1
    steps = PdfCMSEmbedder().write_cms(field_name=f"Seal{number}", writer=writer)
    next(steps)
    subfilter = SigSeedSubFilter.PADES
    steps.send(SigObjSetup(SignatureObject(timestamp=sealed_at, subfilter=subfilter, bytes_reserved=_RESERVED)))
    prepared, output = steps.send(SigIOSetup(md_algorithm=_DIGEST, in_place=False))
    signing = _signer(seal).async_sign(prepared.document_digest, digest_algorithm=_DIGEST, use_pades=True)
    steps.send(asyncio.run(signing))
    return bytes(output.getvalue())


def _signer(seal: Identity) -> SimpleSigner:
    certificate = asn1.Certificate.load(seal.certificate.public_bytes(Encoding.DER))
    key = seal.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=certificate,
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore.from_certs([certificate]),  # type: ignore[no-untyped-call]
    )
