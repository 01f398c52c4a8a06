"""Cursors: they count for one addressee, and what is none is refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.feed import Delivered, cursor_at, cursor_of, read_cursor
from services.chassis.feed.cursor import _query
from services.chassis.paging import encode_token
from xiezhi.errors import Reason, XiezhiError

MADE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def cursor(number, addressee):
    return cursor_of(Delivered("id", addressee, number, "t", b"s", b"", "", MADE, None, None))


def refused(text, addressee):
    with pytest.raises(XiezhiError) as failure:
        read_cursor(text, addressee=addressee)
    return failure.value.reason is Reason.PAGE_TOKEN_INVALID


@given(number=st.integers(0, 10**18 - 1), addressee=st.text(max_size=128), other=st.text(max_size=128))
@settings(deadline=None)
def test_a_cursor_is_read_by_its_addressee_only(number, addressee, other):
    text = cursor(number, addressee)
    assert read_cursor(text, addressee=addressee) == number
    assert other == addressee or refused(text, other)


def test_a_cursor_may_stand_before_the_first_notice():
    assert read_cursor(cursor_at(0, addressee="a"), addressee="a") == 0
    assert cursor_at(7, addressee="a") == cursor(7, "a")


def test_an_empty_cursor_is_no_place():
    assert read_cursor("", addressee="a") is None


@given(st.text(min_size=1, max_size=60))
@settings(deadline=None)
def test_any_other_text_is_refused(text):
    assert refused(text, "a")


@pytest.mark.parametrize("place", ["-1", "+1", "1.0", "x", "１", "1_0", " 1", "9" * 19])
def test_a_place_that_is_no_number_is_refused(place):
    assert refused(encode_token(place, query=_query("a")), "a")
