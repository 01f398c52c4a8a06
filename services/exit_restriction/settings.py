"""Configuration of the exit restriction service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.chassis.config import COORDINATION, LedgerSettings, ProcessSettings, Seconds, Section
from services.exit_restriction import domain
from services.exit_restriction.domain import ControlRule, Span
from services.exit_restriction.listing.uploads.limits import LIMIT, Staged
from services.papers.settings import SealSettings

Requirement = Literal["MONITOR", "BLOCK_EXIT", "BLOCK_EXIT_WITHHOLD", "BLOCK_ENTRY", "BLOCK_ENTRY_WITHHOLD", "DETAIN"]
"""What may be asked of the border (边控要求), as `xiezhi.exit_restriction.v1.ControlRequirement` names it."""


class SpanSettings(Section):
    """A length of time in calendar months, or in days, or both; the months are counted first."""

    months: int = Field(default=0, ge=0, le=60)
    days: int = Field(default=0, ge=0, le=366)

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not (self.months or self.days):
            raise ValueError("a span has months or days")
        return self


class BorderRuleSettings(Section):
    """What courts may ask of the border, and for how long (domain sheet section 7.4)."""

    version: str = Field(default="7.4-current", min_length=1, max_length=40)
    allowed: Annotated[frozenset[Requirement], Field(min_length=1)] = frozenset(
        {"MONITOR", "BLOCK_EXIT", "BLOCK_EXIT_WITHHOLD", "DETAIN"}
    )
    """What a court may ask for; DETAIN also needs a document that restricts the person's liberty."""
    limits: Mapping[Requirement, SpanSettings] = {
        "MONITOR": SpanSettings(months=12),
        "BLOCK_EXIT": SpanSettings(months=3),
        "BLOCK_EXIT_WITHHOLD": SpanSettings(months=3),
        "BLOCK_ENTRY": SpanSettings(months=3),
        "BLOCK_ENTRY_WITHHOLD": SpanSettings(months=3),
        "DETAIN": SpanSettings(months=3),
    }
    """Longest term of each; what is not named has none, and cannot be asked for."""
    usual: Mapping[Requirement, SpanSettings] = {
        "BLOCK_EXIT": SpanSettings(months=1),
        "BLOCK_EXIT_WITHHOLD": SpanSettings(months=1),
        "BLOCK_ENTRY": SpanSettings(months=1),
        "BLOCK_ENTRY_WITHHOLD": SpanSettings(months=1),
        "DETAIN": SpanSettings(months=1),
    }
    """Term beyond which the court is warned."""

    @model_validator(mode="after")
    def _every_term_ends(self) -> Self:
        if not self.allowed <= self.limits.keys():
            raise ValueError("whatever is allowed has a limit")
        return self

    def rule(self) -> ControlRule:
        """Returns the rule."""
        return ControlRule(
            self.version,
            limits=_spans(self.limits),
            usual=_spans(self.usual),
            allowed=frozenset(domain.Requirement[name] for name in self.allowed),
        )


def _spans(settings: Mapping[Requirement, SpanSettings]) -> Mapping[domain.Requirement, Span]:
    return {domain.Requirement[name]: Span(span.months, span.days) for name, span in settings.items()}


class StagedSettings(Section):
    """What a court may have staged and not committed at one time."""

    uploads: int = Field(default=LIMIT.uploads, ge=1)
    """In how many uploads."""
    size: int = Field(default=LIMIT.size, ge=64 * 1024**2)
    """How many bytes of items and notices."""

    def limit(self) -> Staged:
        """Returns the limit."""
        return Staged(self.uploads, self.size)


class ExitRestrictionSettings(ProcessSettings):
    """What the exit restriction service needs beside what every process needs."""

    ledger: LedgerSettings
    coordination_name: str = COORDINATION
    """Name of the process that asks whose an object is, in its certificate."""
    seals: SealSettings
    acknowledge_within: Seconds = timedelta(hours=24)
    """How long a court may take to acknowledge a notice before its liaisons are told."""
    index_max_age: Seconds = timedelta(seconds=5)
    """How old the picture of the controls may be before checks at the border ask the database."""
    check_lease: Seconds = timedelta(hours=12)
    """How long a port or a counter may use the key that it was lent."""
    counter_lease: Seconds = timedelta(minutes=15)
    """How long a counter's copy of the restrictions may be used without news."""
    holidays: frozenset[date] = frozenset()
    """Days on which nobody works that were announced since, beside those that came with the exchange.

    Courts are reminded before long ones; nothing else depends on them."""
    border_rule: BorderRuleSettings = BorderRuleSettings()
    staged: StagedSettings = StagedSettings()
