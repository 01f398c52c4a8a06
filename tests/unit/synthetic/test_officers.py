"""Officers: those whom texts and examples name, with what their posts need and nothing more."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from services.chassis.policy import Contracts
from services.codes.courts import COURTS, find_court
from services.codes.jurisdiction import Jiangxi
from services.synthetic import SCENARIO, Province
from services.synthetic.officers import COURT_LIAISONS, HANDLERS, POLICE_LIAISONS
from xiezhi.pki import ISSUERS, SYSTEMS
from xiezhi.proof.statement import Rank

LOOKUP = "identity.household.lookup"
POST_OF_LIAISONS = "vehicle.sighting.liaison"
POSTS_OF_LIAISONS = {POST_OF_LIAISONS, "referral.liaison", "coordination.liaison"}
POSTS_OF_EXIT_NOTICES = {"exit.notice.liaison", "exit.notice.command"}
"""No method asks for them: they tell whose notices the holder watches."""
OFFICERS = {officer.officer_id: officer for officer in Province(2018).officers()}


def test_ids_are_unique_and_as_the_contract_has_them():
    assert len(OFFICERS) == len(Province(2018).officers())
    assert all(re.fullmatch("[A-Z0-9][A-Z0-9-]{2,31}", officer_id) for officer_id in OFFICERS)


def test_ids_and_posts_are_the_same_in_every_province():
    other = {officer.officer_id: officer for officer in Province(1).officers()}
    assert list(other) == list(OFFICERS)
    assert all(other[key].permissions == OFFICERS[key].permissions for key in OFFICERS)
    assert [o.name for o in other.values()] != [o.name for o in OFFICERS.values()]


def test_permissions_are_those_of_the_contracts():
    declared = {method.policy.permission for method in Contracts.load() if method.policy.permission}
    held = {permission for officer in OFFICERS.values() for permission in officer.permissions}
    assert held == declared | POSTS_OF_LIAISONS | POSTS_OF_EXIT_NOTICES


@pytest.mark.parametrize(
    ("officer_id", "court", "rank"),
    [
        ("GAN0102-J001", "赣0102", Rank.JUDGE),
        ("GAN0102-J002", "赣0102", Rank.JUDGE),
        ("GAN0102-C001", "赣0102", Rank.DIVISION_CHIEF),
        ("GAN0102-P001", "赣0102", Rank.PRESIDENT),
        ("GAN01-P001", "赣01", Rank.PRESIDENT),
        ("GAN-P001", "赣", Rank.PRESIDENT),
        ("GAN0702-J001", "赣0702", Rank.JUDGE),
        ("GAN7101-J001", "赣7101", Rank.JUDGE),
        ("GAN0102-R001", "赣0102", None),
        ("AUDIT-A001", "赣", None),
        ("GAN-E001", "赣", None),
        ("GAN-L001", "赣", Rank.CLERK),
        ("POL360100-T001", "360100620000", None),
        ("POL360000-X001", "360000610000", None),
        ("POL360000-K001", "360000610000", None),
        ("POL360100-W001", "360100630000", None),
        ("POL360000-O001", "360000000000", None),
        ("GAN01-V001", "赣01", Rank.VICE_PRESIDENT),
        ("POL360100-E001", "360100000000", None),
        ("POL360000-B001", "360000640000", None),
        ("POL360102-I001", "360102000000", None),
        ("POL360102-C001", "360102000000", Rank.DIVISION_CHIEF),
        ("POL360103-I001", "360103000000", None),
        ("GAN-S001", "赣", None),
        ("POL360000-S001", "360000000000", None),
    ],
)
def test_those_whom_texts_name_are_there(officer_id, court, rank):
    officer = OFFICERS[officer_id]
    assert (officer.organisation, officer.rank) == (court, rank)


def test_who_acts_in_the_scenario_may_do_so():
    assert LOOKUP in OFFICERS[SCENARIO.judge].permissions
    assert LOOKUP in OFFICERS[SCENARIO.colleague].permissions
    assert "approval.decide" in OFFICERS[SCENARIO.approver].permissions
    assert {"ledger.head", "ledger.read"} <= set(OFFICERS[SCENARIO.auditor].permissions)


def test_sightings_go_to_the_command_centre_and_both_liaisons_and_to_nobody_else():
    watching = {key for key, officer in OFFICERS.items() if "vehicle.sighting.watch" in officer.permissions}
    assert watching == {"GAN-E001", "GAN-L001", "GAN-L002", "POL360000-L001"}
    liaisons = {key for key, officer in OFFICERS.items() if POST_OF_LIAISONS in officer.permissions}
    assert liaisons == watching - {"GAN-E001"}


@pytest.mark.parametrize(
    ("permission", "letters"),
    [
        ("vehicle.check", "TX"),
        ("vehicle.check.stream", "K"),
        ("vehicle.violation.clear", "W"),
    ],
)
def test_each_post_of_the_traffic_police_has_its_own_task(permission, letters):
    holders = [officer for officer in OFFICERS.values() if permission in officer.permissions]
    assert {officer.officer_id.partition("-")[2][0] for officer in holders} == set(letters)
    assert all(officer.agency == "police" and officer.permissions == (permission,) for officer in holders)


@pytest.mark.parametrize(
    ("permission", "holders"),
    [
        ("exit.counter.check", {SCENARIO.counter_officer}),
        ("exit.counter.copy", {SCENARIO.counter_officer}),
        ("exit.history.read", {SCENARIO.counter_officer, SCENARIO.border_officer}),
        ("border.check", {SCENARIO.border_officer}),
        ("border.check.stream", {SCENARIO.border_officer}),
        ("referral.handle", {"POL360102-I001", "POL360102-C001", "POL360103-I001", "POL360103-C001"}),
        ("referral.decide", {"POL360102-C001", "POL360103-C001"}),
        ("referral.supervise", {SCENARIO.court_supervisor, SCENARIO.police_supervisor}),
        ("referral.calendar", {SCENARIO.court_supervisor, SCENARIO.police_supervisor}),
        ("dispute.settle", {SCENARIO.court_supervisor, SCENARIO.police_supervisor}),
        ("coordination.operate", {"POL360000-O001"}),
        ("exit.operate", {"POL360000-O001"}),
        ("referral.operate", {"POL360000-O001"}),
        ("vehicle.operate", {"POL360000-O001"}),
    ],
)
def test_exits_and_referrals_are_the_task_of_those_who_have_it(permission, holders):
    assert {key for key, officer in OFFICERS.items() if permission in officer.permissions} == holders


def test_a_rank_of_the_police_gives_no_voice_in_a_court():
    ranked = [officer for officer in OFFICERS.values() if officer.agency == "police" and officer.rank is not None]
    assert {officer.officer_id for officer in ranked} == {"POL360102-C001", "POL360103-C001"}
    assert not any(officer.signs or "approval.read" in officer.permissions for officer in ranked)


def test_who_is_superior_may_approve_for_the_scenarios_court():
    superior = OFFICERS[SCENARIO.superior_approver]
    assert superior.signs
    assert Jiangxi().is_same_or_superior(superior.organisation, of="赣0102")
    assert "approval.decide" in superior.permissions


def test_only_judges_look_up_and_only_their_superiors_decide():
    for officer in OFFICERS.values():
        for permission in (LOOKUP, "vehicle.lookup", "vehicle.seizure.register", "vehicle.seizure.read"):
            assert (permission in officer.permissions) is (officer.rank is Rank.JUDGE)
        decides = officer.signs and officer.rank >= Rank.DIVISION_CHIEF
        assert ("approval.decide" in officer.permissions) is decides


def test_every_court_has_two_liaisons_and_they_look_nothing_up():
    liaisons = [officer for officer in OFFICERS.values() if "-L" in officer.officer_id and officer.agency == "courts"]
    courts = {officer.organisation for officer in OFFICERS.values() if officer.agency == "courts"}
    assert Counter(officer.organisation for officer in liaisons) == dict.fromkeys(courts, 2)
    assert {officer.officer_id: officer.organisation for officer in liaisons} == dict(COURT_LIAISONS)
    assert not any(LOOKUP in officer.permissions for officer in liaisons)


def test_the_liaisons_of_the_police_have_a_department_each():
    assert all(OFFICERS[officer].organisation == unit for officer, (unit, _) in POLICE_LIAISONS.items())
    posts = Counter(POLICE_LIAISONS.values())
    assert set(posts.values()) == {1}
    assert {unit for unit, _ in posts} == {"360000000000", "360100000000", "360102000000"}
    assert len(posts) == 18


def test_all_belong_to_organisations_of_the_province_and_to_systems_that_there_are():
    for officer in OFFICERS.values():
        assert Jiangxi().includes(officer.organisation)
        assert officer.agency in ISSUERS
        assert officer.system in SYSTEMS
        assert (officer.agency == "courts") is (find_court(officer.organisation) is not None)
    assert {c.code for c in COURTS.values() if len(c.code) == 3} <= {o.organisation for o in OFFICERS.values()}


def test_credentials_are_ones_own_and_telephones_nobodys():
    cards = [officer.work_card for officer in OFFICERS.values()]
    assert len(set(cards)) == len(cards)
    assert all(officer.enforcement_card for officer in OFFICERS.values() if LOOKUP in officer.permissions)
    for officer in OFFICERS.values():
        assert re.fullmatch("0791-0[0-9]{7}", officer.phone)
        assert 1 <= len(officer.name) <= 50


def test_handlers_are_the_judges():
    judges = [(o.organisation, o.officer_id) for o in OFFICERS.values() if o.rank is Rank.JUDGE]
    assert sorted(HANDLERS) == sorted(judges)
