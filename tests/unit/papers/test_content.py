"""What the pages say, within bounds; what a document on paper could not do is refused, whoever sealed it."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from services.papers.content import MAX_PAGES
from services.papers.sealing import seal_pdf
from tests.unit.papers.conftest import COURT, NOW, Refusal
from xiezhi.errors import Reason
from xiezhi.pki import SealRegister


@pytest.fixture
def writer(drawn: bytes) -> PdfWriter:
    return PdfWriter(clone_from=PdfReader(BytesIO(drawn)))


@pytest.fixture
def refused(register: SealRegister, refusal: Refusal):
    """Seals what was written, and returns the reason for which it is refused all the same."""

    def do(pdf: PdfWriter | bytes) -> Reason:
        if isinstance(pdf, PdfWriter):
            made = BytesIO()
            pdf.write(made)
            pdf = made.getvalue()
        return refusal(seal_pdf(pdf, register.signer(COURT), sealed_at=NOW))

    return do


def _pages(count: int, text: str = "text") -> bytes:
    made = BytesIO()
    canvas = Canvas(made, invariant=True)
    for _ in range(count):
        canvas.drawString(72, 72, text)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _action(kind: str, **entries: str) -> DictionaryObject:
    action = DictionaryObject({NameObject("/S"): NameObject(kind)})
    action.update({NameObject(f"/{name}"): TextStringObject(value) for name, value in entries.items()})
    return action


def test_a_document_without_text_is_refused(refused) -> None:
    assert refused(_pages(1, " ")) is Reason.DOCUMENT_UNREADABLE


def test_an_encrypted_document_is_refused(writer: PdfWriter, refusal: Refusal) -> None:
    writer.encrypt("secret", algorithm="AES-256")
    made = BytesIO()
    writer.write(made)
    assert refusal(made.getvalue()) is Reason.DOCUMENT_UNREADABLE


def test_one_that_opens_without_a_password_is_refused_too(writer: PdfWriter, refusal: Refusal) -> None:
    writer.encrypt("", owner_password="secret", algorithm="AES-256")
    made = BytesIO()
    writer.write(made)
    assert refusal(made.getvalue()) is Reason.DOCUMENT_UNREADABLE


def test_a_script_is_refused(writer: PdfWriter, refused) -> None:
    named = ArrayObject([TextStringObject("script"), writer._add_object(_action("/JavaScript", JS="app.alert(1)"))])
    scripts = DictionaryObject({NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): named})})
    writer.root_object[NameObject("/Names")] = writer._add_object(scripts)
    assert refused(writer) is Reason.DOCUMENT_ACTIVE_CONTENT


def test_a_file_within_is_refused(writer: PdfWriter, refused) -> None:
    writer.add_attachment("other.txt", b"other")
    assert refused(writer) is Reason.DOCUMENT_ACTIVE_CONTENT


@pytest.mark.parametrize("kind", ["/Launch", "/JavaScript", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"])
def test_an_action_on_opening_is_refused(writer: PdfWriter, refused, kind: str) -> None:
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(_action(kind))
    assert refused(writer) is Reason.DOCUMENT_ACTIVE_CONTENT


def test_an_action_deep_within_is_refused(writer: PdfWriter, refused) -> None:
    nested = DictionaryObject({NameObject("/A"): writer._add_object(_action("/Launch", F="a.exe"))})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(nested)])
    assert refused(writer) is Reason.DOCUMENT_ACTIVE_CONTENT


def test_too_many_pages_are_refused(refused) -> None:
    assert refused(_pages(MAX_PAGES + 1)) is Reason.DOCUMENT_TOO_LARGE


def test_too_much_on_the_pages_is_refused(refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.papers.content.MAX_OPERATIONS", 20)
    assert refused(_pages(5)) is Reason.DOCUMENT_TOO_LARGE


def test_a_stream_that_swells_is_refused(writer: PdfWriter, refused) -> None:
    stream = DecodedStreamObject()
    stream._data = zlib.compress(b" " * (32 * 1024 * 1024), 9)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    assert refused(writer) is Reason.DOCUMENT_TOO_LARGE


def test_forms_that_multiply_are_refused(writer: PdfWriter, refused) -> None:
    """Each form shows the next one ten times: to follow them all would take a billion steps."""
    page = writer.pages[0]
    form = None
    for _ in range(9):
        stream = DecodedStreamObject()
        stream.set_data(b"/F Do " * 10)
        stream.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form")})
        if form is not None:
            forms = DictionaryObject({NameObject("/F"): form})
            stream[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
        form = writer._add_object(stream)
    content = DecodedStreamObject()
    content.set_data(b"/F Do")
    page[NameObject("/Contents")] = writer._add_object(content)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/F"): form})}
    )
    assert refused(writer) is Reason.DOCUMENT_UNREADABLE


def test_pages_that_multiply_are_refused(writer: PdfWriter, refused) -> None:
    kids = writer.root_object["/Pages"].raw_get("/Kids")[0]
    for depth in range(9):
        node = DictionaryObject({NameObject("/Type"): NameObject("/Pages")})
        node[NameObject("/Count")] = NumberObject(10 ** (depth + 1))
        node[NameObject("/Kids")] = ArrayObject([kids] * 10)
        kids = writer._add_object(node)
    writer.root_object["/Pages"][NameObject("/Kids")] = ArrayObject([kids])
    assert refused(writer) is Reason.DOCUMENT_TOO_LARGE
