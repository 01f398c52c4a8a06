"""What people see of entries, restrictions, counters, hits and notices."""

from __future__ import annotations

import io

import pytest
from google.type import date_pb2
from rich.console import Console, RenderableType

from xiezhi.cli.border.views import check_view, outcomes_view
from xiezhi.cli.exits.bulk import outcomes_view as items_outcomes_view
from xiezhi.cli.exits.bulk import upload_view
from xiezhi.cli.exits.notices import notice_view
from xiezhi.cli.exits.views import (
    decision_view,
    entries_view,
    past_view,
    release_view,
    removal_view,
    restrictions_view,
)
from xiezhi.exit_restriction.v1 import border_pb2, control_pb2, counter_pb2, hit_pb2, listing_pb2, notice_pb2
from xiezhi.exit_restriction.v1 import restriction_pb2 as restrictions

DAY = date_pb2.Date(year=2027, month=1, day=31)
RESTRICTION = restrictions.Restriction(
    name="restrictions/1",
    court_code="赣0102",
    decision_number="之一",
    state=restrictions.RESTRICTION_STATE_ACTIVE,
    terms=[restrictions.Term(start_date=DAY, end_date=DAY, rule_version="160-2018")],
    renewal_opens_date=DAY,
    level=restrictions.FILING_LEVEL_PREFECTURE,
    release_proposed=True,
)
ENTRY = listing_pb2.Entry(
    name="entries/1",
    state=listing_pb2.ENTRY_STATE_PUBLISHED,
    end_date=DAY,
    outcome=listing_pb2.EntryOutcome(forwarding=listing_pb2.FORWARDING_LIST_ONLY, reasons=["EXIT_DECISION_MISSING"]),
)
HIT = hit_pb2.BorderHit(
    name="hits/1",
    port="测试口岸",
    direction=hit_pb2.TRAVEL_DIRECTION_EXIT,
    requirement=hit_pb2.CONTROL_REQUIREMENT_MONITOR,
    action=hit_pb2.BORDER_ACTION_LET_PASS,
    person_name="测试乙",
)


def shown(view: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=160)
    console.print(view)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (entries_view([ENTRY]), ("PUBLISHED", "LIST_ONLY", "EXIT_DECISION_MISSING", "entries/1", "2027-01-31")),
        (entries_view([]), ("No entries",)),
        (restrictions_view([RESTRICTION]), ("ACTIVE", "prefecture level", "Term 0", "from 2027-01-31", "proposed")),
        (restrictions_view([]), ("No restrictions",)),
        (
            removal_view(listing_pb2.RemoveEntryResponse(entry=ENTRY, proposed_releases=["restrictions/1"])),
            ("xiezhi exit release restrictions/1",),
        ),
        (
            release_view(restrictions.ReleaseRestrictionResponse(restriction=RESTRICTION, already_ended=True)),
            ("had ended before",),
        ),
        (
            decision_view(
                counter_pb2.CheckApplicationResponse(
                    decision=counter_pb2.APPLICATION_DECISION_RESTRICTED,
                    grounds=[counter_pb2.Ground(court_code="赣0102", phone="0791-00000001")],
                )
            ),
            ("RESTRICTED", "0791-00000001"),
        ),
        (
            decision_view(
                counter_pb2.CheckApplicationResponse(
                    decision=counter_pb2.APPLICATION_DECISION_MANUAL, name_differs=True
                )
            ),
            ("MANUAL", "by hand"),
        ),
        (past_view(counter_pb2.AskPastResponse()), ("Nothing was in force",)),
        (past_view(counter_pb2.AskPastResponse(name_differs=True)), ("another one on file",)),
        (
            past_view(counter_pb2.AskPastResponse(measures=[counter_pb2.PastMeasure(name="controls/1")])),
            ("controls/1",),
        ),
        (
            check_view(
                border_pb2.CheckTravellerResponse(
                    action=hit_pb2.BORDER_ACTION_LET_PASS, hit="hits/1", identity_differs=True
                )
            ),
            ("LET_PASS", "nothing", "by hand"),
        ),
        (
            outcomes_view(
                control_pb2.FileControlsResponse(
                    outcomes=[control_pb2.ControlOutcome(refused_reason="NATURAL_PERSON_ONLY")]
                )
            ),
            ("Person 1", "NATURAL_PERSON_ONLY"),
        ),
        (
            notice_view(notice_pb2.CourtNotice(kind=notice_pb2.COURT_NOTICE_KIND_HIT, measure="controls/1", hit=HIT)),
            ("HIT", "测试乙", "测试口岸", "LET_PASS", "controls/1"),
        ),
        (
            upload_view(listing_pb2.Upload(name="uploads/1", item_count=1_200, refused_count=69)),
            ("uploads/1", "1,200 staged", "69 refused"),
        ),
        (items_outcomes_view([listing_pb2.UploadOutcome(index=7)] * 60), ("and 10 more",)),
    ],
    ids=lambda one: "" if not isinstance(one, tuple) else one[0],
)
def test_it_tells(view: RenderableType, told: tuple[str, ...]) -> None:
    text = shown(view)
    assert all(part in text for part in told)
