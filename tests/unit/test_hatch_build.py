"""The build refuses contracts that do not compile and leaves nothing half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_build import IMAGE, STAMP, GenerationError, generate

ZOO = """
syntax = "proto3";
package xiezhi.zoo.v1;
import "buf/validate/validate.proto";
import "google/type/date.proto";
message Animal {
  string name = 1 [(buf.validate.field).string.max_len = 8];
  google.type.Date born = 2;
}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "protos/xiezhi/zoo/v1/zoo.proto"
    path.parent.mkdir(parents=True)
    path.write_text(ZOO)
    return path


def list_generated(gen: Path) -> set[str]:
    return {path.relative_to(gen).as_posix() for path in gen.rglob("*") if path.is_file()}


def test_generates_and_then_follows_changes(tmp_path: Path, contract: Path) -> None:
    gen = generate(tmp_path)
    package = {f"xiezhi/zoo/v1/{name}" for name in ("zoo_pb2.py", "zoo_pb2.pyi", "py.typed")}
    validate = {f"buf/validate/{name}" for name in ("validate_pb2.py", "validate_pb2.pyi", "py.typed")}
    assert list_generated(gen) == package | validate | {IMAGE.as_posix(), STAMP}
    written = (gen / IMAGE).stat().st_mtime_ns
    generate(tmp_path)
    assert (gen / IMAGE).stat().st_mtime_ns == written
    moved = tmp_path / "protos/xiezhi/ark/v1/ark.proto"
    moved.parent.mkdir(parents=True)
    contract.rename(moved)
    moved.write_text(
        ZOO.replace("xiezhi.zoo", "xiezhi.ark") + "service ArkService { rpc Board(Animal) returns (Animal); }"
    )
    generate(tmp_path)
    assert {"xiezhi/ark/v1/ark_pb2_grpc.py", "xiezhi/ark/v1/ark_pb2_grpc.pyi"} <= list_generated(gen)
    assert not (gen / "xiezhi/zoo").exists()


def test_refuses_a_folder_without_contracts(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="no contracts"):
        generate(tmp_path)


def test_refuses_a_broken_contract_and_keeps_what_was_there(tmp_path: Path, contract: Path) -> None:
    before = list_generated(generate(tmp_path))
    contract.write_text(ZOO.replace("google.type.Date", "google.type.Dote"))
    with pytest.raises(GenerationError, match="refused"):
        generate(tmp_path)
    assert list_generated(tmp_path / "gen") == before
