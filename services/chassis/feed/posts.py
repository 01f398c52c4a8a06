"""At which post of the own organisation a caller reads: a token says what it lets, the directory who it is."""

from __future__ import annotations

from services.chassis.call import Call
from xiezhi.errors import Reason, error


def reads_as_liaison(call: Call, permission: str) -> bool:
    """Whether a caller reads the post of the organisation's liaison.

    Args:
        call: The call.
        permission: Permission by which a token is that of a liaison.

    Raises:
        PermissionDenied: LIAISON_NOT_APPOINTED, if the token is one and the directory does not name who bears it.
    """
    if permission not in call.officer.permissions:
        return False
    if not call.liaison:
        raise error(
            Reason.LIAISON_NOT_APPOINTED,
            "The directory does not name you a liaison of your organisation now: have it appoint you, or leave that"
            " permission out of the token.",
        )
    return True
