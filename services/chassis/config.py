"""Configuration of a process: one TOML file named by XIEZHI_CONFIG, each value overridable by environment.

An environment variable is the path of the value joined by two underscores:
XIEZHI_TELEMETRY__SAMPLE_RATIO=0.01. A value that is missing, unknown or of the wrong form stops the process
at start with the name of the setting.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

CONFIG_VARIABLE = "XIEZHI_CONFIG"
"""Environment variable with the path of the TOML file."""

Seconds = Annotated[timedelta, Field(gt=timedelta(0))]


class Section(BaseModel):
    """A table of the configuration; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TlsSettings(Section):
    """Certificate of the process and the authority of its peers, PEM files; replaced files are picked up."""

    authority: Path
    certificate: Path
    key: Path


class IssuerSettings(Section):
    """An agency's identity provider: see `services.chassis.tokens.Issuer`."""

    name: str
    jwks: Path
    organisations: str


class TrustSettings(Section):
    """Whose tokens and statements count."""

    issuers: tuple[IssuerSettings, ...]
    officer_authorities: Path
    officer_revocations: Path


class PeerSettings(Section):
    """Another process of the suite: "host:port" and the name in its certificate."""

    address: str
    name: str


COORDINATION = "spiffe://xiezhi.jx/service/coordination"
"""Name of the process that asks others whose an object is, unless configuration says otherwise."""


class LedgerSettings(Section):
    """The ledger and the public key of its log, a PEM file; witness keeps the last head seen."""

    address: str
    name: str = "spiffe://xiezhi.jx/service/ledger"
    public_key: Path
    witness: Path


class RateSettings(Section):
    """How often somebody may call: per second, and how many calls may be saved up."""

    per_second: float = Field(gt=0)
    burst: int = Field(ge=1)


class ApprovalSettings(Section):
    """What approvals of a method must be beyond its contract: see `services.chassis.tightening`."""

    count: int | None = Field(default=None, ge=1, le=5)
    min_rank: Literal["JUDGE", "DIVISION_CHIEF", "VICE_PRESIDENT", "PRESIDENT"] | None = None
    min_court_level: Literal["BASIC", "INTERMEDIATE", "HIGH"] | None = None
    max_validity: Annotated[timedelta, Field(ge=timedelta(minutes=1))] | None = None


class TelemetrySection(Section):
    """Where spans, metrics and logs go."""

    otlp_endpoint: str = ""
    otlp_insecure: bool = False
    trace_dir: Path | None = None
    sample_ratio: float = Field(default=1.0, ge=0, le=1)
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    metrics_file: Path | None = None
    """Where the bound "host:port" of the metrics is written."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class ProcessSettings(BaseSettings):
    """What every process needs."""

    model_config = SettingsConfigDict(env_prefix="XIEZHI_", env_nested_delimiter="__", extra="forbid", frozen=True)

    listen: str = "127.0.0.1:0"
    """Address to listen on, "host:port"; port 0 takes a free one."""
    ready_file: Path | None = None
    """Where the bound "host:port" is written once the process serves."""
    trust_domain: str = "xiezhi.jx"
    database_url: str
    keyring: Path
    """Keys of the process's own fields at rest."""
    oversight_keyring: Path
    """Keys of the indexes under which overseers find cases and subjects in the ledger; the suite shares it."""
    spool: Path
    """File for ledger entries of refusals while the ledger is away."""
    tls: TlsSettings
    trust: TrustSettings
    gateway_name: str = "spiffe://xiezhi.jx/service/gateway"
    telemetry: TelemetrySection = TelemetrySection()
    max_request_bytes: int = Field(default=8 * 1024 * 1024, gt=0)
    max_clock_skew: Seconds = timedelta(seconds=60)
    insecure_clock_ahead: timedelta = Field(default=timedelta(0), ge=timedelta(0))
    """How far it lives ahead of the machine's clock, in a development set-up only: elsewhere it does not start."""
    grace: Seconds = timedelta(seconds=20)
    """How long calls in flight may take to finish when the process is told to stop."""
    reflection: bool = False
    approvals: dict[str, ApprovalSettings] = {}
    """How approvals are stricter than the contracts say, by full name of the method; never looser."""
    peer_rate: RateSettings = RateSettings(per_second=2_000, burst=4_000)
    """Rate limit per calling system, whatever it calls; other processes of the suite that call here have none."""

    @classmethod
    def settings_customise_sources(  # noqa: PLR0917 - pydantic's
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Reads arguments first, then the environment, then the TOML file."""
        del dotenv_settings, file_secret_settings
        path = os.environ.get(CONFIG_VARIABLE)
        file = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return (init_settings, env_settings, *file)


S = TypeVar("S", bound=ProcessSettings)


def read_settings(kind: type[S]) -> S:
    """Reads the settings of this process.

    Raises:
        SystemExit: With one line per setting that is missing, unknown or of the wrong form.
    """
    from pydantic import ValidationError

    path = os.environ.get(CONFIG_VARIABLE, "")
    if path and not Path(path).is_file():
        raise SystemExit(f"{CONFIG_VARIABLE} names {path}, which is not a file.")
    try:
        return kind.model_validate({})
    except ValidationError as failure:
        lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in failure.errors()]
        source = path or f"the environment ({CONFIG_VARIABLE} names no file)"
        raise SystemExit("\n".join([f"Configuration from {source}:", *lines])) from None
