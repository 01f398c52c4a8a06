"""Vehicles as options and files name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiezhi.cli.output import CommandError
from xiezhi.cli.plates import read_vehicles

VIN = "LTSTAA004G9900001"


@pytest.mark.parametrize(
    ("text", "vehicle"),
    [
        ("赣A12345:02", ("赣A12345", "02", "")),
        (f"赣AD12345:52:{VIN}", ("赣AD12345", "52", VIN)),
        (f" 赣A12345,02,{VIN} ", ("赣A12345", "02", VIN)),
    ],
)
def test_a_vehicle_is_read(text: str, vehicle: tuple[str, str, str]) -> None:
    (read,) = read_vehicles([text])
    assert (read.plate, read.plate_type, read.vin) == vehicle


def test_a_file_has_one_on_each_line(tmp_path: Path) -> None:
    file = tmp_path / "fleet.txt"
    file.write_text(f"赣A20000:01\n\n赣A0001挂:15:{VIN}\n", encoding="utf-8")
    assert [vehicle.plate for vehicle in read_vehicles(["赣A12345:02"], file)] == ["赣A12345", "赣A20000", "赣A0001挂"]


@pytest.mark.parametrize("text", ["赣A12345", "赣A12345:2", "赣A12345:02:SHORT", ":02", "赣A12345:02:", ""])
def test_another_form_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_vehicles([text])
    assert "PLATE:TYPE" in refused.value.message
    assert "赣A12345" not in refused.value.message


def test_nothing_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no vehicle"):
        read_vehicles([])
    with pytest.raises(CommandError, match="cannot be read"):
        read_vehicles([], tmp_path / "missing.txt")
