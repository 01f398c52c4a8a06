"""Who takes part: courts and police of Jiangxi, and no others (notice 五.4, R-5.4)."""

from __future__ import annotations

import re

from services.codes.courts import find_court, is_same_or_superior

_POLICE_UNIT = re.compile("36[0-9]{10}")


class Jiangxi:
    """The courts of the table, by the codes that they have now, and every police unit of the province.

    A code that is not in the table is no court, whatever it looks like; of police units there is no table, so that the
    province in their code decides (GA/T 380: 12 digits that begin with those of the division).
    """

    __slots__ = ()

    def includes(self, organisation: str) -> bool:
        """Whether a court or police unit takes part in the exchange."""
        return find_court(organisation) is not None or _POLICE_UNIT.fullmatch(organisation) is not None

    def is_same_or_superior(self, court: str, of: str) -> bool:
        """Whether `court` is the court `of` or superior to it; a police unit is neither."""
        return is_same_or_superior(court, of)

    def level(self, court: str) -> int:
        """Level of a court, a value of `xiezhi.policy.v1.CourtLevel`; 0 where it is no court."""
        found = find_court(court)
        return 0 if found is None else int(found.level)
