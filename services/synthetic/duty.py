"""The directory of the province: liaisons, officers' cards, and between whom the exchange runs (notice 四)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

from services.codes.courts import COURTS
from services.codes.legal_time import SHANGHAI
from services.directory.channels import Pair
from services.directory.credentials import Card, CredentialKind
from services.directory.liaisons import COURT, DEPARTMENTS, Contact, Days, Post
from services.synthetic.officers import COURT_LIAISONS, COURTS_AGENCY, POLICE_LIAISONS
from xiezhi.pki import Officer

CARDS = Days(date(2020, 1, 1), date(2029, 12, 31))
"""How long the cards are valid."""
SINCE = date(2018, 8, 3)
"""Day of the notice, from which on liaisons are appointed and the exchange runs."""
STARTED = datetime.combine(SINCE, time(), SHANGHAI)
PAPER_COURT, PAPER_DEPARTMENT = "赣1121", 3
"""The court and the department, that of public order (治安), between which the exchange does not run yet."""


def cards_of(officers: Iterable[Officer]) -> Iterator[Card]:
    """Yields the cards that courts have issued to their officers."""
    for officer in officers:
        if officer.agency != COURTS_AGENCY:
            continue
        numbers = {
            CredentialKind.WORK_CARD: officer.work_card,
            CredentialKind.ENFORCEMENT_CARD: officer.enforcement_card,
        }
        for kind, number in numbers.items():
            if number:
                last = CARDS.last or CARDS.first
                yield Card(officer.organisation, officer.officer_id, kind, number, CARDS.first, last)


def liaisons_of(officers: Iterable[Officer]) -> Iterator[tuple[Post, str, Contact, Days]]:
    """Yields who is liaison of a court, or of a department of the police."""
    posts = {officer_id: Post(court, COURT) for officer_id, court in COURT_LIAISONS.items()}
    posts |= {officer_id: Post(unit, department) for officer_id, (unit, department) in POLICE_LIAISONS.items()}
    for officer in officers:
        post = posts.get(officer.officer_id)
        if post is not None:
            yield post, officer.officer_id, Contact(officer.name, officer.phone), Days(SINCE, None)


def operational_pairs() -> Iterator[Pair]:
    """Yields for whom the exchange runs: for every court and department but one pair."""
    for department in DEPARTMENTS:
        if department != PAPER_DEPARTMENT:
            yield Pair(department=department)
    for court in COURTS.values():
        if court.until is None and court.code != PAPER_COURT:
            yield Pair(court.code, PAPER_DEPARTMENT)
