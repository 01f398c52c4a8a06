"""What an overseer asks at the command line, and what is shown only when it is proven."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.ledger import handlers
from services.ledger.convert import head_to_message, place_to_message
from tests.unit.ledger.entries import CHIEF, JUDGE, approval, entry, make_log, records
from tests.unit.ledger.fakes import signer
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.oversight.asked import About, When
from xiezhi.cli.oversight.found import ProvenEntry, prove, require_asked, write_bounds
from xiezhi.cli.oversight.views import entries_view, patterns_view
from xiezhi.cli.receipt import check_receipt
from xiezhi.ledger.v1 import oversight_pb2

KEY = signer().public_key
NUMBER = "369901198001150011"
UUID = approval(3).removeprefix("approvals/")


def _asked(about: About) -> oversight_pb2.SearchEntriesRequest:
    request = oversight_pb2.SearchEntriesRequest()
    about.write(request)
    return request


async def _answer() -> oversight_pb2.SearchEntriesResponse:
    """An answer with an entry of each of two officers."""
    made = [entry(0, about=3, case=5, subjects=(7,)), entry(60, actor=CHIEF)]
    result = await handlers.append(records(made), 0, log=await make_log())
    return oversight_pb2.SearchEntriesResponse(
        entries=[
            oversight_pb2.FoundEntry(entry=one.SerializeToString(), inclusion=place_to_message(place))
            for one, place in zip(made, result.places, strict=True)
        ],
        tree_head=head_to_message(result.head),
    )


def test_exactly_one_thing_is_asked_about() -> None:
    for about in (About(), About(case="（2018）赣0102执1234号", officer=JUDGE)):
        with pytest.raises(CommandError, match="exactly one"):
            _asked(about)


def test_a_cases_court_is_that_of_its_number_unless_it_is_named() -> None:
    case = _asked(About(case="（2018）赣0102执1234号")).case
    assert (case.court_code, case.case_number) == ("赣0102", "（2018）赣0102执1234号")
    assert _asked(About(case="(2018)赣执1号")).case.court_code == "赣"
    assert _asked(About(case="1234", court="赣01")).case.court_code == "赣01"
    with pytest.raises(CommandError, match="names no court"):
        _asked(About(case="1234"))


def test_officers_and_approvals_are_taken_as_they_are() -> None:
    assert _asked(About(officer=JUDGE)).officer_id == JUDGE
    assert _asked(About(approval=UUID)).approval == _asked(About(approval=approval(3))).approval == approval(3)


def test_a_number_is_piped_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f" {NUMBER}\nnothing else"))
    assert _asked(About(subject="-")).subject_number == NUMBER


def test_no_number_is_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(CommandError, match="no number"):
        _asked(About(subject="-"))


def test_a_number_on_the_command_line_is_refused_and_not_repeated() -> None:
    with pytest.raises(CommandError) as caught:
        _asked(About(subject=NUMBER))
    assert NUMBER not in f"{caught.value.message} {caught.value.next_step}"


def test_days_are_whole_days_of_the_legal_zone_and_instants_themselves() -> None:
    days = When(since="2026-11-01", until="2026-11-30")
    assert days.start == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert days.end == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert When(until="2026-11-01T10:00:00+08:00").end == datetime(2026, 11, 1, 2, tzinfo=UTC)
    assert (When().start, When().end) == (None, None)
    with pytest.raises(CommandError):
        _ = When(since="yesterday").start


async def test_an_entry_that_is_proven_is_a_file_that_verifies_by_itself() -> None:
    found = [*prove(await _answer(), KEY)]
    assert [one.entry.actor for one in found] == [JUDGE, CHIEF]
    facts = found[0].facts()
    _, read = check_receipt(facts, KEY)
    assert read == found[0].entry
    assert facts["subject_indexes"] == [found[0].entry.subject_indexes[0].hex()]


@pytest.mark.parametrize("change", ["entry", "place", "path", "root", "signature"])
async def test_an_entry_that_is_not_proven_is_not_shown(change: str) -> None:
    answer = await _answer()
    first = answer.entries[0]
    if change == "entry":
        first.entry = answer.entries[1].entry
    if change == "place":
        first.inclusion.leaf_index = 1
    if change == "path":
        first.inclusion.path[0] = bytes(32)
    if change == "root":
        answer.tree_head.root_hash = bytes(32)
    if change == "signature":
        answer.tree_head.signature = bytes(64)
    with pytest.raises(CommandError, match="not proven"):
        [*prove(answer, KEY)]


async def test_an_entry_that_was_not_asked_for_is_refused() -> None:
    first, second = prove(await _answer(), KEY)
    request = _asked(About(officer=JUDGE))
    require_asked(first, request)
    with pytest.raises(CommandError, match="not asked for"):
        require_asked(second, request)
    require_asked(first, _asked(About(approval=approval(3))))
    with pytest.raises(CommandError):
        require_asked(first, _asked(About(approval=approval(4))))
    with pytest.raises(CommandError):
        require_asked(second, _asked(About(case="（2018）赣0102执1234号")))
    time = first.entry.time.ToDatetime(UTC)
    for start, end, fits in ((time, None, True), (None, time, False)):
        bounded = _asked(About(officer=JUDGE))
        write_bounds(bounded, start, end)
        if fits:
            require_asked(first, bounded)
        else:
            with pytest.raises(CommandError):
                require_asked(first, bounded)


async def test_entries_come_once_and_the_newest_first() -> None:
    older, newer = (replace(one) for one in prove(await _answer(), KEY))
    newer.entry.actor = JUDGE
    request = _asked(About(officer=JUDGE))
    require_asked(older, request, after=newer)
    for one, after in ((older, older), (newer, older)):
        with pytest.raises(CommandError, match="twice"):
            require_asked(one, request, after=after)


def _shown(human: object) -> str:
    output = Output(as_json=False)
    with output.console.capture() as capture:
        output.console.print(human)
    return " ".join(capture.get().split())


async def test_people_see_what_was_found_and_whether_there_is_more() -> None:
    found: list[ProvenEntry] = [*prove(await _answer(), KEY)]
    assert "2 entries are proven" in _shown(entries_view(found, more=False))
    assert "There are more" in _shown(entries_view(found, more=True))
    assert "Nothing was found" in _shown(entries_view([], more=False))


def test_people_see_questions_and_no_verdicts() -> None:
    answer = oversight_pb2.GetPatternsResponse(
        findings=[
            oversight_pb2.Finding(kind="FINDING_KIND_UNUSUAL_VOLUME", officer_id=JUDGE, count=90, median=10),
            oversight_pb2.Finding(kind="FINDING_KIND_QUICK_CONSENT", officer_id=CHIEF, approval=approval(3)),
            oversight_pb2.Finding(kind="FINDING_KIND_UNFOLLOWED_LOOKUP", case_index=b"c" * 32, leaf_indexes=range(20)),
        ],
        left_off=[oversight_pb2.LeftOff(kind="FINDING_KIND_QUICK_CONSENT", count=1_228)],
    )
    shown = _shown(patterns_view(answer))
    for told in ("Unusually many", "very soon", "no measure", "1,228 more", "several", "no verdict"):
        assert told in shown
    assert "Nothing stands out" in _shown(patterns_view(oversight_pb2.GetPatternsResponse()))
