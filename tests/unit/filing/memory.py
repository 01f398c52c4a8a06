"""What courts handed in, in memory."""

from __future__ import annotations

from xiezhi.errors import Reason, error


class MemoryStore:
    """Answers by key, and how often something was changed."""

    def __init__(self):
        self.answers = {}
        self.changes = 0

    async def answered(self, key):
        kept = self.answers.get((key.court_code, key.request_id))
        if kept is None:
            return None
        if kept[0] != key:
            raise error(Reason.REQUEST_ID_REUSED, "The request id was used for another request.")
        return kept[1]

    async def change(self, filing, act):
        answer = act("files")
        self.changes += 1
        self.answers[filing.key.court_code, filing.key.request_id] = (filing.key, answer)
        return answer
