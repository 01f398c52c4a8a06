"""Who reads at a liaison's post: whom the token lets and the directory names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.chassis.feed import reads_as_liaison
from tests.unit.calls import make_call
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import notice_pb2

LIAISON = "referral.liaison"


def call(*permissions, liaison):
    return make_call(
        notice_pb2.WatchReferralNoticesRequest(),
        "/xiezhi.referral.v1.ReferralNoticeService",
        at=datetime(2026, 3, 2, tzinfo=UTC),
        officer="L001",
        organisation="赣0102",
        permissions=permissions,
        liaison=liaison,
    )


def test_the_token_and_the_directory_say_so_together():
    assert reads_as_liaison(call("referral.due", LIAISON, liaison=True), LIAISON)
    assert not reads_as_liaison(call("referral.due", liaison=True), LIAISON)
    assert not reads_as_liaison(call("referral.due", liaison=False), LIAISON)


@pytest.mark.clause("R-4.3")
def test_whom_the_directory_does_not_name_is_refused():
    with pytest.raises(XiezhiError) as refusal:
        reads_as_liaison(call("referral.due", LIAISON, liaison=False), LIAISON)
    assert refusal.value.reason is Reason.LIAISON_NOT_APPOINTED
