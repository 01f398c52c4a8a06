"""Synthetic items for a bulk upload, with their sealed notices."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from google.protobuf.json_format import MessageToDict

from xiezhi.cli.case import CaseQuestion, number_type
from xiezhi.cli.documents import PRIVATE, write_private
from xiezhi.cli.exits.items import NOTICE
from xiezhi.cli.exits.questions import FILED_BEFORE, person_line
from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import Wanted, date_message, draft
from xiezhi.cli.progress import Report
from xiezhi.cli.seed import DEFAULT_SEED
from xiezhi.cli.session import Session
from xiezhi.cli.suite import suite_required
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import listing_pb2

PER_NOTICE = 500
"""Debtors of one notice, some eleven pages."""
WITHOUT_DECISION = 7
"""Every so many has no decision."""


def make_items(session: Session, count: int, file: Path, *, months: int, progress: Report) -> list[Path]:
    """Writes items about synthetic debtors of the officer's court, and their notices beside them.

    Args:
        session: Who pushes, with development keys.
        count: How many items.
        file: Where to; notices have its name with a number.
        months: Term of each restriction.
        progress: Told how many of how many are written.

    Returns:
        The files of the notices.

    Raises:
        CommandError: If there are no development keys, a file cannot be written, or the servers' side is not installed.
    """
    with suite_required("Making synthetic items"):
        from services.synthetic import BATCH_SIZES, Province
    size = next((size for size in BATCH_SIZES if size >= count), count)
    context = CaseQuestion(case=_case(session, size)).context(session, request_id=str(uuid.uuid4()))
    people = [
        case_pb2.Party(
            type=case_pb2.PARTY_TYPE_NATURAL, name=one.name, id_type=number_type(one.number), id_number=one.number
        )
        for one in Province(DEFAULT_SEED).debtors(count)
    ]
    notices: list[Path] = []
    try:
        file.touch(mode=PRIVATE)
        with file.open("w", encoding="utf-8") as opened:
            for start in range(0, len(people), PER_NOTICE):
                some = people[start : start + PER_NOTICE]
                decisions = [_decision(context, start + place) for place in range(len(some))]
                notices.append(_write_notice(session, context, file, people=some, decisions=decisions))
                items = _items(session, context, people=some, decisions=decisions, months=months)
                opened.writelines(_line(item, notices[-1].name) for item in items)
                progress(start + len(some), len(people))
    except OSError as failure:
        raise CommandError(f"{file} cannot be written: {failure.strerror}.") from None
    return notices


def _case(session: Session, size: int) -> str:
    """Returns the number of the large case of so many debtors, at the officer's court."""
    from services.synthetic import batch_number

    officer = session.home.keys.officers.get(session.officer_id)
    return batch_number(size).replace("赣0102", officer.organisation)


def _decision(context: case_pb2.CaseContext, place: int) -> str:
    return "" if (place + 1) % WITHOUT_DECISION == 0 else f"{context.case_number}之{place + 1}"


def _write_notice(
    session: Session,
    context: case_pb2.CaseContext,
    file: Path,
    *,
    people: Sequence[case_pb2.Party],
    decisions: Sequence[str],
) -> Path:
    wanted = Wanted("ASSISTANCE", "--notice", context.case_number, None, is_list=True)
    lines = [f"{person_line(who)}，限制出境决定书：{said or '无'}" for who, said in zip(people, decisions, strict=True)]
    today = session.today()
    pdf = draft(session, context, wanted, issued=today, facts=lines)
    notice = file.with_name(f"{file.stem}-notice-{hashlib.sha256(pdf).hexdigest()[:12]}.pdf")
    write_private(notice, pdf)
    return notice


def _items(
    session: Session,
    context: case_pb2.CaseContext,
    *,
    people: Sequence[case_pb2.Party],
    decisions: Sequence[str],
    months: int,
) -> Iterator[listing_pb2.UploadItem]:
    today = session.today()
    record = listing_pb2.DishonestRecord(
        behaviours=[listing_pb2.DISHONEST_BEHAVIOUR_ABLE_AND_REFUSING],
        performance=listing_pb2.PERFORMANCE_NONE,
        duty="履行生效法律文书确定的义务。",
        basis_number=f"（{today.year - 1}）民初1号",
        basis_unit=context.court_code,
        case_filed_date=date_message(today - FILED_BEFORE),
        publish_date=date_message(today),
    )
    for person, decision in zip(people, decisions, strict=True):
        item = listing_pb2.UploadItem(
            case_number=context.case_number,
            handler=context.handler,
            debtor=person,
            record=record,
            decision_number=decision,
        )
        if decision:
            item.term.months = months
        yield item


def _line(item: listing_pb2.UploadItem, notice: str) -> str:
    data = MessageToDict(item, preserving_proto_field_name=True)
    return json.dumps({NOTICE: notice, **data}, ensure_ascii=False) + "\n"
