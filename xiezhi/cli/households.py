"""A list of debtors of one case, asked about under one approval, and what each of them is answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from xiezhi.cli.case import CaseQuestion, number_type
from xiezhi.cli.disclosure import answer_view, write_photos
from xiezhi.cli.household import EVERY_CATEGORY, Category, category_value
from xiezhi.cli.output import CommandError
from xiezhi.cli.plates import read_lines
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.identity.v1 import identity_pb2

METHOD = "/xiezhi.identity.v1.IdentityService/BatchLookupHouseholds"
FORM = "NAME,NUMBER"
_FORM = re.compile(r"([^,\t]{1,50})[,\t]\s*([0-9A-Za-z]{8,32})")

Photos = Mapping[int, Mapping[int, Path]]
"""Files of photos by the debtor's place in the list and the member's in the household."""


def read_debtors(file: Path) -> list[case_pb2.Party]:
    """Reads debtors from a file with one on each line.

    Args:
        file: The file; "-" for standard input.

    Raises:
        CommandError: If one has another form, or there is none; nobody is named in the message.
    """
    found = []
    for place, line in enumerate(read_lines(file), start=1):
        form = _FORM.fullmatch(line)
        if form is None:
            raise CommandError(f"Debtor {place} is not written as {FORM}.", next_step="One on each line of the file.")
        name, number = form[1].strip(), form[2]
        found.append(
            case_pb2.Party(type=case_pb2.PARTY_TYPE_NATURAL, name=name, id_type=number_type(number), id_number=number)
        )
    if not found:
        raise CommandError("There is no debtor.", next_step=f"Name a file of lines {FORM} with --file.")
    return found


def build_batch(
    session: Session,
    about: CaseQuestion,
    debtors: Iterable[case_pb2.Party],
    *,
    request_id: str,
    categories: Iterable[Category],
    historic: bool,
) -> identity_pb2.BatchLookupHouseholdsRequest:
    """Makes the request; see `xiezhi.cli.household.build_request`.

    Args:
        session: Who asks.
        about: The case and whoever handles it.
        debtors: Whom it asks about.
        request_id: Key of the request, a random UUID.
        categories: What to ask for; everything where it is empty.
        historic: Whether to include members who moved away or died.
    """
    return identity_pb2.BatchLookupHouseholdsRequest(
        context=about.context(session, request_id=request_id),
        debtors=debtors,
        categories=[category_value(category) for category in tuple(categories) or EVERY_CATEGORY],
        include_historic_members=historic,
    )


def write_all_photos(answer: identity_pb2.BatchLookupHouseholdsResponse, folder: Path | None) -> Photos:
    """Writes the photos of all debtors, each debtor's in a folder of its own, named by the place in the list.

    Args:
        answer: What was answered.
        folder: Where to; None for nowhere.
    """
    if folder is None:
        return {}
    return {item.index: write_photos(item.answer, folder / f"debtor-{item.index + 1:05}") for item in answer.items}


def items_view(
    answer: identity_pb2.BatchLookupHouseholdsResponse, debtors: Iterable[case_pb2.Party], *, photos: Photos
) -> RenderableType:
    """Shows what each debtor was answered, in the order of the list.

    Args:
        answer: What was answered.
        debtors: Who was asked about.
        photos: Files of photos that were written.
    """
    return Group(*_items(answer, [debtor.name for debtor in debtors], photos))


def _items(
    answer: identity_pb2.BatchLookupHouseholdsResponse, names: list[str], photos: Photos
) -> Iterator[RenderableType]:
    for item in answer.items:
        yield Text(f"\nDebtor {item.index + 1}: {names[item.index]}", "bold")
        if item.invalid_reason:
            yield Text(f"✗ {item.invalid_reason}", "red")
            continue
        yield answer_view(item.answer, photos=photos.get(item.index, {}))
        if item.answer.HasField("household_disclosed_in_item"):
            first = item.answer.household_disclosed_in_item + 1
            yield Text(f"The members of this household are shown with debtor {first}.", "dim")
