"""The README and its Chinese twin tell the same settings, commands and parties."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xiezhi.cli.kinds import settings_kinds

ROOT = Path(__file__).resolve().parents[2]
ENGLISH, CHINESE = (
    (ROOT / name).read_text(encoding="utf-8").replace("、", ", ") for name in ("README.md", "README.zh.md")
)


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("settings", r"^\| `([a-z_.]+)"),
        ("commands", r"^(?:xiezhi|make) [a-z]+(?: [a-z-]+)?"),
        ("headings", r"^(#+) "),
        ("what a table has", r"^(\|) "),
    ],
)
def test_both_tell_the_same(what: str, form: str) -> None:
    english, chinese = (re.findall(form, text, re.MULTILINE) for text in (ENGLISH, CHINESE))
    assert english, what
    assert english == chinese


@pytest.mark.parametrize("process", settings_kinds())
def test_every_setting_of_a_process_is_told(process: str) -> None:
    rows = re.findall(r"^\| (`[^|]+)", ENGLISH, re.MULTILINE)
    told = {name.split(".")[0] for row in rows for name in re.findall(r"`([a-z_.]+)", row)}
    assert set(settings_kinds()[process].model_fields) <= told
