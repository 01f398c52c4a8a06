"""Steps about oversight (监督): who asked about the debtor, what looks unusual, and who searched."""

from __future__ import annotations

from datetime import timedelta

from xiezhi.cli.demo.coordination.acting import Coordinating
from xiezhi.cli.oversight.command import SERVICE
from xiezhi.cli.oversight.found import ProvenEntry, prove, require_asked, write_bounds
from xiezhi.cli.oversight.views import entries_view, patterns_view
from xiezhi.ledger.v1 import ledger_pb2, oversight_pb2
from xiezhi.proof.receipt import verify_tree_head

PAGE, SHOWN = 200, 12
LATELY = timedelta(days=1)


def search(coordinating: Coordinating) -> None:
    """Finds who asked about the debtor, over both years and both channels."""
    cast = coordinating.stage.cast
    told = (
        "An auditor types the debtor's number. The ledger finds the entries by keyed digests, newest first, each with "
        "its proof; the lookup that came on paper is among them, under the name of its judge."
    )
    with coordinating.narrator.step("Who asked about the debtor", told) as entry:
        found = _search(coordinating)
        askers = {one.entry.actor for one in found if one.entry.kind == ledger_pb2.ENTRY_KIND_DISCLOSURE}
        entry["entries"], entry["askers"] = len(found), sorted(askers)
        both = {cast.judge, cast.paper_judge} <= askers
        coordinating.narrator.require(entry, both, "somebody who asked is not found")
        coordinating.narrator.show(entries_view(found[:SHOWN], more=len(found) > SHOWN))
        coordinating.narrator.good(f"{len(found)} entries, each proven under the log's public key.")


def find_patterns(coordinating: Coordinating) -> None:
    """Reports what a person should look at."""
    auditor = coordinating.stage.cast.auditor
    told = "Questions, no verdicts: unusually many disclosures, consents within seconds, lookups that led to nothing."
    with coordinating.narrator.step("What a person should look at", told) as entry:
        end = coordinating.stage.session(auditor).now()
        request = oversight_pb2.GetPatternsRequest()
        write_bounds(request, end - LATELY, end)
        answer = coordinating.ask(auditor, SERVICE, request, kind=oversight_pb2.GetPatternsResponse)
        verify_tree_head(answer.tree_head, coordinating.stage.log_key())
        quick = [one for one in answer.findings if one.kind == oversight_pb2.FINDING_KIND_QUICK_CONSENT]
        entry["quick_consents"] = len(quick)
        coordinating.narrator.require(entry, bool(quick), "the consents of this story look as if they had been read")
        coordinating.narrator.show(patterns_view(answer))
        coordinating.narrator.good(f"{len(quick)} consents of this story came sooner than anybody reads.")


def search_again(coordinating: Coordinating) -> None:
    """Finds the first search by the same number."""
    auditor = coordinating.stage.cast.auditor
    told = "Who searches for a person has asked about the person too, and is found by the next who searches."
    with coordinating.narrator.step("The search itself is found", told) as entry:
        found = _search(coordinating)
        searches = [
            one for one in found if one.entry.actor == auditor and one.entry.method == f"{SERVICE}SearchEntries"
        ]
        entry["searches"] = len(searches)
        coordinating.narrator.require(entry, bool(searches), "the search is not found")
        coordinating.narrator.show(entries_view(searches, more=False))
        coordinating.narrator.good(f"{auditor} is found as one who asked about the debtor.")


def _search(coordinating: Coordinating) -> list[ProvenEntry]:
    """Finds all entries about the debtor, each proven."""
    auditor, key = coordinating.stage.cast.auditor, coordinating.stage.log_key()
    request = oversight_pb2.SearchEntriesRequest(
        request_id=coordinating.new_id(), subject_number=coordinating.stage.cast.debtor_number, page_size=PAGE
    )
    found: list[ProvenEntry] = []
    while True:
        answer = coordinating.ask(auditor, SERVICE, request, kind=oversight_pb2.SearchEntriesResponse)
        for one in prove(answer, key):
            require_asked(one, request)
            found.append(one)
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token
