"""What a forger does to documents, and what a court's system gets wrong."""

from __future__ import annotations

import asyncio
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, PdfSignedData, SignatureObject

from services.papers.sealing import _signer
from xiezhi.pki import Identity


def io(content: bytes) -> BytesIO:
    """Returns a file of these bytes."""
    return BytesIO(content)


def change_content(pdf: bytes) -> bytes:
    """Replaces the content of the first page in a further revision."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page[generic.pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"0 0 9 9 re f"))
    writer.update_container(page)
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def seal_without_time(pdf: bytes, seal: Identity) -> bytes:
    """Seals a document without saying when."""
    return _seal(pdf, seal, SignatureObject(bytes_reserved=4096))


def seal_as_timestamp(pdf: bytes, seal: Identity) -> bytes:
    """Signs a document where the timestamp of a timestamping authority would be."""
    return _seal(pdf, seal, DocumentTimestamp(bytes_reserved=4096))


def _seal(pdf: bytes, seal: Identity, placeholder: PdfSignedData) -> bytes:
    steps = PdfCMSEmbedder().write_cms(field_name="Seal", writer=IncrementalPdfFileWriter(BytesIO(pdf)))
    next(steps)
    steps.send(SigObjSetup(placeholder))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    steps.send(asyncio.run(_signer(seal).async_sign(prepared.document_digest, digest_algorithm="sha256")))
    return bytes(output.getvalue())
