"""Court documents (法律文书) for tests and demonstrations: rulings and notices as PDFs under a court's seal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from importlib.resources import as_file, files
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
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import getFont, getRegisteredFontNames, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from xiezhi.pki import Identity

FONT = "WenQuanYiMicroHei"
"""The font, of which each document has the characters that it needs in it."""
MISSING = "〓"
"""What printers set for a character that the font has not."""

NOTE = "合成文书，仅供测试"
"""At the foot of each document: made up, for tests only."""

_WIDTH, _HEIGHT = A4
_MARGIN = 72
_SIZE, _LEADING = 14, 28
_DIGEST = "sha256"
_RESERVED = 4096
"""Hexadecimal digits for a signature; one with an ECDSA key and its certificate has about 1,200 bytes."""


class PaperKind(Enum):
    """A kind of document: its title, and what it orders."""

    SEIZURE = ("执行裁定书", "裁定如下：查封被执行人名下下列车辆，查封期间不得办理转移、抵押登记。")
    ASSISTANCE = ("协助执行通知书", "请协助执行以下事项：")
    EXTENSION = ("执行裁定书", "裁定如下：继续查封下列车辆。")
    LIFTING = ("执行裁定书", "裁定如下：解除对下列车辆的查封。")
    TRANSFER = ("执行裁定书", "裁定如下：下列车辆归买受人所有，自本裁定送达买受人时起转移。")
    EXIT_RESTRICTION = ("限制出境决定书", "决定如下：限制下列人员出境。")
    REFERRAL = ("案件移送函", "现将下列人员涉嫌拒不执行判决、裁定罪的线索移送你单位。")

    @property
    def title(self) -> str:
        """The title."""
        return self.value[0]

    @property
    def order(self) -> str:
        """What it orders, before the facts."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Paper:
    """What a document says; of synthetic people and cars only.

    Attributes:
        kind: What it is.
        court: Name of the court.
        number: Number of the document (文号), which for a ruling is that of its case.
        case: Number of the case.
        issued_on: Date of issue.
        facts: Lines that it lists, for example "号牌号码：赣A12345".
    """

    kind: PaperKind
    court: str
    number: str
    case: str
    issued_on: date
    facts: tuple[str, ...]


def draw_paper(paper: Paper) -> bytes:
    """Draws a document on one page, as a PDF without a seal; the same bytes for the same document.

    Raises:
        ValueError: If it does not fit on a page.
    """
    _load_font()
    made = BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=True)
    canvas.setTitle(paper.kind.title)
    for place, line in enumerate(_lines(paper)):
        y = _HEIGHT - _MARGIN - place * _LEADING
        if y < _MARGIN:
            raise ValueError("the document does not fit on a page")
        _draw_line(canvas, line, place=place, y=y)
    _draw_stamp(canvas, paper.court)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def seal_paper(pdf: bytes, seal: Identity, *, sealed_at: datetime) -> bytes:
    """Seals a PDF, in a further revision of it, as PAdES lays down (ETSI EN 319 142-1).

    Args:
        pdf: The document, with or without seals.
        seal: Key and certificate of the court's seal.
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


def _load_font() -> None:
    """Gives reportlab the font, which it keeps for the process."""
    if FONT not in getRegisteredFontNames():
        with as_file(files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc") as path:
            registerFont(TTFont(FONT, str(path)))


def _lines(paper: Paper) -> Iterator[str]:
    yield paper.court
    yield paper.kind.title
    yield paper.number
    yield f"案号：{paper.case}"
    for text in (paper.kind.order, *paper.facts):
        yield from _wrap(text)
    day = paper.issued_on
    yield f"{day.year}年{day.month}月{day.day}日"


def _wrap(text: str) -> Iterator[str]:
    """Breaks a text into lines, nowhere within letters and digits."""
    line, word = "", ""
    for character, following in zip(text, text[1:] + " ", strict=True):
        word += character
        if character.isascii() and character.isalnum() and following.isascii() and following.isalnum():
            continue
        if line and stringWidth(line + word, FONT, _SIZE) > _WIDTH - 2 * _MARGIN:
            yield line
            line = ""
        line, word = line + word, ""
    yield line


def _draw_line(canvas: Canvas, line: str, *, place: int, y: float) -> None:
    glyphs = getFont(FONT).face.charToGlyph
    known = "".join(character if ord(character) in glyphs else MISSING for character in line)
    canvas.setFont(FONT, _SIZE + 6 if place < 2 else _SIZE)
    if place < 3:
        canvas.drawCentredString(_WIDTH / 2, y, known)
    else:
        canvas.drawString(_MARGIN, y, known)


def _draw_stamp(canvas: Canvas, court: str) -> None:
    """Draws the red round stamp that people look for; what counts is the signature."""
    canvas.setStrokeColorRGB(0.8, 0, 0)
    canvas.setFillColorRGB(0.8, 0, 0)
    canvas.setLineWidth(3)
    centre = _WIDTH - 2 * _MARGIN
    canvas.circle(centre, 2 * _MARGIN, 60)
    canvas.setFont(FONT, 100 / max(len(court), 8))
    canvas.drawCentredString(centre, 2 * _MARGIN, court)
    canvas.setFont(FONT, 8)
    canvas.drawCentredString(_WIDTH / 2, _MARGIN / 2, NOTE)
