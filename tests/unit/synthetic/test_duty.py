"""The directory of the province: every judge's pair, every court's liaisons, and one pair that is left to paper."""

from __future__ import annotations

from datetime import date

from services.directory.channels import BODIES, ChannelState, Declaration, channel_at, operations_of
from services.directory.credentials import CredentialKind
from services.directory.liaisons import DEPARTMENTS, Appointment, find_faults
from services.synthetic import Province
from services.synthetic.duty import (
    CARDS,
    PAPER_COURT,
    PAPER_DEPARTMENT,
    STARTED,
    cards_of,
    liaisons_of,
    operational_pairs,
)
from services.synthetic.officers import HANDLERS

OFFICERS = Province(2018).officers()
TODAY = date(2026, 11, 24)


def test_every_judge_has_both_cards_of_the_own_court():
    cards = {(card.court_code, card.officer_id, card.kind): card for card in cards_of(OFFICERS)}
    for court, officer in HANDLERS:
        assert {kind for kind in CredentialKind if (court, officer, kind) in cards} == set(CredentialKind)
    assert all(card.number and (card.first, card.last) == (CARDS.first, CARDS.last) for card in cards.values())
    assert CARDS.last <= CARDS.first.replace(year=CARDS.first.year + 10)


def test_posts_are_filled_as_the_notice_asks():
    at_post = {}
    for post, officer, _, days in liaisons_of(OFFICERS):
        one = Appointment(officer, post, officer, is_deputy=False, on_establishment=True, days=days)
        at_post.setdefault(post, []).append(one)
    assert all(not find_faults(post, those, TODAY) for post, those in at_post.items())
    officers = [one.officer_id for those in at_post.values() for one in those]
    assert len(set(officers)) == len(officers)


def test_the_exchange_runs_everywhere_but_between_one_pair():
    declarations = [Declaration(f"{b}{p}", b, p, STARTED) for p in operational_pairs() for b in BODIES]
    operations = operations_of(declarations)

    def state(court, department):
        return channel_at(court, department, STARTED, operations=operations, outages=()).state

    assert state(PAPER_COURT, PAPER_DEPARTMENT) is ChannelState.NOT_OPERATIONAL
    for court in ("赣", "赣01", "赣0102", "赣7101", PAPER_COURT):
        for department in DEPARTMENTS:
            if (court, department) != (PAPER_COURT, PAPER_DEPARTMENT):
                assert state(court, department) is ChannelState.OPERATIONAL
