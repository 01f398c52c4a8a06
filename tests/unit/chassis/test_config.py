"""The configuration: one file, overridden by the environment; what is wrong is told by name before anything starts."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.config import CONFIG_VARIABLE, ProcessSettings, read_settings

CONFIGURATION = """
listen = "127.0.0.1:7000"
database_url = "sqlite:////data/x.db"
keyring = "/keys/x.json"
oversight_keyring = "/keys/oversight.json"
spool = "/data/x.spool"

[tls]
authority = "/tls/ca.crt"
certificate = "/tls/x.crt"
key = "/tls/x.key"

[trust]
officer_authorities = "/officers/ca.crt"
officer_revocations = "/officers/ca.crl"

[[trust.issuers]]
name = "https://idp.courts.xiezhi.test"
jwks = "/tokens/courts.json"
organisations = "赣.*"

[telemetry]
sample_ratio = 0.5
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    made = tmp_path / "process.toml"
    made.write_text(CONFIGURATION, encoding="utf-8")
    monkeypatch.setenv(CONFIG_VARIABLE, str(made))
    return made


def complaint():
    with pytest.raises(SystemExit) as caught:
        read_settings(ProcessSettings)
    return str(caught.value)


@pytest.mark.usefixtures("file")
def test_a_file_is_read_and_what_it_leaves_out_has_its_default():
    settings = read_settings(ProcessSettings)
    assert (settings.listen, settings.database_url) == ("127.0.0.1:7000", "sqlite:////data/x.db")
    assert settings.tls.key == Path("/tls/x.key")
    assert [issuer.name for issuer in settings.trust.issuers] == ["https://idp.courts.xiezhi.test"]
    assert settings.telemetry.sample_ratio == 0.5
    assert settings.max_clock_skew == timedelta(seconds=60)
    assert not settings.reflection


@pytest.mark.usefixtures("file")
def test_the_environment_overrides_the_file(monkeypatch):
    monkeypatch.setenv("XIEZHI_LISTEN", "127.0.0.1:0")
    monkeypatch.setenv("XIEZHI_TELEMETRY__SAMPLE_RATIO", "0.01")
    settings = read_settings(ProcessSettings)
    assert (settings.listen, settings.telemetry.sample_ratio) == ("127.0.0.1:0", 0.01)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("unheard_of = 1\n" + CONFIGURATION, "unheard_of"),
        (CONFIGURATION + "[telemetry.more]\n", "telemetry.more"),
        (CONFIGURATION.replace('spool = "/data/x.spool"', ""), "spool"),
        (CONFIGURATION.replace("sample_ratio = 0.5", "sample_ratio = 1.5"), "telemetry.sample_ratio"),
        (CONFIGURATION.replace('key = "/tls/x.key"', ""), "tls.key"),
        ("grace = -1\n" + CONFIGURATION, "grace"),
        ("max_request_bytes = 0\n" + CONFIGURATION, "max_request_bytes"),
    ],
)
def test_a_setting_that_is_unknown_missing_or_wrong_stops_the_start_by_its_name(file, text, name):
    file.write_text(text, encoding="utf-8")
    told = complaint()
    assert str(file) in told
    assert f"\n  {name}: " in told


def test_a_file_that_is_not_there_stops_the_start(monkeypatch):
    monkeypatch.setenv(CONFIG_VARIABLE, "/no/such/file.toml")
    assert "/no/such/file.toml, which is not a file" in complaint()


def test_no_configuration_at_all_lists_what_is_needed(monkeypatch):
    monkeypatch.delenv(CONFIG_VARIABLE, raising=False)
    told = complaint()
    assert f"{CONFIG_VARIABLE} names no file" in told
    for name in ("database_url", "keyring", "oversight_keyring", "spool", "tls", "trust"):
        assert f"\n  {name}: " in told


@pytest.mark.usefixtures("file")
def test_settings_do_not_change_while_a_process_runs():
    settings = read_settings(ProcessSettings)
    with pytest.raises(ValueError, match="frozen"):
        settings.listen = "0.0.0.0:1"
