"""`xiezhi seed`: says what it did, does it once, and completes what was interrupted."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from services.chassis.sealing import Keyring
from services.identity.loader import RegistryLoader
from services.synthetic import Province, writers
from tests.unit.cli.conftest import Run, document
from xiezhi.cli.begun import PROVINCE_FILE
from xiezhi.cli.home import Home
from xiezhi.cli.layout import database_url
from xiezhi.cli.output import CommandError
from xiezhi.cli.seed import DEFAULT_FLEET, DEFAULT_SEED, count_people, seed_province

FEW = 500


def _seed(home: Home, people: int = FEW, seed: int = DEFAULT_SEED) -> int:
    return seed_province(home, people=people, seed=seed, progress=lambda done, of: None).people


def _stop(done: int, of: int) -> None:
    if done:
        raise KeyboardInterrupt


def test_the_result_is_one_document_for_programs(run: Run, home: Home) -> None:
    result = run("seed", "--people", str(FEW), "--json")
    assert result.exit_code == 0, result.output
    told = document(result)
    assert set(told) == {"seed", "people", "households", "cases", "vehicles", "travellers", "seconds"}
    assert told["seed"] == DEFAULT_SEED
    assert told["people"] == count_people(home) >= FEW
    assert 0 < told["households"] < told["people"]
    assert told["cases"] > 0


def test_a_person_reads_how_many_there_are(run: Run) -> None:
    result = run("seed", "--people", str(FEW))
    assert result.exit_code == 0
    assert re.search(r"[0-9]{3} people in [0-9]{2,3} households, with [0-9]+ cases and [0-9]+ vehicles", result.stdout)


def test_a_folder_without_anything_holds_nobody(tmp_path: Path) -> None:
    assert count_people(Home(tmp_path)) == 0
    assert not list(tmp_path.iterdir())


def test_a_folder_without_keys_gets_what_seeding_needs(tmp_path: Path) -> None:
    home = Home(tmp_path / "fresh")
    assert _seed(home) == count_people(home)
    assert not home.keys.exists


def test_again_is_the_same_and_more_is_more(home: Home) -> None:
    first = _seed(home)
    assert _seed(home) == first == count_people(home)
    assert _seed(home, 2 * FEW) == count_people(home) > first
    assert _seed(home) == first
    assert count_people(home) > first


def test_another_province_is_refused(run: Run, home: Home) -> None:
    _seed(home)
    result = run("seed", "--seed", str(DEFAULT_SEED + 1), "--json")
    assert result.exit_code == 1
    assert f"seed {DEFAULT_SEED}" in document(result)["error"]["message"]
    assert "--home" in document(result)["error"]["next_step"]


def test_what_was_interrupted_counts_as_nobody_and_is_completed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "BATCH", 100)
    with pytest.raises(KeyboardInterrupt):
        seed_province(home, people=2 * FEW, seed=DEFAULT_SEED, progress=_stop)
    assert count_people(home) == 0
    assert _seed(home) >= 2 * FEW
    assert count_people(home) >= 2 * FEW


def test_an_interrupted_command_says_how_to_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writers, "write_province", interrupted)
    result = run("seed")
    assert result.exit_code == 130
    assert "same command completes it" in result.stderr


@pytest.mark.parametrize("option", ["--identity-url", "--gateway-url", "--vehicle-url", "--exit-restriction-url"])
def test_a_database_of_no_kind_is_refused_and_its_password_not_told(run: Run, home: Home, option: str) -> None:
    result = run("seed", option, "mysql://somebody:s3cret@nowhere/x", "--json")
    assert result.exit_code == 1
    assert "postgresql+psycopg" in document(result)["error"]["message"]
    assert "s3cret" not in result.output
    assert not (home.data / PROVINCE_FILE).exists()


def test_other_databases_are_filled_instead(run: Run, home: Home, tmp_path: Path) -> None:
    urls = {
        name: f"sqlite:///{tmp_path}/{name[0]}.db" for name in ("identity", "gateway", "vehicle", "exit_restriction")
    }
    options = [word for name, url in urls.items() for word in (f"--{name.replace('_', '-')}-url", url)]
    result = run("seed", "--people", str(FEW), *options)
    assert result.exit_code == 0
    assert (tmp_path / "i.db").stat().st_size > 100_000
    assert not (home.data / "identity.db").exists()


def test_a_damaged_database_is_told_as_such(run: Run, home: Home) -> None:
    home.data.mkdir(parents=True)
    (home.data / "identity.db").write_bytes(b"this is no database" * 100)
    result = run("seed", "--json")
    assert result.exit_code == 1
    assert document(result)["error"]["reason"] == "STORE_UNAVAILABLE"


def test_a_database_of_other_people_is_told_as_such(home: Home) -> None:
    _seed(home, 1)
    with RegistryLoader(
        database_url(home, "identity"), keyring=Keyring.load(home.keys.keyring_file("identity"))
    ) as registry:
        groups = list(Province(DEFAULT_SEED).groups(FEW))
        last = groups[-1].people[-1]
        registry.add([replace(last, person=replace(last.person, person_id=999), memberships=())], (), ())
    with pytest.raises(CommandError, match="other people"):
        _seed(home)


def test_a_database_under_other_keys_is_told_as_such(run: Run, home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    _seed(other)
    result = run("seed", "--identity-url", database_url(other, "identity"), "--json")
    assert result.exit_code == 1
    assert "other keys" in document(result)["error"]["message"]


def test_too_many_people_are_refused(run: Run) -> None:
    result = run("seed", "--people", "2000000000", "--json")
    assert result.exit_code == 1
    assert "at most" in document(result)["error"]["message"]
    assert run("seed", "--people", "0").exit_code == 2


def test_the_note_says_what_is_there(home: Home) -> None:
    _seed(home)
    noted = json.loads((home.data / PROVINCE_FILE).read_text(encoding="utf-8"))
    told = {"seed": DEFAULT_SEED, "people": FEW, "complete": True, "fleet": DEFAULT_FLEET}
    told |= {"travellers": True, "directory": True}
    assert noted == told


@pytest.mark.parametrize(
    ("process", "known"),
    [
        ("vehicle", {}),
        ("exit_restriction", {"fleet": DEFAULT_FLEET}),
        ("coordination", {"fleet": DEFAULT_FLEET, "travellers": True}),
    ],
    ids=["vehicle", "exit", "directory"],
)
def test_what_was_seeded_before_there_was_a_register_counts_as_nobody_and_is_completed(
    home: Home, process: str, known: dict[str, object]
) -> None:
    people = _seed(home, 2 * FEW)
    old = {"seed": DEFAULT_SEED, "people": 2 * FEW, "complete": True, **known}
    (home.data / PROVINCE_FILE).write_text(json.dumps(old), encoding="utf-8")
    (home.data / f"{process}.db").unlink()
    assert count_people(home) == 0
    assert _seed(home) == people
    assert count_people(home) == people
    assert (home.data / f"{process}.db").exists()


def test_a_large_fleet_is_added_to_a_province_and_kept(run: Run, home: Home) -> None:
    _seed(home)
    large = document(run("seed", "--people", str(FEW), "--fleet", "60", "--json"))["vehicles"]
    again = document(run("seed", "--people", str(FEW), "--json"))["vehicles"]
    assert large == again
    assert (
        large
        - seed_province(
            Home(home.root.parent / "other"), people=FEW, seed=DEFAULT_SEED, progress=lambda done, of: None
        ).vehicles
        == 60 - DEFAULT_FLEET
    )
