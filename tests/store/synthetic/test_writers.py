"""A province in real databases: whole, once, and completed after an interruption."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.casefile.loader import CaseLoader
from services.chassis.db import Database
from services.chassis.sealing import BlindIndex, Sealer
from services.codes.ages import AgeRule
from services.exit_restriction.registry.domain import Subject
from services.identity import handlers
from services.identity.domain import Category, Debtor, IntakeError, Question, Result
from services.identity.loader import RegistryLoader
from services.identity.store import NUMBER_INDEX, SqlRegistry
from services.synthetic import SCENARIO, Province, writers
from services.synthetic.travellers import on_file

BATCH = 500
"""People of one transaction here: what is written in three transactions is small."""
PEOPLE = 2 * BATCH + 100


class Stop(Exception):
    """Ends a seeding in the middle."""


@pytest.fixture(autouse=True)
def _small_transactions(monkeypatch):
    monkeypatch.setattr(writers, "BATCH", BATCH)


def test_what_is_written_is_the_province(target):
    written = target.write(PEOPLE)
    groups = tuple(Province(2018).groups(PEOPLE))
    contents = target.contents()
    people = {r.person.person_id: r for g in groups for r in g.people}
    assert written.people == len(people) == len(contents["people"])
    assert contents["people"] == {k: ((r.person, r.memberships), r.documents) for k, r in people.items()}
    assert contents["households"] == {h.household_id: h for g in groups for h in g.households}
    assert written.households == len(contents["households"])
    cases = {(c.case_number, 1, c.handler) for g in groups for c in g.cases}
    assert contents["handlers"] == cases
    assert written.cases == len(cases)
    assert sum(photo.quarantined for photo in contents["photos"].values()) == 1
    travellers = {p.person_id: Subject.of(p) for g in groups for p in on_file(g)}
    assert contents["subjects"] == travellers
    assert written.travellers == len(travellers) > len(people) / 2


def test_writing_twice_changes_not_one_row(target):
    first = target.write(BATCH)
    before = target.rows()
    assert target.write(BATCH) == first
    assert target.rows() == before


def test_a_larger_province_leaves_the_smaller_one_as_it_is(target):
    target.write(BATCH)
    before = target.rows()
    target.write(PEOPLE)
    after = target.rows()
    assert all(before[name] <= after[name] for name in before)
    assert len(after["persons"]) > len(before["persons"])


@pytest.mark.parametrize("batches", [0, 1])
def test_an_interrupted_seeding_is_completed(make_target, batches):
    whole, broken = make_target(), make_target()
    whole.write(PEOPLE)
    seen = []

    def stop(cases):
        seen.append(cases)
        if len(seen) > batches:
            raise Stop

    with pytest.raises(Stop):
        broken.write(PEOPLE, after_cases=stop)
    assert len(broken.rows()["persons"]) < PEOPLE
    broken.write(PEOPLE)
    assert broken.contents() == whole.contents()


def test_an_interruption_between_people_and_their_cases_is_completed(make_target, monkeypatch):
    whole, broken = make_target(), make_target()
    whole.write(BATCH)
    with monkeypatch.context() as patched:
        patched.setattr(CaseLoader, "add", lambda self, cases: (_ for _ in ()).throw(Stop))
        with pytest.raises(Stop):
            broken.write(BATCH)
    assert broken.rows()["persons"]
    assert not broken.rows()["cases"]
    broken.write(BATCH)
    assert broken.contents() == whole.contents()


def test_progress_is_told_to_the_end(target):
    told = []
    written = target.write(PEOPLE, report=lambda done, of: told.append((done, of)))
    assert told[0] == (0, PEOPLE)
    assert told[-1] == (written.people, written.people)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(done <= of for done, of in told)
    assert len(told) == 4


def test_somebody_else_under_a_number_of_the_province_stops_the_seeding(target):
    record = next(Province(2018).groups(1)).people[0]
    other = replace(record, person=replace(record.person, person_id=999), memberships=())
    with RegistryLoader(target.identity, keyring=target.registry_keys) as registry:
        registry.add([other], (), ())
    with pytest.raises(IntakeError):
        target.write(BATCH)
    assert len(target.rows()["persons"]) == 1


async def test_the_scenarios_debtor_is_found_as_a_judge_would(target):
    target.write(1)
    database = Database.open(target.identity)
    try:
        index = BlindIndex(target.registry_keys, NUMBER_INDEX)
        registry = SqlRegistry(database, sealer=Sealer(target.registry_keys), index=index)
        question = Question(frozenset(Category), include_historic=False, as_of=datetime.now(UTC).date())
        debtor = Debtor(SCENARIO.debtor_name, SCENARIO.debtor_number)
        answer = await handlers.lookup_household(debtor, question, registry=registry, rule=AgeRule.CIVIL_BIRTHDAY)
    finally:
        database.close()
    assert answer.members_result.result is Result.HIT
    assert answer.photos_result.result is Result.HIT
    assert answer.exit_documents_result.result is Result.HIT
    assert len(answer.household.members) == 5
