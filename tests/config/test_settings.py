from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import Misconfigured
from config.settings import Settings, load_settings

BOT, APP, SIGNING = "xoxb-111-very-secret", "xapp-1-very-secret", "8f742231b10e8888abcd99yyyzzz85a5"
ENOUGH = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}


def load(**environ: str) -> Settings:
    return load_settings({**ENOUGH, **environ}, env_file=None)


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(Misconfigured) as refused:
        load_settings(environ, env_file=None)
    assert refused.value.__cause__ is None, "a chained error could print what it was given"
    assert refused.value.__context__ is None
    return str(refused.value)


def test_two_tokens_are_enough_and_the_rest_has_defaults() -> None:
    settings = load()
    assert settings.slack_bot_token.get_secret_value() == BOT
    assert settings.socket_mode
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url == "tinydb:///data/notices.json"
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.admin_users == frozenset()
    assert settings.marketplaces_file == Path("config/marketplaces.toml")
    assert settings.undo == timedelta(seconds=30)
    assert settings.retention == timedelta(days=365)
    assert (settings.log_level, settings.log_format) == ("info", "console")


def test_every_setting_is_read_from_its_name() -> None:
    settings = load(
        SLACK_SIGNING_SECRET=SIGNING,
        SLACK_API_URL="http://127.0.0.1:8800/api",
        DATABASE_URL="postgresql://desk:pw@db.example/desk",
        PORT="8080",
        HOST="0.0.0.0",
        ADMIN_USERS="U0ADA, W012ABC,",
        MARKETPLACES_FILE="elsewhere/desk.toml",
        UNDO_SECONDS="0",
        RETENTION_DAYS="90",
        LOG_LEVEL="DEBUG",
        LOG_FORMAT="JSON",
    )
    assert settings.slack_api_url == "http://127.0.0.1:8800/api/"
    assert settings.database_url == "postgresql://desk:pw@db.example/desk"
    assert (settings.host, settings.port) == ("0.0.0.0", 8080)
    assert settings.admin_users == {"U0ADA", "W012ABC"}
    assert settings.marketplaces_file == Path("elsewhere/desk.toml")
    assert settings.undo == timedelta(0)
    assert settings.retention == timedelta(days=90)
    assert (settings.log_level, settings.log_format) == ("debug", "json")


def test_a_signing_secret_alone_means_http() -> None:
    settings = load_settings({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING}, env_file=None)
    assert not settings.socket_mode


@pytest.mark.parametrize("url", ["", "tinydb:///data/notices.json", "sqlite:///desk.sqlite", "sqlite+aiosqlite:///x"])
def test_a_platform_that_keeps_no_files_is_no_place_for_a_store_in_one(url: str) -> None:
    refused = refusal({**ENOUGH, "DYNO": "web.1", "DATABASE_URL": url})
    assert "DATABASE_URL" in refused
    assert "DYNO" in refused
    assert "postgresql://" in refused
    assert load(DYNO="web.1", DATABASE_URL="postgres://desk:pw@db.example/desk").dyno == "web.1"


def test_with_both_ways_in_socket_mode_wins() -> None:
    assert load(SLACK_SIGNING_SECRET=SIGNING).socket_mode


def test_an_empty_value_counts_as_not_set() -> None:
    assert load(PORT="", SLACK_SIGNING_SECRET="  ").port == 3000


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("SLACK_BOT_TOKEN", "", "is missing"),
        ("SLACK_BOT_TOKEN", APP, "belongs in SLACK_APP_TOKEN"),
        ("SLACK_BOT_TOKEN", "xoxp-user-secret", "user token"),
        ("SLACK_BOT_TOKEN", "hunter2", "xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-1 very-secret", "one word"),
        ("SLACK_BOT_TOKEN", "xoxb-\u201cvery-secret\u201d", "one word"),
        ("SLACK_APP_TOKEN", BOT, "belongs in SLACK_BOT_TOKEN"),
        ("SLACK_SIGNING_SECRET", BOT, "belongs in SLACK_BOT_TOKEN"),
        ("SLACK_API_URL", "slack.com/api", "https://"),
        ("SLACK_API_URL", "http://slack.com/api/", "https://"),
        ("SLACK_API_URL", "ftp://127.0.0.1/", "https://"),
        ("SLACK_API_URL", "https://me:hunter2@slack.com/api/", "password"),
        ("SLACK_API_URL", "https://slack.com:port/api/", "https://"),
        ("SLACK_API_URL", "https://slack.com/api/?token=hunter2", "plain address"),
        ("DATABASE_URL", "notices.json", "tinydb:///"),
        ("PORT", "0", "1 to 65535"),
        ("PORT", "65536", "1 to 65535"),
        ("PORT", "http", "1 to 65535"),
        ("PORT", "\u0663\u0660\u0660\u0660", "1 to 65535"),
        ("UNDO_SECONDS", "-1", "0 to 3600"),
        ("UNDO_SECONDS", "3601", "0 to 3600"),
        ("UNDO_SECONDS", "soon", "0 to 3600"),
        ("RETENTION_DAYS", "0", "1 to 36500"),
        ("ADMIN_USERS", "@ada", "user id"),
        ("ADMIN_USERS", "U0ADA, ada@example.com", "user id"),
        ("SIGNING_KEY", "hunter2", "python -m bot keys"),
        ("TSA_URL", "timestamp.example", "https:// or http://"),
        ("TSA_URL", "ftp://timestamp.example", "https:// or http://"),
        ("TSA_URL", "https://me:hunter2@timestamp.example/", "password"),
        ("TSA_URL", "http://timestamp.example/a b", "plain address"),
        ("LOG_LEVEL", "loud", "debug"),
        ("LOG_FORMAT", "xml", "console, json"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence_that_names_it(name: str, value: str, advice: str) -> None:
    words = refusal({**ENOUGH, name: value})
    assert words.startswith(name)
    assert advice in words
    assert "\n" not in words
    assert words.endswith(".")
    assert "secret" not in words.replace("signing secret", "").replace("put secrets", "")
    assert "hunter2" not in words


PEM = "-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----"


def test_dossiers_are_signed_with_a_key_in_a_file_or_in_the_setting_and_shown_nowhere() -> None:
    assert (load().signing_key_file, load().signing_pem, load().tsa_url) == (None, "", "")
    assert load(SIGNING_KEY_FILE="keys/mine.pem").signing_key_file == Path("keys/mine.pem")
    assert load(SIGNING_KEY=PEM).signing_pem == PEM
    assert "hunter2" not in repr(load(SIGNING_KEY=PEM))
    words = refusal({**ENOUGH, "SIGNING_KEY": PEM, "SIGNING_KEY_FILE": "keys/mine.pem"})
    assert words == "Set SIGNING_KEY or SIGNING_KEY_FILE, not both: dossiers are signed with one key."


def test_a_timestamping_authority_may_speak_plain_http() -> None:
    for url in ("http://timestamp.example/tsr?x=1", "https://timestamp.example"):
        assert load(TSA_URL=url).tsa_url == url


def test_a_collector_of_traces_may_speak_plain_http_and_what_it_is_shown_stays_hidden() -> None:
    settings = load(OTEL_EXPORTER_OTLP_ENDPOINT="http://collector:4318/", OTEL_EXPORTER_OTLP_HEADERS="key=hunter2")
    assert settings.otel_exporter_otlp_endpoint == "http://collector:4318"
    assert "hunter2" not in repr(settings)
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in refusal({**ENOUGH, "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"})


def test_without_a_way_in_both_are_named() -> None:
    words = refusal({"SLACK_BOT_TOKEN": BOT})
    assert "SLACK_APP_TOKEN" in words
    assert "SLACK_SIGNING_SECRET" in words


def test_no_secret_shows_in_the_settings_themselves() -> None:
    shown = repr(load(SLACK_SIGNING_SECRET=SIGNING, DATABASE_URL="postgresql://desk:hunter2@db.example/desk"))
    for secret in (BOT, APP, SIGNING, "hunter2"):
        assert secret not in shown


def test_settings_cannot_be_changed() -> None:
    settings = load()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"# tokens\nSLACK_BOT_TOKEN={BOT}\nexport SLACK_APP_TOKEN='{APP}'\nPORT=4000\nUNDO_SECONDS=5\n")
    settings = load_settings({"PORT": "5000"}, env_file=env_file)
    assert (settings.port, settings.undo_seconds) == (5000, 5)


def test_a_dollar_in_the_env_file_is_a_dollar(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"SLACK_BOT_TOKEN={BOT}\nSLACK_SIGNING_SECRET=ab${{HOME}}cd\n")
    secret = load_settings({}, env_file=env_file).slack_signing_secret
    assert secret is not None
    assert secret.get_secret_value() == "ab${HOME}cd"


def test_an_env_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"\xff\xfe\x00secret")
    with pytest.raises(Misconfigured, match=r"\.env cannot be read"):
        load_settings(ENOUGH, env_file=env_file)


def test_dossiers_go_to_no_folder_until_one_is_named() -> None:
    assert load().dossiers_folder is None
    assert load(DOSSIERS_FOLDER="/srv/dossiers").dossiers_folder == Path("/srv/dossiers")
