"""Duty credentials: when one holds, to the day and to the instant, and when a pair does."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.directory.credentials import Card, Credential, CredentialKind, CredentialState, require_pair
from xiezhi.errors import Reason, XiezhiError

COURT, JUDGE = "赣0102", "GAN0102-J001"
WORK, ENFORCEMENT = CredentialKind.WORK_CARD, CredentialKind.ENFORCEMENT_CARD
FIRST, LAST = date(2026, 3, 1), date(2026, 11, 24)
START = datetime(2026, 2, 28, 16, tzinfo=UTC)
"""The first day in Asia/Shanghai begins here."""
END = datetime(2026, 11, 24, 16, tzinfo=UTC)
"""The last one ends here."""
INSTANT = timedelta(microseconds=1)


def credential(kind=WORK, *, digest=b"w", court=COURT, revoked_at=None, last=LAST):
    return Credential(f"{kind}-{digest}-{last}", court, JUDGE, kind, digest, FIRST, last, revoked_at)


@pytest.mark.parametrize(
    ("revoked_at", "now", "state"),
    [
        (None, START - INSTANT, CredentialState.NOT_YET),
        (None, START, CredentialState.IN_FORCE),
        (None, END - INSTANT, CredentialState.IN_FORCE),
        (None, END, CredentialState.EXPIRED),
        (START, START, CredentialState.REVOKED),
        (END - INSTANT, END - 2 * INSTANT, CredentialState.IN_FORCE),
        (END - INSTANT, END - INSTANT, CredentialState.REVOKED),
        (START, END, CredentialState.REVOKED),
        (END, START - INSTANT, CredentialState.NOT_YET),
    ],
)
def test_how_a_credential_stands(revoked_at, now, state):
    assert credential(revoked_at=revoked_at).state_at(now) is state


SHOWN = {WORK: b"w", ENFORCEMENT: b"e"}
PAIR = (credential(), credential(ENFORCEMENT, digest=b"e"))
OF_ANOTHER_COURT = credential(ENFORCEMENT, digest=b"e", court="赣0103")
FORMER = credential(last=date(2026, 4, 1))


@pytest.mark.parametrize("registered", [PAIR, (FORMER, *PAIR), (credential(revoked_at=START), *PAIR)])
def test_a_pair_that_holds(registered):
    require_pair(registered, court_code=COURT, shown=SHOWN, now=END - INSTANT)


@pytest.mark.parametrize(
    ("registered", "shown", "why"),
    [
        (PAIR, {WORK: b"w"}, "The enforcement card is not registered"),
        (PAIR, {WORK: b"e", ENFORCEMENT: b"w"}, "The work card is not registered"),
        (PAIR[:1], SHOWN, "The enforcement card is not registered"),
        ((PAIR[0], OF_ANOTHER_COURT), SHOWN, "The enforcement card is not registered"),
        ((credential(revoked_at=START), PAIR[1]), SHOWN, "The work card is revoked"),
        ((FORMER, PAIR[1]), SHOWN, "The work card has expired"),
    ],
)
def test_a_pair_that_does_not(registered, shown, why):
    with pytest.raises(XiezhiError) as caught:
        require_pair(registered, court_code=COURT, shown=shown, now=END - INSTANT)
    assert caught.value.reason is Reason.CREDENTIALS_REQUIRED
    assert caught.value.message.startswith(why)


def test_a_number_is_not_shown():
    assert "secret" not in repr(Card(COURT, JUDGE, WORK, "secret", FIRST, LAST))
