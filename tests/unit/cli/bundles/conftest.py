"""A court with a judge, two chiefs and a liaison, a police organisation with a carrier, and a request to be carried."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.bundles.exchange import FakeExchange
from tests.unit.cli.conftest import JUDGE, Run, document
from xiezhi.cli.bundles import importing
from xiezhi.cli.home import Home
from xiezhi.cli.session import Session
from xiezhi.pki import InsecureDevelopmentKeysWarning, Officer
from xiezhi.proof.statement import Rank

UNIT, OTHER_UNIT, METHOD = "360100000000", "360000000000", "/xiezhi.identity.v1.IdentityService/LookupHousehold"
CASE, REFERENCE, NUMBER, NAME = "（2026）赣0102执1号", "（2026）赣0102执报1号", "369901189001010017", "测试丁"

OTHER_JUDGE = replace(JUDGE, officer_id="GAN0102-J902")
CHIEF = replace(JUDGE, officer_id="GAN0102-C901", rank=Rank.DIVISION_CHIEF)
LIAISON = replace(JUDGE, officer_id="GAN0102-L901", rank=Rank.CLERK)
CARRIER = Officer(
    "POL3601-L901", "police", "police", UNIT, None, "测试乙", "13900000001", "P-901", "", ("paper.perform",)
)
STRANGER = replace(CARRIER, officer_id="POL3600-L901", organisation=OTHER_UNIT)
OFFICERS = (OTHER_JUDGE, CHIEF, LIAISON, CARRIER, STRANGER)

REQUEST: dict[str, Any] = {
    "context": {"case_number": CASE},
    "debtor": {
        "type": "PARTY_TYPE_NATURAL",
        "name": NAME,
        "id_type": "IDENTITY_NUMBER_TYPE_CITIZEN",
        "id_number": NUMBER,
    },
    "categories": ["CATEGORY_HOUSEHOLD"],
}


@dataclass(frozen=True)
class Carrying:
    """The steps of carrying, as commands.

    Attributes:
        run: Calls a command.
        folder: Where files lie.
    """

    run: Run
    folder: Path

    def draft(self, name: str = "one", *, judge: str = JUDGE.officer_id, **changed: str) -> Path:
        """Drafts a request without consents."""
        asked, made = self.folder / "request.json", self.folder / f"{name}.draft.json"
        asked.write_text(json.dumps(REQUEST, ensure_ascii=False), encoding="utf-8")
        options = {"--to": UNIT, "--reference": f"{REFERENCE}之{name}", "--reason": "下落不明"} | changed
        given = [part for pair in options.items() for part in pair]
        files = ("--file", str(asked), "--out", str(made))
        result = self.run("bundle", "draft", METHOD, "--as", judge, *files, *given, "--json")
        assert result.exit_code == 0, result.output
        return made

    def approved(self, name: str = "one", *, judge: str = JUDGE.officer_id) -> Path:
        """Drafts a request with the consent of a chief."""
        made = self.draft(name, judge=judge)
        reason = ("--reason", "needed", "--yes", "--json")
        result = self.run("bundle", "approve", str(made), "--as", CHIEF.officer_id, *reason)
        assert result.exit_code == 0, result.output
        return made

    def export(self, *drafts: Path, name: str = "requests") -> Path:
        """Exports drafts, without a form."""
        out = self.folder / f"{name}.bundle"
        said = ("--reference", REFERENCE, "--out", str(out), "--no-form", "--json")
        result = self.run("bundle", "export", *map(str, drafts), "--as", LIAISON.officer_id, *said)
        assert result.exit_code == 0, result.output
        return out

    def take_in(self, bundle: Path, *, form: bool = False) -> Any:
        """Imports a bundle; returns the command's result."""
        said = ("--reference", "洪公反馈1号", "--out", str(self.results), *(() if form else ("--no-form",)))
        return self.run("bundle", "import", str(bundle), "--as", CARRIER.officer_id, *said, "--json")

    @property
    def results(self) -> Path:
        """Where the results of an import lie."""
        return self.folder / "results.bundle"

    def told(self, *arguments: str) -> Any:
        """Returns what a command tells programs."""
        return document(self.run("bundle", *arguments, "--json"))


@pytest.fixture
def carrying(home: Home, run: Run, tmp_path: Path) -> Carrying:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        home.keys.create(OFFICERS, now=datetime.now(UTC))
    folder = tmp_path / "files"
    folder.mkdir()
    return Carrying(run, folder)


@pytest.fixture
def exchange(home: Home, monkeypatch: pytest.MonkeyPatch) -> FakeExchange:
    """Is called instead of a gateway."""
    made = FakeExchange(home)
    connect: Callable[..., FakeExchange] = lambda session, **_: made  # noqa: E731
    monkeypatch.setattr(Session, "connect", connect)
    monkeypatch.setattr(importing, "call_proven", made.call_proven)
    return made
