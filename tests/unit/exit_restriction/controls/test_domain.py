"""Files of people under control, and who of the register a court means."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.exit_restriction.controls.domain import HandedOver, keys_of, settle
from services.exit_restriction.domain import ControlState, Lifted
from services.exit_restriction.registry.domain import Named, Subject
from tests.unit.exit_restriction.sought import control, file_of
from tests.unit.exit_restriction.told import NANCHANG
from tests.unit.exit_restriction.travellers import NOW, naming, number, passport, person
from xiezhi.errors import Reason

ONE = person(1)
NAMED_ONLY = Subject(-5, ("别人",), ONE.numbers, ())


def subject(someone):
    return Subject.of(someone)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), None),
        ((NAMED_ONLY,), None),
        ((subject(ONE),), subject(ONE)),
        ((subject(ONE), NAMED_ONLY), subject(ONE)),
        ((subject(person(2, names=("别人",))),), Reason.PERSON_NAME_MISMATCH),
        ((subject(ONE), subject(person(2, names=("别人",)))), Reason.PERSON_AMBIGUOUS),
        ((subject(ONE), subject(person(2, names=ONE.names))), Reason.PERSON_AMBIGUOUS),
        ((subject(person(1, is_deceased=True)),), Reason.PERSON_DECEASED),
    ],
)
def test_a_name_only_confirms_who_has_the_number(found, expected):
    assert settle(naming(ONE), found) == expected


def test_a_person_has_all_numbers_that_a_court_gives():
    citizen = HandedOver("测试1", 1, number(1), document_numbers=("E12345678", number(1)))
    assert citizen.numbers == (number(1), "E12345678")
    assert citizen.named == Named("测试1", (number(1),), ("E12345678", number(1)))
    foreigner = HandedOver("TEST", 5, "GBR123456789", is_passport=True, document_numbers=("GBR987654321",))
    assert foreigner.named == Named("TEST", (), ("GBR123456789", "GBR987654321"))
    assert keys_of(foreigner, -3) == {"GBR123456789", "GBR987654321", "#-3"}
    assert "GBR" not in repr(foreigner)


def test_a_file_knows_all_numbers_and_is_sought_while_any_control_is_open():
    first, second = control(ONE, documents=("W12345678",)), control(ONE, court=NANCHANG)
    file = file_of(ONE, first, second)
    assert file.numbers == {*ONE.numbers, passport(1).number, "W12345678"}
    at = NOW + timedelta(days=1)
    for record, is_sought in ((first, True), (second, False)):
        file = file.followed_by(Lifted(record.control_id, at))
        assert file.is_sought(at) is is_sought
        assert file.shown(record.control_id, at).standing.state is ControlState.LIFTED
    assert file.is_sought(at - timedelta(seconds=1))
    added = control(ONE, serial=2, at=at)
    assert file.with_control(added).is_sought(at)
