"""Steps about paper (人工报送): a request goes to the police and back on a medium, while the platform does not run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from xiezhi.cli.coordination.calls import CHANNELS
from xiezhi.cli.coordination.views import channel_view
from xiezhi.cli.demo.coordination.acting import Coordinating
from xiezhi.cli.demo.coordination.machines import Machine
from xiezhi.cli.disclosure import receipt_view
from xiezhi.cli.documents import read_bytes, read_json, write_private
from xiezhi.cli.household import EVERY_CATEGORY, METHOD, HouseholdQuestion, build_request
from xiezhi.cli.receipt import check_receipt
from xiezhi.cli.render import enum_name, message_dict
from xiezhi.coordination.v1 import channel_pb2
from xiezhi.errors import Reason, error
from xiezhi.identity.v1 import identity_pb2
from xiezhi.policy.v1 import policy_pb2

PAIR = policy_pb2.DEPARTMENT_PUBLIC_ORDER
"""The department that answers, with which the court's platform does not run."""
JUDGES, COURTS, POLICES, OTHERS = "judge", "court", "police", "police-2"
"""Machines: the judge's, that of chief and liaison, and two of the police."""
WHY = "被执行人下落不明，需查明其家庭成员及住址。"


def refuse_platform(coordinating: Coordinating) -> None:
    """Refuses a lookup over the platform, which is not declared to run for that court and department."""
    told = (
        "For one court the platform is not declared operational with the household police yet. What may go on paper "
        "may not go over the platform, and the other way round."
    )
    with coordinating.narrator.step("Not over the platform yet", told) as entry:
        entry["channel"] = _channel(coordinating)
        coordinating.narrator.refused(entry, Reason.CHANNEL_NOT_OPERATIONAL, lambda: _submit(coordinating))


def pack(coordinating: Coordinating) -> None:
    """Drafts, approves and exports the same lookup on machines without a network."""
    told = (
        "On machines without a network the judge signs the exact bytes and keeps the key to the answer, a chief signs "
        "a consent, and a liaison encrypts the bundle to the police, with a form to print and to seal."
    )
    with coordinating.narrator.step("Written, approved and packed without a network", told) as entry:
        court = coordinating.officer(coordinating.stage.cast.paper_judge).organisation
        reference = f"（{coordinating.today.year}）{court}执报1号"
        coordinating.bundle, data = _pack(coordinating, reference, name="requests", shown=True)
        entry["approval"], entry["bundle"], entry["form"] = data["approval"], data["bundle"], data["form"]
        printable = Path(data["form"]).read_bytes().startswith(b"%PDF-")
        coordinating.narrator.require(entry, printable, "there is nothing to print")
        coordinating.narrator.good(f"The bundle is in {data['bundle']}, its form in {data['form']}.")


def carry(coordinating: Coordinating) -> None:
    """Imports the bundle on two machines; a copy with a changed byte is refused."""
    cast = coordinating.stage.cast
    told = (
        "The police liaison imports it: verified as a whole, then performed. Who signed counts, not who carries it. A "
        "second machine, which knows nothing of the first, imports it again."
    )
    with coordinating.narrator.step("Imported twice, performed once", told) as entry:
        content = bytearray(read_bytes(coordinating.bundle))
        content[len(content) // 2] ^= 1
        tampered = coordinating.bundle.with_name("tampered.bundle")
        write_private(tampered, bytes(content))
        first = coordinating.machine(POLICES, online=True)
        coordinating.narrator.show(Text("First a copy of which a bit was changed on the way."))
        coordinating.narrator.refused(
            entry, Reason.BUNDLE_INVALID, lambda: _take_in(coordinating, first, tampered, name="tampered.results")
        )
        for name, machine in (("first", first), ("second", coordinating.machine(OTHERS, online=True))):
            coordinating.results.append(_take_in(coordinating, machine, coordinating.bundle, name=f"{name}.results"))
        entry["imported"] = len(coordinating.results)
        coordinating.narrator.good(f"The results are in {' and '.join(map(str, coordinating.results))}.")
        coordinating.narrator.good(f"{cast.paper_carrier} reads none of it: answers are sealed to the judge's key.")


def open_results(coordinating: Coordinating) -> None:
    """Opens both results as the judge, verifies the receipts, and finds one disclosure in them."""
    cast = coordinating.stage.cast
    told = "The key to the answer never left the judge's machine; everything is verified there without a network."
    with coordinating.narrator.step("Opened by the judge alone", told) as entry:
        others = coordinating.machine(COURTS).open(
            cast.paper_liaison, coordinating.results[0], out=coordinating.folder / "nothing"
        )
        closed = not others.data["results"] and others.data["of_others"] == 1
        coordinating.narrator.require(entry, closed, "the liaison reads the answer")
        coordinating.narrator.good(f"{cast.paper_liaison}, who collects it, finds a result of somebody else.")
        opened = [_open(coordinating, place) for place in range(len(coordinating.results))]
        coordinating.narrator.require(entry, all("error" not in one for one in opened), "it was refused")
        for one in opened:
            check_receipt(read_json(Path(one["files"][1])), coordinating.stage.log_key())
        places = {one["receipt"]["leaf_index"] for one in opened}
        result = opened[0]
        coordinating.narrator.show(receipt_view(result["receipt"]))
        entry["answers"], entry["disclosures"] = result["files"], len(places)
        answered = result["answer"]["answer"]["household_result"]["result"] == "RESULT_HIT"
        once = len(opened) == 2 and len(places) == 1 and answered
        coordinating.narrator.require(entry, once, "it was disclosed twice, or not at all")
        # The report has the receipt of what came on paper beside those of what came over the platform.
        coordinating.stage.proven += coordinating.machine(JUDGES).prove(cast.paper_judge, coordinating.results[0])
        coordinating.narrator.good("Both receipts hold, and are of one and the same entry: it was performed once.")


def cut_over(coordinating: Coordinating) -> None:
    """Declares the platform operational; what is signed on paper from then on is refused."""
    cast = coordinating.stage.cast
    told = (
        "High Court and provincial police each declare the platform operational for the pair. From then on paper is "
        "refused, also where it was signed in order."
    )
    with coordinating.narrator.step("The platform runs, and paper ends", told) as entry:
        now = coordinating.stage.session(cast.court_supervisor).now().replace(microsecond=0)
        awaited = [_declare(coordinating, officer, now) for officer in (cast.court_supervisor, cast.police_supervisor)]
        coordinating.narrator.require(entry, awaited == [True, False], "one body alone declares it, or two do not")
        entry["channel"] = _channel(coordinating)
        coordinating.narrator.require(entry, entry["channel"] == "OPERATIONAL", "the platform does not run")
        court = coordinating.officer(cast.paper_judge).organisation
        bundle, _ = _pack(coordinating, f"（{coordinating.today.year}）{court}执报2号", name="late")
        coordinating.narrator.refused(entry, Reason.CHANNEL_OPERATIONAL, lambda: _open_refused(coordinating, bundle))
        _submit(coordinating)
        coordinating.narrator.good("Over the platform the same lookup is submitted now.")


def _channel(coordinating: Coordinating) -> str:
    cast = coordinating.stage.cast
    court = coordinating.officer(cast.paper_judge).organisation
    request = channel_pb2.GetChannelRequest(court_code=court, department=PAIR)
    answer = coordinating.ask(cast.paper_judge, CHANNELS, request, kind=channel_pb2.GetChannelResponse)
    coordinating.narrator.show(channel_view(answer))
    return enum_name(channel_pb2.ChannelState.DESCRIPTOR, answer.state)


def _declare(coordinating: Coordinating, officer: str, at: datetime) -> bool:
    """Declares the platform operational by one body; returns whether the other has still to."""
    court = coordinating.officer(coordinating.stage.cast.paper_judge).organisation
    request = channel_pb2.DeclareOperationalRequest(
        request_id=coordinating.new_id(), pair=channel_pb2.Pair(court_code=court, department=PAIR)
    )
    request.start_time.FromDatetime(at)
    return coordinating.ask(officer, CHANNELS, request, kind=channel_pb2.DeclareOperationalResponse).awaits_other


def _submit(coordinating: Coordinating) -> None:
    """Submits the lookup over the platform."""
    judge = coordinating.stage.cast.paper_judge
    coordinating.stage.client(judge).submit(METHOD, _request(coordinating), reason=WHY)


def _request(coordinating: Coordinating) -> identity_pb2.LookupHouseholdRequest:
    cast = coordinating.stage.cast
    question = HouseholdQuestion(
        cast.paper_case, "", cast.debtor_name, cast.debtor_number, categories=EVERY_CATEGORY, historic=False
    )
    return build_request(coordinating.stage.session(cast.paper_judge), question, request_id=coordinating.new_id())


def _pack(
    coordinating: Coordinating, reference: str, *, name: str, shown: bool = False
) -> tuple[Path, Mapping[str, Any]]:
    """Has a request drafted, approved and exported.

    Args:
        coordinating: Who acts.
        reference: Reference of the paper.
        name: Name of the bundle's file.
        shown: Whether what the commands tell is shown.

    Returns:
        The bundle, and what was told of it.
    """
    cast = coordinating.stage.cast
    asked = message_dict(_request(coordinating))
    asked["context"] = {"case_number": cast.paper_case}
    unit = coordinating.officer(cast.paper_carrier).organisation
    drafted = coordinating.machine(JUDGES).draft(
        cast.paper_judge, METHOD, asked, unit=unit, reference=reference, reason=WHY
    )
    court = coordinating.machine(COURTS)
    approved = court.approve(cast.paper_approver, Path(drafted.data["draft"]), reason="同意。")
    out = coordinating.folder / f"{name}.bundle"
    exported = court.export(cast.paper_liaison, Path(drafted.data["draft"]), reference=reference, out=out)
    for heard in (drafted, approved, exported) if shown else ():
        coordinating.narrator.show(heard.human)
    return out, exported.data | {"approval": drafted.data["approval"]}


def _take_in(coordinating: Coordinating, machine: Machine, bundle: Path, *, name: str) -> Path:
    """Imports a bundle; returns the results."""
    out = coordinating.folder / name
    reference = f"赣公反馈〔{coordinating.today.year}〕1号"
    machine.take_in(coordinating.stage.cast.paper_carrier, bundle, reference=reference, out=out)
    return out


def _open(coordinating: Coordinating, place: int) -> Mapping[str, Any]:
    """Has the judge open one of the results; returns the one that is in it."""
    folder = coordinating.folder / f"answer-{place + 1}"
    judge = coordinating.stage.cast.paper_judge
    heard = coordinating.machine(JUDGES).open(judge, coordinating.results[place], out=folder)
    (result,) = heard.data["results"]
    found: Mapping[str, Any] = result
    return found


def _open_refused(coordinating: Coordinating, bundle: Path) -> None:
    """Imports a bundle and opens the results, which tell a refusal."""
    results = _take_in(coordinating, coordinating.machine(POLICES, online=True), bundle, name="late.results")
    judge = coordinating.stage.cast.paper_judge
    heard = coordinating.machine(JUDGES).open(judge, results, out=coordinating.folder / "refused")
    for result in heard.data["results"]:
        if "error" in result:
            raise error(Reason(result["error"]["reason"]), result["error"]["message"])
