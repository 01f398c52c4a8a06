"""Verifies the receipts of a played story's report, under Node.js as a browser does it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")

_RUN = (
    'const { verify } = require("./verify.js"); const p = JSON.parse(require("fs").readFileSync(0));'
    "Promise.all(p.receipts.map((r) => verify(r, p.log_key))).then((v) => console.log(JSON.stringify(v)));"
)


def proofs_of(page: Path) -> dict[str, Any]:
    """Returns what the page verifies."""
    found = re.search(
        r'<script id="proofs" type="application/json">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    proofs: dict[str, Any] = json.loads(found.group(1))
    return proofs


def verdicts(proofs: dict[str, Any], folder: Path) -> list[str]:
    """Returns what the page's own script says of each receipt: what is wrong, or nothing.

    Args:
        proofs: The receipts and the log's key.
        folder: Where the script is put.
    """
    script = files("xiezhi.cli.demo.report").joinpath("verify.js").read_text(encoding="utf-8")
    (folder / "verify.js").write_text(script, encoding="utf-8")
    ended = subprocess.run(
        [str(NODE), "-e", _RUN],
        input=json.dumps(proofs),
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=60,
        check=True,
    )
    found: list[str] = json.loads(ended.stdout)
    return found
