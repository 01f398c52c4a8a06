"""Nothing personal is left anywhere (invariant 7): each file, span, metric and error after stories and refusals.

And who is not the subject of a measure leaves no trace by being checked (invariant 9).
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from services.chassis.sealing import Keyring
from services.exit_restriction.border.keys import border_key
from services.vehicle.checks.keys import check_key
from tests.e2e.crossing import APPLICANT, CROSSED, CROSSED_AT, CROSSED_BY, CROSSED_WITH
from tests.e2e.leaving import Left, leave
from tests.e2e.passing import PASSED, PASSED_AT, PASSED_VIN, PASSED_WITH
from tests.e2e.running import copy_home
from tests.e2e.sweeping import Finding, Secret, sweep, write_forms
from xiezhi.cli.home import Home

SHOWN = ("logs/", "traces/", "run/", "config/", "metrics", "errors")
"""Places that operators and callers see: not even officers, courts and cases are named there."""


@pytest.fixture(scope="module")
def left(template: Home, tmp_path_factory: pytest.TempPathFactory) -> Left:
    return leave(copy_home(template, tmp_path_factory.mktemp("swept")))


def _report(found: Iterable[Finding]) -> str:
    return "\n".join(f"{one.secret} ({one.form}) in {one.place} at {one.position}" for one in found)


@pytest.mark.clause("R-5.1")
def test_nothing_personal_is_left_anywhere(left: Left) -> None:
    assert {"data/gateway.db", "data/identity.db", "data/ledger.db", "logs/gateway.log"} <= left.places.keys()
    assert any(name.startswith("traces/") and raw.count(b"\n") > 100 for name, raw in left.places.items())
    found = sweep(left.places, [*left.personal, *left.control.personal, *left.crossing.personal])
    assert not found, _report(found)


def test_where_operators_and_callers_look_nobody_and_no_case_is_named(left: Left) -> None:
    places = {name: raw for name, raw in left.places.items() if name.startswith(SHOWN)}
    assert len(places) > 10
    found = sweep(places, left.official)
    assert not found, _report(found)


def test_the_sweep_finds_what_the_judge_was_told(left: Left) -> None:
    """Without this the test above would pass with a sweep that finds nothing."""
    told = {finding.secret.rpartition(" ")[0] for finding in sweep({"answers": left.answers}, left.personal)}
    assert told == {
        "address",
        "birth and sequence",
        "document number",
        "household number",
        "id number",
        "id number without its check character",
        "name",
        "photo",
    }


def test_the_sweep_finds_what_was_told_of_vehicles(left: Left) -> None:
    told = {
        finding.secret.rpartition(" ")[0] for finding in sweep({"answers": left.control.told}, left.control.personal)
    }
    assert told == {secret.kind for secret in left.control.personal}


def test_the_sweep_finds_what_was_told_of_who_is_restricted(left: Left) -> None:
    told = {
        finding.secret.rpartition(" ")[0] for finding in sweep({"answers": left.crossing.told}, left.crossing.personal)
    }
    assert told == {secret.kind for secret in left.crossing.personal} - {"document"}


@pytest.mark.clause("R-5.3")
def test_a_traveller_who_is_not_listed_leaves_nothing(left: Left, template: Home) -> None:
    assert {"data/exit_restriction.db", "logs/exit_restriction.log"} <= left.places.keys()
    found = sweep(left.places, _crossed(template))
    assert not found, _report(found)
    page = left.places["metrics of exit_restriction"].decode()
    counted = [line for line in page.splitlines() if line.startswith("xiezhi_border_numbers_total ")]
    assert [float(line.rpartition(" ")[2]) for line in counted] == [left.crossing.checked]


@pytest.mark.clause("R-5.3")
def test_what_hits_nothing_leaves_nothing(left: Left, template: Home) -> None:
    assert {"data/vehicle.db", "vehicle.db-wal while it runs", "logs/vehicle.log"} <= left.places.keys()
    found = sweep(left.places, _passed(template))
    assert not found, _report(found)


def test_only_a_count_is_left_of_it(left: Left) -> None:
    page = left.places["metrics of vehicle"].decode()
    counted = [line for line in page.splitlines() if line.startswith("xiezhi_check_plates_total ")]
    assert [float(line.rpartition(" ")[2]) for line in counted] == [left.control.checked]


def _passed(home: Home) -> list[Secret]:
    """Returns what was sent of cars that nobody seeks, in every form in which a program could keep it."""
    key = check_key(Keyring.load(home.keys.keyring_file("vehicle"))).key
    hashes = [Secret(kind, value) for plate in (*PASSED, PASSED_WITH) for kind, value in _hashes(key, plate)]
    plates = [Secret.text("plate", plate) for plate in (*PASSED, PASSED_WITH)]
    return [*hashes, *plates, Secret.text("VIN", PASSED_VIN), *(Secret.text("place", place) for place in PASSED_AT)]


def _crossed(home: Home) -> list[Secret]:
    """Returns what was sent of people whom nobody seeks or restricts, in every form."""
    key = border_key(Keyring.load(home.keys.keyring_file("exit_restriction"))).key
    numbers = (*CROSSED, CROSSED_WITH, CROSSED_BY, APPLICANT.debtor_number)
    hashes = [Secret(kind, value) for number in numbers for kind, value in _hashes(key, number)]
    texts = (*numbers, APPLICANT.debtor_name, *CROSSED_AT)
    return [*hashes, *(Secret.text("what was shown", text) for text in texts)]


def _hashes(key: bytes, plate: str) -> Iterator[tuple[str, bytes]]:
    mac = CMAC(AES(key))
    mac.update(plate.encode())
    packed = mac.finalize()[:8]
    yield "hash", packed
    yield "hash, little-endian", packed[::-1]
    for form in (">Q", ">q"):
        yield "hash in decimal", str(struct.unpack(form, packed)[0]).encode()


def test_the_sweep_finds_every_writing_of_a_value() -> None:
    secret = Secret.text("name", "周砚之")
    for form, written in write_forms(secret.value).items():
        (found, *_) = sweep({"somewhere": b"before " + written + b" after"}, [secret])
        assert (found.place, found.secret) == ("somewhere", secret.name), form
    for before in (b"", b"a", b"ab"):
        encoded = base64.b64encode(before + secret.value + b"and more")
        assert sweep({"somewhere": encoded}, [secret])


def test_the_ledger_names_officers_and_nobody_else(left: Left) -> None:
    assert sweep({"entries": left.places["ledger entries"]}, left.official)
