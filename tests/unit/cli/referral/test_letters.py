"""Letters of a unit as requests: valid under the contract, sealed with the own unit's seal or not at all."""

from __future__ import annotations

import protovalidate
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from tests.unit.cli.conftest import JUDGE
from xiezhi.cli.carrying import method_of
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.referral.calls import CAMPAIGNS, UNIT, full_name
from xiezhi.cli.referral.court import read_digest
from xiezhi.cli.referral.letters import Letter, own_unit
from xiezhi.cli.session import Session
from xiezhi.client import find_method

ID = "7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
LETTER = Letter(ID, [0, 2], "洪公（刑）意字〔2026〕1号", ("证据不足",))


def test_both_ways_to_give_it_are_what_the_contract_admits_and_name_methods_that_exist() -> None:
    for request in (LETTER.feedback(b"%PDF"), LETTER.opinion(b"%PDF")):
        protovalidate.validate(request)
        assert request.name == f"referrals/{ID}"
        assert list(request.suspects) == [0, 2]
        assert find_method(method_of(UNIT, request))
    assert list(LETTER.opinion(b"%PDF").reasons) == ["证据不足"]


def test_a_receipt_is_about_no_suspect_and_says_when() -> None:
    when = Timestamp(seconds=1_700_000_000)
    request = Letter(ID, (), "洪公（刑）回字〔2026〕1号").reception(b"%PDF", when)
    protovalidate.validate(request)
    assert (request.receipt_number, request.sign_time, request.receipt_pdf) == (
        "洪公（刑）回字〔2026〕1号",
        when,
        b"%PDF",
    )
    assert find_method(method_of(UNIT, request))


def test_each_request_has_a_key_of_its_own() -> None:
    assert LETTER.feedback(b"").request_id != LETTER.feedback(b"").request_id


def test_the_seal_is_that_of_the_officers_own_organisation(home: Home) -> None:
    assert own_unit(Session(home, Output(as_json=True), officer_id=JUDGE.officer_id)) == JUDGE.organisation
    with pytest.raises(CommandError, match="no development seal"):
        own_unit(Session(home, Output(as_json=True), officer_id="POL360102-I999"))


def test_names_are_completed_and_asked_for() -> None:
    assert full_name(ID) == full_name(f"referrals/{ID}") == f"referrals/{ID}"
    assert full_name(ID, CAMPAIGNS) == f"campaigns/{ID}"
    with pytest.raises(CommandError, match="Nothing is named"):
        full_name("")


def test_a_digest_is_64_hexadecimal_digits() -> None:
    assert read_digest("AB" * 32) == bytes([0xAB] * 32)
    for text in ("", "ab", "zz" * 32, "ab" * 33):
        with pytest.raises(CommandError, match="SHA-256"):
            read_digest(text)
