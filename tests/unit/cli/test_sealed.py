"""`xiezhi paper verify`: a court verifies a unit's letter with two files and nothing else."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.papers.letters import typeset
from tests.unit.cli.conftest import JUDGE, Run, document
from tests.unit.papers.letters.conftest import FEEDBACK, UNIT
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.sealed import seal
from xiezhi.cli.session import Session


@pytest.fixture
def session(home: Home) -> Session:
    home.keys.seals.update((UNIT,), now=datetime.now(UTC))
    return Session(home, Output(as_json=True))


@pytest.fixture
def letter(session: Session, tmp_path: Path) -> Path:
    """A feedback letter under the seal of its unit."""
    file = tmp_path / "letter.pdf"
    file.write_bytes(seal(session, typeset(FEEDBACK.letter()), organisation=UNIT))
    return file


def test_a_letter_holds_under_the_development_authority(run: Run, letter: Path) -> None:
    found = document(run("paper", "verify", str(letter), "--of", UNIT, "--json"))
    assert found["signer"] == UNIT
    assert found["sha256"] == hashlib.sha256(letter.read_bytes()).hexdigest()


def test_a_letter_holds_under_files_of_an_authority(run: Run, letter: Path, home: Home, tmp_path: Path) -> None:
    seals = home.keys.seals
    files = ("--authority", str(seals.authority_file), "--revocations", str(seals.revocation_file))
    result = run("--home", str(tmp_path / "nothing"), "paper", "verify", str(letter), "--of", UNIT, *files)
    assert result.exit_code == 0
    assert "All seals hold" in result.stdout


def test_what_it_prints_names_nobody(run: Run, letter: Path) -> None:
    printed = run("paper", "verify", str(letter), "--of", UNIT).output
    assert not any(one.suspect in printed for one in FEEDBACK.filed)


def test_a_letter_altered_by_a_byte_is_refused(run: Run, letter: Path) -> None:
    content = bytearray(letter.read_bytes())
    content[content.index(b"stream") + 100] ^= 1
    letter.write_bytes(content)
    result = run("paper", "verify", str(letter), "--of", UNIT)
    assert result.exit_code == 1
    assert "DOCUMENT_ALTERED" in result.output


@pytest.mark.parametrize(
    ("organisation", "reason"), [("360103000000", "SEAL_OF_ANOTHER_UNIT"), ("赣0102", "SEAL_OF_ANOTHER_COURT")]
)
def test_the_seal_of_another_is_refused(run: Run, letter: Path, organisation: str, reason: str) -> None:
    result = run("paper", "verify", str(letter), "--of", organisation)
    assert result.exit_code == 1
    assert reason in result.output


@pytest.mark.parametrize(
    "files", [("--authority", "missing.crt"), ("--authority", "missing.crt", "--revocations", "missing.crl")]
)
def test_an_authority_without_its_files_verifies_nothing(run: Run, letter: Path, files: tuple[str, ...]) -> None:
    result = run("paper", "verify", str(letter), "--of", UNIT, *files)
    assert result.exit_code == 1
    assert "--revocations" in result.output


def test_a_missing_document_is_told(run: Run, session: Session, tmp_path: Path) -> None:
    assert "cannot be read" in run("paper", "verify", str(tmp_path / "none.pdf"), "--of", UNIT).output


def test_an_organisation_without_a_seal_seals_nothing(session: Session) -> None:
    with pytest.raises(CommandError, match="no seal"):
        seal(session, b"", organisation="360199000000")
    assert seal(session, typeset(FEEDBACK.letter()), organisation=JUDGE.organisation)
