"""Files that commands write are for their owner."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from xiezhi.cli.disclosure import write_photos
from xiezhi.cli.documents import read_json, write_json, write_private, writing_private
from xiezhi.cli.output import CommandError
from xiezhi.identity.v1 import identity_pb2


def test_a_private_file_is_for_its_owner_even_where_another_was(tmp_path: Path) -> None:
    file = tmp_path / "inner" / "file"
    write_private(file, b"1")
    file.chmod(0o644)
    write_private(file, b"2")
    assert file.read_bytes() == b"2"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_and_its_name_are_durable_before_others_rely_on_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[tuple[bool, bytes]] = []
    file = tmp_path / "inner" / "file"

    def fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        settled.append((is_folder, file.read_bytes() if file.exists() else b""))

    monkeypatch.setattr(os, "fsync", fsync)
    write_private(file, b"1")
    assert settled == [(False, b""), (True, b"1")]


def test_what_fails_half_way_leaves_the_former_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_private(file, b"1")

    def fail() -> None:
        with writing_private(file) as opened:
            opened.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"1")]


def test_json_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": "赣"})
    assert read_json(tmp_path / "a.json") == {"a": "赣"}


@pytest.mark.parametrize("content", ["[]", "{", "7"])
def test_what_is_no_object_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(content, encoding="ascii")
    with pytest.raises(CommandError):
        read_json(file)


def test_no_photo_file_names_a_person(tmp_path: Path) -> None:
    answer = identity_pb2.HouseholdAnswer()
    answer.household.members.add(name="测试甲", photo=identity_pb2.Photo(jpeg=b"one"))
    answer.household.members.add(name="测试乙", photo_absence=identity_pb2.PHOTO_ABSENCE_UNDER_16)
    answer.household.members.add(name="测试丙", photo=identity_pb2.Photo(jpeg=b"two"))
    written = write_photos(answer, tmp_path / "photos")
    assert {index: file.read_bytes() for index, file in written.items()} == {0: b"one", 2: b"two"}
    assert [file.name for file in written.values()] == ["member-00.jpg", "member-02.jpg"]
