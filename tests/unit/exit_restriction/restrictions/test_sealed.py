"""Renewals as they are kept, and as the first ones were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from services.chassis.records import write_record
from services.chassis.sealing import Keyring, Sealer
from services.exit_restriction.domain import Renewed
from services.exit_restriction.restrictions.domain import Step
from services.exit_restriction.restrictions.sealed import RestrictionSealer
from tests.unit.exit_restriction.told import JUDGE, PHONE, file_of, record, renewal_by
from tests.unit.exit_restriction.travellers import NOW

KEPT = record()
AT = NOW + timedelta(days=350)


@dataclass
class Row:
    """A row of a renewal."""

    record: bytes
    restriction_id: str = KEPT.restriction_id
    subject_id: int = KEPT.subject_id
    at: object = AT
    last_day: date = date(2020, 8, 3)


@pytest.fixture
def sealer(tmp_path):
    return Sealer(Keyring.create(tmp_path / "keys.json"))


@pytest.mark.parametrize("received", [None, AT - timedelta(seconds=2)])
def test_a_renewal_opens_as_it_was(sealer, received):
    fact = Renewed(KEPT.restriction_id, AT, date(2020, 8, 3), "160-2018", received)
    renewal, restrictions = renewal_by("GAN0102-J002"), RestrictionSealer(sealer)
    sealed = restrictions.seal_renewal(fact, renewal, subject_id=KEPT.subject_id)
    assert restrictions.open_renewal(Row(sealed)) == Step(fact, renewal)
    assert b"GAN0102" not in sealed


def test_of_the_first_renewals_the_judge_is_that_of_the_filing(sealer):
    place = f"exit.renewal:{KEPT.restriction_id}:{KEPT.subject_id}"
    sealed = sealer.seal(write_record(1, ["160-2018", 2, "（2019）之二"]), place=place)
    step = RestrictionSealer(sealer).open_renewal(Row(sealed))
    (shown,) = file_of(KEPT, later=[step]).all_shown(AT)
    assert (shown.decision_number, shown.officer_id, shown.handler.phone) == ("（2019）之二", JUDGE, PHONE)
    assert len(shown.standing.periods) == 2
