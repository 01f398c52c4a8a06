"""The package builds as a wheel that works by itself: stubs, types, migrations and contracts are in it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
USE = """
import gateway.app, services.identity.app, xiezhi.client
from services.chassis.migrations import head
from services.chassis.policy import Contracts
from xiezhi.client import list_methods
assert xiezhi.client.__file__.startswith({site!r}), xiezhi.client.__file__
assert {{method.full_name for method in list_methods()}} <= {{method.full_name for method in Contracts.load()}}
assert head("services.identity") and head("gateway")
"""


@pytest.mark.long
def test_a_wheel_is_all_that_a_system_needs(tmp_path: Path) -> None:
    build = [
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run([sys.executable, *build], check=True, timeout=120)
    (wheel,) = tmp_path.glob("xiezhi-*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        packed.extractall(site)
    for needed in ("client/py.typed", "identity/v1/identity_pb2.pyi", "identity/v1/identity_pb2_grpc.pyi"):
        assert f"xiezhi/{needed}" in names
    used = [sys.executable, "-c", USE.format(site=str(site))]
    subprocess.run(used, check=True, timeout=60, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)})
