"""Generates the stubs and the descriptor image from the contracts in ``protos``.

One implementation serves both ways in: the build hook (``pip install .``, ``pip wheel .``, editable
installs) and the script (``python hatch_build.py``, which ``make stubs`` runs). Nothing of another project is
committed: the schemas of ``google`` and ``buf`` come from the packages installed where it builds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

IMAGE = Path("xiezhi", "image.binpb")
"""Where the descriptor image lies within the generated folder and within the wheel."""

VALIDATE_PROTO = "buf/validate/validate.proto"
"""The schema of the validation rules, which protovalidate ships as a descriptor and not as text."""

GENERATORS = ("grpcio-tools", "mypy-protobuf", "googleapis-common-protos", "protovalidate")
"""The packages whose versions the output depends on."""

STAMP = ".inputs.sha256"
SCRATCH = ".new-"


class GenerationError(Exception):
    """The contracts could not be compiled; protoc's own messages are on standard error."""


def generate(root: Path) -> Path:
    """Brings the generated folder up to date with the contracts.

    Does nothing when neither a contract, nor a generator's version, nor this file has changed. Files are
    replaced one by one and only when their content differs, so that a process which imports them meanwhile
    never misses one.

    Args:
        root: The folder of the project, which holds ``protos``.

    Returns:
        The generated folder, ``root / "gen"``.

    Raises:
        GenerationError: There are no contracts, a generator is missing, or protoc refused a contract.
    """
    protos = sorted((root / "protos" / "xiezhi").rglob("*.proto"))
    if not protos:
        raise GenerationError(f"no contracts under {root / 'protos' / 'xiezhi'}")
    target = root / "gen"
    stamp = target / STAMP
    digest = _digest_inputs(root, protos)
    if stamp.is_file() and stamp.read_text() == digest and (target / IMAGE).is_file():
        return target
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=SCRATCH) as scratch:
        fresh = Path(scratch, "out")
        _compile(root / "protos", protos, out=fresh, scratch=Path(scratch))
        _complete(fresh)
        (fresh / STAMP).write_text(digest)
        _replace(fresh, target)
    return target


def _digest_inputs(root: Path, protos: list[Path]) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for generator in GENERATORS:
        digest.update(f"{generator}=={version(generator)}\n".encode())
    for path in protos:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _compile(source: Path, protos: list[Path], *, out: Path, scratch: Path) -> None:
    """Runs protoc once for all contracts and all kinds of output."""
    import google.rpc
    import grpc_tools

    (out / IMAGE).parent.mkdir(parents=True)
    validate_set = scratch / "validate.binpb"
    validate_set.write_bytes(_validate_descriptor_set())
    shared = Path(next(iter(google.rpc.__path__))).parent.parent
    well_known = Path(next(iter(grpc_tools.__path__)), "_proto")
    command = [sys.executable, "-m", "grpc_tools.protoc"]
    command += [f"--proto_path={folder}" for folder in (source, shared, well_known)]
    command += [f"--descriptor_set_in={validate_set}"]
    command += [f"--plugin=protoc-gen-mypy_grpc={_find_plugin()}"]
    command += [f"--{kind}_out={out}" for kind in ("python", "pyi", "grpc_python")]
    command += [f"--mypy_grpc_out=quiet:{out}"]
    command += [f"--descriptor_set_out={out / IMAGE}", "--include_imports", "--include_source_info"]
    command += [VALIDATE_PROTO, *(path.relative_to(source).as_posix() for path in protos)]
    if subprocess.run(command, check=False).returncode != 0:
        raise GenerationError("protoc refused the contracts")


def _validate_descriptor_set() -> bytes:
    """Encodes a FileDescriptorSet with the one file that the installed protovalidate was built from."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
    from protovalidate import ViolationPb

    file = FileDescriptorProto.FromString(ViolationPb.desc().file.proto.to_binary())
    if file.name != VALIDATE_PROTO:
        raise GenerationError(f"protovalidate describes {file.name!r} instead of {VALIDATE_PROTO!r}")
    return FileDescriptorSet(file=[file]).SerializeToString()


def _find_plugin() -> str:
    """Finds the plugin beside the interpreter, or on the path that a build front end prepared."""
    search = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    plugin = shutil.which("protoc-gen-mypy_grpc", path=search)
    if plugin is None:
        raise GenerationError("protoc-gen-mypy_grpc is missing: install mypy-protobuf")
    return plugin


def _complete(out: Path) -> None:
    """Removes the service stubs of files without a service and marks every generated package as typed."""
    for stub in out.rglob("*_pb2_grpc.py"):
        if "Servicer" not in stub.read_text(encoding="utf-8"):
            stub.unlink()
            stub.with_suffix(".pyi").unlink(missing_ok=True)
    for folder in {module.parent for module in out.rglob("*_pb2.py")}:
        (folder / "py.typed").touch()


def _replace(fresh: Path, target: Path) -> None:
    """Moves the files that differ into place, the stamp last, and deletes what is no longer generated."""
    files = {path.relative_to(fresh) for path in _list_files(fresh)}
    for relative in sorted(files, key=lambda path: path.name == STAMP):
        place = target / relative
        if not place.is_file() or place.read_bytes() != (fresh / relative).read_bytes():
            place.parent.mkdir(parents=True, exist_ok=True)
            (fresh / relative).replace(place)
    for path in _list_files(target):
        if path.relative_to(target) not in files:
            path.unlink()
    folders = {folder for relative in files for folder in relative.parents}
    for path in [path for path in target.rglob("*") if path.is_dir()]:
        relative = path.relative_to(target)
        if relative not in folders and path.name != "__pycache__" and not relative.parts[0].startswith(SCRATCH):
            shutil.rmtree(path, ignore_errors=True)


def _list_files(folder: Path) -> list[Path]:
    """Lists what was generated into a folder, leaving out byte code and folders still being written."""
    found = []
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and "__pycache__" not in parts and not parts[0].startswith(SCRATCH):
            found.append(path)
    return found


class StubsHook(BuildHookInterface[Any]):
    """Generates the stubs before a build and puts them into the wheel beside the handwritten packages."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Generates the stubs and lists them for the wheel.

        Args:
            version: The kind of build; an editable one reads the generated folder in place.
            build_data: What hatchling knows of the build; the generated files are added to it.
        """
        target = generate(Path(self.root))
        if version == "editable":
            return
        for path in _list_files(target):
            relative = path.relative_to(target)
            if relative.name != STAMP:
                build_data["force_include"][str(path)] = relative.as_posix()


if __name__ == "__main__":
    try:
        generate(Path(__file__).resolve().parent)
    except GenerationError as error:
        sys.exit(f"stubs: {error}")
