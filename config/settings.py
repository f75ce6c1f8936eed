"""The environment as frozen settings. The only file that reads the environment; wrong values stop the start."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from bot.errors import Misconfigured
from config.addresses import authority_address, service_address

ENV_FILE = Path(".env")
"""Read from the working directory when it is there; the real environment wins over it."""

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_TOKENS = {
    "xoxb-": "a bot token (xoxb-…), which belongs in SLACK_BOT_TOKEN",
    "xapp-": "an app-level token (xapp-…), which belongs in SLACK_APP_TOKEN",
    "xoxp-": "a user token (xoxp-…), which the desk does not use",
    "xoxe": "an expiring or configuration token (xoxe…), which the desk does not use",
}


class Process(StrEnum):
    """What a process of the desk does, named as its verb."""

    RUN = "run"
    WEB = "web"
    WORKER = "worker"

    @property
    def listens(self) -> bool:
        """To Slack, and to what marketplaces push."""
        return self is not Process.WORKER

    @property
    def works(self) -> bool:
        """Carries deliveries, rings the bell and keeps house."""
        return self is not Process.WEB


def _bot_token(value: Any) -> SecretStr:
    return _token(value, "xoxb-", "the bot token, which starts with xoxb- (your app's OAuth & Permissions)")


def _app_token(value: Any) -> SecretStr:
    return _token(value, "xapp-", "the app-level token, which starts with xapp- (your app's Basic Information)")


def _token(value: Any, prefix: str, what: str) -> SecretStr:
    text = _plain(value)
    if not text.startswith(prefix):
        holds = next((words for start, words in _TOKENS.items() if text.startswith(start)), None)
        raise ValueError(f"holds {holds}; put {what}, here" if holds else f"must be {what}")
    return SecretStr(text)


def _signing_secret(value: Any) -> SecretStr:
    text = _plain(value)
    holds = next((words for start, words in _TOKENS.items() if text.startswith(start)), None)
    if holds:
        raise ValueError(f"holds {holds}; put the signing secret (your app's Basic Information) here")
    return SecretStr(text)


def _plain(value: Any) -> str:
    """One printable word, whether it comes wrapped as a secret or not."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be one word of plain characters; copy it again without spaces or quotes")
    return text


def _api_url(value: Any) -> str:
    return service_address(str(value)).rstrip("/") + "/"


def _pem(value: Any) -> SecretStr:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if "-----BEGIN PRIVATE KEY-----" not in text or "-----END PRIVATE KEY-----" not in text:
        raise ValueError("must hold the whole key as `python -m bot keys` makes it, from -----BEGIN to the end")
    return SecretStr(text)


def _tsa_url(value: Any) -> str:
    return authority_address(str(value))


def _collector(value: Any) -> str:
    return authority_address(str(value)).rstrip("/")


def _database_url(value: Any) -> str:
    text = str(value)
    if not re.match(r"[a-z][a-z0-9+]*://.", text):
        raise ValueError("must be an address such as tinydb:///data/notices.json")
    return text


def _whole(lowest: int, highest: int, unit: str, example: int) -> BeforeValidator:
    def read(value: Any) -> int:
        text = str(value)
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"must be {unit} from {lowest} to {highest}, for example {example}")
        return int(text)

    return BeforeValidator(read)


def _users(value: Any) -> frozenset[str]:
    users = frozenset(re.split(r"[,\s]+", value.strip(", \t\n")) if isinstance(value, str) else value) - {""}
    for user in sorted(users):
        if not _USER_ID.fullmatch(user):
            raise ValueError(
                f"holds {user[:40]!r}, which is not a Slack user id such as U012AB3CD "
                "(a profile's menu: Copy member ID); separate several by commas"
            )
    return users


def _choice(*known: str) -> BeforeValidator:
    def read(value: Any) -> str:
        word = str(value).casefold()
        if word not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return word

    return BeforeValidator(read)


def _path(value: Any) -> Path:
    return Path(value).expanduser()


class Settings(BaseModel):
    """How this desk runs. With an app token Slack is spoken to through Socket Mode, otherwise by signed HTTP.

    When both are set, Socket Mode wins: HTTP then serves health, metrics and marketplace pushes only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    slack_bot_token: Annotated[SecretStr, BeforeValidator(_bot_token)]
    slack_app_token: Annotated[SecretStr, BeforeValidator(_app_token)] | None = None
    slack_signing_secret: Annotated[SecretStr, BeforeValidator(_signing_secret)] | None = None
    slack_api_url: Annotated[str, BeforeValidator(_api_url)] = "https://slack.com/api/"
    # May hold a password.
    database_url: Annotated[str, BeforeValidator(_database_url), Field(repr=False)] = "tinydb:///data/notices.json"
    port: Annotated[int, _whole(1, 65535, "a port number", 3000)] = 3000
    host: Annotated[str, BeforeValidator(_plain)] = "127.0.0.1"
    """Where to listen: this machine only, until set to 0.0.0.0, as containers and platforms such as Heroku need."""
    admin_users: Annotated[frozenset[str], BeforeValidator(_users)] = frozenset()
    marketplaces_file: Annotated[Path, BeforeValidator(_path)] = Path("config/marketplaces.toml")
    undo_seconds: Annotated[int, _whole(0, 3600, "a number of seconds", 30)] = 30
    retention_days: Annotated[int, _whole(1, 36500, "a number of days", 365)] = 365
    """How long final notices stay in the working set before they are archived."""
    signing_key_file: Annotated[Path, BeforeValidator(_path)] | None = None
    """The key that dossiers are signed with; beside the store where neither this nor `signing_key` is set."""
    signing_key: Annotated[SecretStr, BeforeValidator(_pem)] | None = None
    """The key itself (PEM), for platforms that keep no files. Its newlines may be written as `\\n`."""
    tsa_url: Annotated[str, BeforeValidator(_tsa_url)] = ""
    """Who is asked for a timestamp of each dossier (RFC 3161); nobody where it is empty."""
    evidence_folder: Annotated[Path, BeforeValidator(_path)] | None = None
    """A folder that all processes share for evidence and dossiers; without it they lie in the database."""
    dossiers_folder: Annotated[Path, BeforeValidator(_path)] | None = None
    """Where a dossier goes, besides the direct messages of who asked, if its form says so."""
    otel_exporter_otlp_endpoint: Annotated[str, BeforeValidator(_collector)] = ""
    """Where traces are sent (OTLP over HTTP), if the extra `traces` is installed; none are made where it is empty."""
    otel_exporter_otlp_headers: SecretStr | None = None
    """What the collector is to be shown with each: `name=value,…`."""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"],
        _choice("debug", "info", "warning", "error", "critical"),
    ] = "info"
    log_format: Annotated[Literal["console", "json"], _choice("console", "json")] = "console"
    dyno: str = ""
    """Set by Heroku and platforms like it, whose disks do not last."""

    @model_validator(mode="after")
    def _has_one_key(self) -> Self:
        if self.signing_key is not None and self.signing_key_file is not None:
            raise PydanticCustomError(
                "two_keys", "Set SIGNING_KEY or SIGNING_KEY_FILE, not both: dossiers are signed with one key."
            )
        return self

    @model_validator(mode="after")
    def _keeps_files_in_one_place(self) -> Self:
        if self.evidence_folder is not None and self.database_url.startswith("tinydb:"):
            raise PydanticCustomError(
                "beside_tinydb",
                "Unset EVIDENCE_FOLDER: with TinyDB, evidence lies beside the file that DATABASE_URL names.",
            )
        return self

    @model_validator(mode="after")
    def _has_a_way_in(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise PydanticCustomError(
                "no_way_in",
                "Set SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP): "
                "without one of them Slack has no way to reach the desk.",
            )
        return self

    @model_validator(mode="after")
    def _has_a_disk_that_lasts(self) -> Self:
        if self.dyno and self.in_a_file:
            raise PydanticCustomError(
                "no_disk",
                "DATABASE_URL names a file, and this platform (DYNO is set) keeps none: "
                "set it to the postgresql:// address of a database, such as the platform's add-on gives you.",
            )
        return self

    @property
    def in_a_file(self) -> bool:
        """Whether the store is one of a single process, on the disk of its machine."""
        return self.database_url.startswith(("tinydb:", "sqlite:", "sqlite+"))

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None

    @property
    def signing_pem(self) -> str:
        """The key itself; empty where it is in a file."""
        return self.signing_key.get_secret_value() if self.signing_key else ""

    @property
    def undo(self) -> timedelta:
        return timedelta(seconds=self.undo_seconds)

    @property
    def retention(self) -> timedelta:
        return timedelta(days=self.retention_days)


def environment(env_file: Path | None = ENV_FILE) -> Mapping[str, str]:
    """The process environment over the `.env` file. Marketplace secrets are looked up in it by name.

    Raises:
        Misconfigured: the file is there but cannot be read.
    """
    return {**_from_file(env_file), **os.environ}


def database_url(environ: Mapping[str, str]) -> str:
    """The address of the store, for who needs no other setting."""
    return environ.get("DATABASE_URL", "").strip() or str(Settings.model_fields["database_url"].default)


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE) -> Settings:
    """Read the settings from `environ` (default: the process's) over `env_file`. Empty values count as not set.

    Raises:
        Misconfigured: one sentence naming the setting and what to do; never with a secret in it.
    """
    values = environment(env_file) if environ is None else {**_from_file(env_file), **environ}
    given = {name: values[name.upper()].strip() for name in Settings.model_fields if name.upper() in values}
    try:
        return Settings(**{name: value for name, value in given.items() if value})
    except ValidationError as wrong:
        words = _sentence(wrong)
    raise Misconfigured(words)


def refuse_alone(settings: Settings, process: Process) -> None:
    """Raises: Misconfigured: the store serves one process, and this one is for several."""
    if process is not Process.RUN and settings.in_a_file:
        raise Misconfigured(
            f"DATABASE_URL names a file, which serves one process: for `{process.value}` set it to a postgresql:// "
            "address, or use `python -m bot run`, which does everything in one process."
        )


def refuse_oauth(environ: Mapping[str, str]) -> None:
    """Raises: Misconfigured: variables are set at which Bolt would leave our token aside and wait for installations."""
    names = [name for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET") if environ.get(name)]
    if names:
        raise Misconfigured(f"Unset {' and '.join(names)}: Bolt would switch to OAuth and ignore SLACK_BOT_TOKEN.")


def _from_file(env_file: Path | None) -> dict[str, str]:
    if env_file is None or not env_file.is_file():
        return {}
    try:
        # As written: a `$` in a secret is a `$`.
        read = dotenv_values(env_file, encoding="utf-8", interpolate=False)
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"{env_file} cannot be read; check its permissions and that it is UTF-8 text.") from None
    return {name: value for name, value in read.items() if value is not None}


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"][:1]).upper()
    if first["type"] == "missing":
        return f"{name} is missing: set it in the environment or in .env; the README says where to find it."
    if first["type"] == "value_error":
        return f"{name} {first['ctx']['error']}."
    return first["msg"] if not name else f"{name} is not usable: {first['msg']}."
