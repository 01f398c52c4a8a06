"""Synthetic numbers: of the test-only division 369901, or of people born in 1890, so that nobody has them."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from services.codes.citizen_id import check_character

TODAY = date(2018, 8, 3)
CITIZENS = (
    "369901198001150011",
    "36990119800115002X",
    "369901200208020038",
    "36990120020803005X",
    "369901200208030068",
    "369901200208040071",
    "369901200402290090",
    "369901195810010111",
    "369901201808010129",
    "362201189005050035",
    "362502189012120049",
    "362101189001010014",
)
RESIDENTS_OF_HONG_KONG_MACAU_AND_TAIWAN = ("81000018900101001X", "82000018900101002X", "83000018900101003X")
FOREIGNER = "936840189001010017"
FOREIGNER_BEFORE_2023 = "CAN110180011501"
CREDIT_CODES = (
    "91360100MA35TRT701",
    "92360100MA35TRT70X",
    "11360000MA35TRT704",
    "12360100MA35TRT706",
    "51360000MA35TRT700",
    "N2360123MA35TRT70T",
    "Y1360000MA35TRT706",
)
LICENCES = ("369901600000007", "369901900000017", "369901899999996")


def numbered(first6: str, birth: date, sequence: int) -> str:
    """Makes a number with the right check character."""
    first17 = f"{first6}{birth:%Y%m%d}{sequence:03d}"
    return first17 + check_character(first17)


_SEQUENCES = st.integers(1, 999)
_OF_1890 = st.dates(date(1890, 1, 1), date(1890, 12, 31))
citizen_numbers = st.one_of(
    st.builds(numbered, st.just("369901"), st.dates(date(1900, 1, 1), TODAY), _SEQUENCES),
    st.builds(numbered, st.from_regex("[1-8][0-9]{5}", fullmatch=True), _OF_1890, _SEQUENCES),
)
foreigner_numbers = st.builds(numbered, st.from_regex("9[0-9]{5}", fullmatch=True), _OF_1890, _SEQUENCES)
