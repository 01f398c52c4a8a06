"""Numbers of enforcement cases: which are read, which are refused, and that another province's are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.case_number import KINDS, CaseNumber
from services.codes.courts import COURTS
from services.codes.errors import CodeError
from services.codes.jurisdiction import Jiangxi


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("（2018）赣执复41号", (2018, "赣", "执复", 41)),
        ("(2018)赣执复41号", (2018, "赣", "执复", 41)),
        ("(2018）赣01执1号", (2018, "赣01", "执", 1)),
        ("（2026）赣0102执1234号", (2026, "赣0102", "执", 1234)),
        ("（2016）赣0191执恢99999999号", (2016, "赣0191", "执恢", 99_999_999)),
        ("（2018）赣7101执保1号", (2018, "赣7101", "执保", 1)),
        ("（2018）粤01执1号", (2018, "粤01", "执", 1)),
        ("（2018）京0105执异3号", (2018, "京0105", "执异", 3)),
        ("（2018）粤执监3号", (2018, "粤", "执监", 3)),
        ("（2018）最高法执监7号", (2018, "最高法", "执监", 7)),
    ],
)
def test_a_number_is_read_in_its_parts(text, parts):
    number = CaseNumber.parse(text)
    assert (number.year, number.court_code, number.kind, number.serial) == parts
    assert str(number) == text.replace("(", "（").replace(")", "）")
    assert number.matches(parts[1])


@pytest.mark.parametrize(
    "text",
    [
        "（2015）赣0102执1号",
        "（2006）赣0102执1号",
        "（1999）赣0102执1号",
        "（2118）赣0102执1号",
        "（218）赣0102执1号",
        "（2018）赣0102执0号",
        "（2018）赣0102执01号",
        "（2018）赣0102执号",
        "（2018）赣0102执100000000号",
        "（2018）赣0102执1",
        "（2018）赣0102执1号之一",
        "（2018）赣0102民初1号",
        "（2018）赣0102执申1号",
        "（2018）赣0102执恢保1号",
        "（2018）赣0102初1号",
        "（2018）赣1执1号",
        "（2018）赣010执1号",
        "（2018）赣01021执1号",
        "（2018）执1号",
        "（2018）01执1号",
        "（2018）X01执1号",
        "（2018）江西01执1号",
        "（2018)（赣01执1号",
        "2018赣0102执1号",
        "[2018]赣0102执1号",
        "〔2018〕赣0102执1号",
        "（２０１８）赣0102执1号",
        "（2018）赣０１０２执1号",
        "（2018）赣0102执１号",
        "（2018）赣0102执1号\n",
        " （2018）赣0102执1号",
        "（2018） 赣0102执1号",
        "（2018）赣0102执1 号",
        "（2018）赣0102执第1号",
        "(2010)洪执字第1号",
        "",
    ],
)
def test_anything_else_is_refused_without_being_repeated(text):
    with pytest.raises(CodeError) as caught:
        CaseNumber.parse(text)
    assert not text or text not in str(caught.value)


def test_a_number_before_2016_is_refused_for_its_year():
    with pytest.raises(CodeError, match="2016"):
        CaseNumber.parse("（2015）赣0102执1号")


@pytest.mark.parametrize("other", ["赣", "赣01", "赣0103", "赣01020", "粤0102", "", "赣0102\n"])
def test_a_number_is_one_of_its_own_court_only(other):
    assert not CaseNumber.parse("（2018）赣0102执1号").matches(other)


def test_a_case_of_another_province_is_refused_for_its_court_and_not_for_its_number():
    number = CaseNumber.parse("（2018）粤01执1号")
    assert number.matches("粤01")
    assert not Jiangxi().includes(number.court_code)


@given(
    st.integers(2016, 2099), st.sampled_from(sorted(COURTS)), st.sampled_from(sorted(KINDS)), st.integers(1, 99_999_999)
)
def test_what_is_read_reads_back(year, court, kind, serial):
    number = CaseNumber(year, court, kind, serial)
    assert CaseNumber.parse(str(number)) == number


@given(st.text("（）()0123456789赣粤执恢号", max_size=24))
def test_a_text_is_read_in_normal_form_or_refused(text):
    try:
        number = CaseNumber.parse(text)
    except CodeError:
        return
    assert str(number) == text.replace("(", "（").replace(")", "）")
    assert number.kind in KINDS
