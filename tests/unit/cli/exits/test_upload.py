"""An upload survives breaks, and only exactly its own file goes on with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.exits.test_items import UPLOAD, write
from xiezhi.cli.approved import Granted
from xiezhi.cli.documents import write_json
from xiezhi.cli.exits import items, upload
from xiezhi.cli.exits.items import Chain
from xiezhi.cli.exits.upload import MOST_BREAKS, Uploading, full_name, keep, note_file, recall, remember
from xiezhi.cli.output import CommandError
from xiezhi.errors import Reason, error
from xiezhi.exit_restriction.v1 import listing_pb2

AWAY = error(Reason.LEDGER_UNAVAILABLE, "away")


class Exchange:
    """The exchange's side of an upload, which breaks off after so many chunks each time."""

    def __init__(self, *breaks: int) -> None:
        self._breaks = list(breaks)
        self.items: list[bytes] = []

    def GetUpload(self, request: listing_pb2.GetUploadRequest) -> listing_pb2.GetUploadResponse:
        assert request.name == UPLOAD
        if not self.items:
            raise error(Reason.UPLOAD_NOT_FOUND, "none")
        chain = Chain()
        for item in self.items:
            chain.add(item)
        found = listing_pb2.Upload(name=UPLOAD, item_count=chain.count, sha256=chain.digest)
        return listing_pb2.GetUploadResponse(upload=found)

    def StageEntries(
        self, requests: Iterator[listing_pb2.StageEntriesRequest]
    ) -> Iterator[listing_pb2.StageEntriesResponse]:
        left = self._breaks.pop(0) if self._breaks else None
        for request in requests:
            if left == 0:
                raise AWAY
            assert request.first_index == len(self.items)
            self.items += request.items
            left = None if left is None else left - 1
            yield listing_pb2.StageEntriesResponse(item_count=len(self.items))


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> Any:
    monkeypatch.setattr(items, "MOST_ITEMS", 2)

    def made(exchange: Exchange) -> Uploading:
        monkeypatch.setattr(Uploading, "_stub", exchange)
        client: Any = None
        return Uploading(client, UPLOAD, sleep=slept.append)

    return made


def test_it_goes_on_where_breaks_left_it(tmp_path: Path, make: Any, slept: list[float]) -> None:
    exchange, file = Exchange(1, 0, 2), write(tmp_path, ["a.pdf"] * 4 + ["b.pdf"] * 3)
    told: list[tuple[int, int]] = []
    staged = make(exchange).stage(file, progress=lambda done, of: told.append((done, of)))
    assert staged.item_count == 7
    assert [raw for raw, _ in file.read()] == exchange.items
    assert told[-1] == (7, 7)
    assert len(slept) == 3


def test_an_exchange_that_stays_away_is_left(tmp_path: Path, make: Any, slept: list[float]) -> None:
    exchange = Exchange(*[0] * MOST_BREAKS)
    with pytest.raises(CommandError, match="stays away"):
        make(exchange).stage(write(tmp_path, [""]), progress=lambda done, of: None)
    assert len(slept) == MOST_BREAKS
    assert max(slept) == upload.LONGEST_PAUSE


def test_another_file_does_not_go_on_with_it(tmp_path: Path, make: Any) -> None:
    exchange = Exchange()
    exchange.items = [b"something else"]
    with pytest.raises(CommandError, match="not the beginning"):
        make(exchange).stage(write(tmp_path, ["", ""]), progress=lambda done, of: None)


def test_an_empty_file_is_refused(tmp_path: Path, make: Any) -> None:
    file = write(tmp_path, [])
    with pytest.raises(CommandError, match="no items"):
        make(Exchange()).stage(file, progress=lambda done, of: None)


def test_the_name_of_an_upload_lies_beside_its_file(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    name, known = remember(file, anew=False)
    assert not known
    assert remember(file, anew=False) == (name, True)
    other, known = remember(file, anew=True)
    assert other != name
    assert not known
    note_file(file).write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="names no upload"):
        remember(file, anew=False)


def test_what_was_approved_lies_there_too_until_the_file_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    name, _ = remember(file, anew=False)
    assert recall(file) is None
    granted = Granted("approvals/1", b"request")
    keep(file, name, granted)
    assert recall(file) == granted
    assert remember(file, anew=False) == (name, True)
    remember(file, anew=True)
    assert recall(file) is None
    write_json(note_file(file), {"upload": name, "approval": "approvals/1", "request": "%"})
    with pytest.raises(CommandError, match="names no request"):
        recall(file)


def test_names_are_completed() -> None:
    assert full_name(UPLOAD) == full_name(UPLOAD.removeprefix("uploads/")) == UPLOAD
