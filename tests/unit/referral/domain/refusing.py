"""Checks that a step is refused for a reason, in words that name nobody."""

from __future__ import annotations

import pytest

from tests.unit.referral.domain.referred import CASE, COURT, OTHER_UNIT, UNIT
from xiezhi.errors import CLASS_OF, XiezhiError


def refused(reason, call, *arguments, **more):
    """Returns the sentence with which a call is refused."""
    with pytest.raises(XiezhiError) as caught:
        call(*arguments, **more)
    assert caught.value.reason is reason
    assert type(caught.value) is CLASS_OF[reason]
    assert not any(secret in caught.value.message for secret in (CASE, COURT, UNIT, OTHER_UNIT))
    return caught.value.message
