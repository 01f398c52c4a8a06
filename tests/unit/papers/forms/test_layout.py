"""Forms as PDFs: the same each time, with what they carry, a code that says the digest, and places for two seals."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader
from reportlab.graphics.barcode.qr import QrCodeWidget

from services.papers.content import MAX_PAGES, normalise
from services.papers.forms import Entry, Form, typeset
from services.papers.forms.contents import MOST_ENTRIES
from services.papers.forms.layout import QR_PREFIX

ENTRY = Entry(
    "查询户籍信息",
    (
        ("纸质文号", "（2026）赣0102执报1号"),
        ("案号", "（2026）赣0102执1号"),
        ("证件号码", "末四位 1234"),
        ("请求摘要", "ab" * 32),
    ),
)
FORM = Form(
    title="人工报送单",
    number="（2026）赣0102执报1号",
    sender="南昌市东湖区人民法院",
    recipient="360100000000",
    facts=(("报送包编号", "00000000-0000-4000-8000-00000000b001"), ("件数", "1")),
    sha256=bytes(range(32)),
    entries=(ENTRY,),
)


def text_of(form: Form) -> str:
    pages = PdfReader(BytesIO(typeset(form))).pages
    return "".join(normalise("".join(page.extract_text() for page in pages)).split())


def test_the_same_form_has_the_same_bytes_and_its_fonts() -> None:
    assert typeset(FORM) == typeset(replace(FORM))
    assert typeset(FORM) != typeset(replace(FORM, sha256=bytes(32)))
    for page in PdfReader(BytesIO(typeset(FORM))).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_it_says_what_the_bundle_carries_and_has_places_for_two_seals() -> None:
    text = text_of(FORM)
    said = [FORM.title, FORM.number, FORM.sender, FORM.recipient, ENTRY.title, bytes(range(32)).hex()]
    said += [value for _, value in (*FORM.facts, *ENTRY.facts)]
    for one in (*said, "报送单位（盖章）", "接收单位（盖章）", "联络员签名："):
        assert normalise(one) in text


def test_the_code_says_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    original = QrCodeWidget.__init__

    def note(self: QrCodeWidget, value: str, **options: object) -> None:
        made.append(value)
        original(self, value, **options)

    monkeypatch.setattr(QrCodeWidget, "__init__", note)
    typeset(FORM)
    assert made == [QR_PREFIX + bytes(range(32)).hex()]


@pytest.mark.parametrize("long", [1, 600, 1_000, 2_000], ids=["short", "half a page", "a page", "pages"])
def test_however_many_and_long_the_entries_they_are_on_the_pages_that_a_paper_may_have(long: int) -> None:
    entry = Entry(ENTRY.title, (*ENTRY.facts, ("文书文号", "文" * long)))
    form = replace(FORM, entries=(entry,) * MOST_ENTRIES, left_out=7)
    assert len(PdfReader(BytesIO(typeset(form))).pages) <= MAX_PAGES
    shown = text_of(form).count(ENTRY.title)
    assert 10 < shown <= MOST_ENTRIES
    assert f"另有{MOST_ENTRIES - shown + 7}件" in text_of(form)


def test_more_entries_than_are_printed_are_refused() -> None:
    with pytest.raises(ValueError, match="entries"):
        typeset(replace(FORM, entries=(ENTRY,) * (MOST_ENTRIES + 1)))


def test_a_long_text_is_broken_and_a_rare_character_marked() -> None:
    text = text_of(replace(FORM, entries=(Entry("查询", (("事由", "因" * 200 + "\U00020bb7"),)),)))
    assert text.count("因") == 200
    assert "U+20BB7" in text
