"""The file of an upload becomes chunks whose digest is the exchange's, wherever it goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import protovalidate
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.cli.conftest import JUDGE
from xiezhi.cli.exits import items
from xiezhi.cli.exits.items import Chain, ItemFile, chunks, digest_of
from xiezhi.cli.exits.synthetic import make_items
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.session import Session
from xiezhi.exit_restriction.v1 import listing_pb2

UPLOAD = "uploads/7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"


def write(folder: Path, notices: Sequence[str]) -> ItemFile:
    """Writes a file of items with these notices, each of them empty or the name of a file."""
    for notice in filter(None, notices):
        (folder / notice).write_bytes(notice.encode())
    lines = [
        json.dumps({"case_number": f"（2018）赣0102执{place}号", **({"notice": notice} if notice else {})})
        for place, notice in enumerate(notices)
    ]
    file = folder / "items.jsonl"
    file.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return ItemFile(file)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notices=st.lists(st.sampled_from(["", "a.pdf", "b.pdf"]), min_size=1, max_size=12), data=st.data())
def test_chunks_hold_every_item_once_and_a_notice_before_its_items(
    tmp_path: Path, notices: list[str], data: st.DataObject
) -> None:
    after = data.draw(st.integers(0, len(notices)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(items, "MOST_ITEMS", 3)
        sent = list(chunks(write(tmp_path, notices), upload=UPLOAD, after=after))
    place, known = after, set[bytes]()
    for chunk in sent:
        assert chunk.first_index == place
        assert len(chunk.notices) <= 1
        assert 1 <= len(chunk.items) <= 3
        known |= {hashlib.sha256(notice).digest() for notice in chunk.notices}
        for raw in chunk.items:
            item = listing_pb2.UploadItem.FromString(raw)
            assert item.case_number == f"（2018）赣0102执{place}号"
            assert bool(item.notice_sha256) is bool(notices[place])
            assert not item.notice_sha256 or item.notice_sha256 in known
            place += 1
    assert place == len(notices)


def test_a_chunk_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MOST_BYTES", 60)
    sent = list(chunks(write(tmp_path, [""] * 6), upload=UPLOAD, after=0))
    assert len(sent) > 1
    assert all(sum(map(len, chunk.items)) <= 60 for chunk in sent)


def test_the_digest_is_made_as_the_contract_says(tmp_path: Path) -> None:
    file = write(tmp_path, ["a.pdf", "", "a.pdf"])
    expected = bytes(32)
    for raw, _ in file.read():
        expected = hashlib.sha256(expected + hashlib.sha256(raw).digest()).digest()
    assert digest_of(file, first=3).digest == expected
    assert digest_of(file, first=0) == Chain()
    with pytest.raises(CommandError, match="fewer items"):
        digest_of(file, first=4)


@pytest.mark.parametrize("line", ["秘密", "[]", "[1]", '{"nobody": "秘密"}', '{"debtor": {"name": 7}}', "7"])
def test_a_line_that_is_no_item_is_named_by_its_place_alone(tmp_path: Path, line: str) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text(f'{{"case_number": "x"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="Line 2 is no item") as caught:
        list(ItemFile(file).read())
    assert "秘密" not in f"{caught.value.message}{caught.value.next_step}"


def test_a_file_or_notice_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        ItemFile(tmp_path / "none.jsonl").count()
    file = write(tmp_path, ["a.pdf"])
    (tmp_path / "a.pdf").unlink()
    with pytest.raises(CommandError, match=r"a\.pdf cannot be read"):
        list(file.read())


def test_synthetic_items_are_valid_and_rest_on_notices(home: Home, tmp_path: Path) -> None:
    session = Session(home, Output(as_json=True), officer_id=JUDGE.officer_id)
    file = tmp_path / "made.jsonl"
    (notice,) = make_items(session, 15, file, months=3, progress=lambda done, of: None)
    made = [listing_pb2.UploadItem.FromString(raw) for raw, _ in ItemFile(file).read()]
    assert len(made) == 15
    for item in made:
        protovalidate.validate(item)
        assert item.notice_sha256 == hashlib.sha256(notice.read_bytes()).digest()
    assert [bool(item.decision_number) for item in made].count(False) == 2
    assert file.stat().st_mode & 0o077 == 0
