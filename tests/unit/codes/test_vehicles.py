"""The code tables of vehicles, and how statuses and colours are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.errors import CodeError
from services.codes.vehicles import (
    COLOURS,
    OWNER_CERTIFICATES,
    PLATE_TYPES,
    STATUSES,
    USES,
    VEHICLE_TYPES,
    Name,
    parse_colours,
    parse_statuses,
)

TABLES = (PLATE_TYPES, COLOURS, STATUSES, USES, OWNER_CERTIFICATES, VEHICLE_TYPES)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_cannot_be_changed_and_names_everything_twice(table):
    with pytest.raises(TypeError):
        table["00"] = Name("某", "x")
    for code, name in table.items():
        assert code.isascii()
        assert not name.chinese.isascii()
        assert name.english.isascii()
        assert name.english == name.english.strip()
    assert len({name.chinese for name in table.values()}) == len(table)


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (PLATE_TYPES, [f"{n:02d}" for n in (*range(1, 28), 31, 32, 41, 42, 43, 51, 52, 99)]),
        (COLOURS, list("ABCDEFGHIJZ")),
        (STATUSES, list("ABCDEFGHIJKLMNOPQ")),
        (USES, list("ABCDEFGHIJKLMNOPQRSTU")),
        (OWNER_CERTIFICATES, list("ABCDEFGHIJKLMNP")),
    ],
)
def test_a_table_has_the_codes_of_the_standard(table, codes):
    assert list(table) == codes


def test_codes_that_are_easily_taken_for_others():
    assert STATUSES["K"].chinese == "查封"
    assert STATUSES["D"].chinese == "停驶"
    assert PLATE_TYPES["51"].chinese == "大型新能源汽车"
    assert PLATE_TYPES["52"].chinese == "小型新能源汽车"
    assert COLOURS["B"].chinese == "灰"
    assert VEHICLE_TYPES["K33"].chinese == "小型轿车"


@pytest.mark.parametrize("text", ["A", "K", "GK", "KG", "BEGIK", "BCDEFGHIJKLMNOPQ"])
def test_statuses_are_a_set(text):
    assert parse_statuses(text) == set(text)


@pytest.mark.parametrize("text", ["", "AK", "GKA", "GG", "g", "R", "G K", "GK\n", "Ｇ", "1"])
def test_other_statuses_are_refused(text):
    with pytest.raises(CodeError) as caught:
        parse_statuses(text)
    assert not text.strip() or text not in str(caught.value).split()


@given(st.sets(st.sampled_from("BCDEFGHIJKLMNOPQ"), min_size=1))
def test_normal_excludes_all_others(statuses):
    assert parse_statuses("".join(statuses)) == statuses
    with pytest.raises(CodeError):
        parse_statuses("A" + "".join(statuses))


@pytest.mark.clause("R-1.5")
@pytest.mark.parametrize(
    ("text", "colours"), [("A", ("A",)), ("AJ", ("A", "J")), ("JAE", ("J", "A", "E")), ("", ("Z",))]
)
def test_colours_keep_their_order_and_are_never_none(text, colours):
    assert parse_colours(text) == colours


@pytest.mark.parametrize("text", ["AA", "ABCD", "K", "a", "A B", "白"])
def test_other_colours_are_refused(text):
    with pytest.raises(CodeError):
        parse_colours(text)
