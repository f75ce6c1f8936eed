"""What the desk is deployed with names settings and verbs that there are."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.cli import _parser
from config.settings import Settings

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "takedown-desk.service"
_GIVEN_BY_THE_PLATFORM = {"DATABASE_URL", "PORT", "DYNO"}


def app() -> dict[str, dict[str, dict[str, object]]]:
    read: dict[str, dict[str, dict[str, object]]] = json.loads((ROOT / "app.json").read_text())
    return read


def commands() -> list[tuple[str, str]]:
    """Every command line that starts the desk, and the file it stands in."""
    found = [("Procfile", line.partition(":")[2]) for line in (ROOT / "Procfile").read_text().splitlines()]
    found += [(UNIT.name, line) for line in re.findall(r"^ExecStart=(.*)$", UNIT.read_text(), re.MULTILINE)]
    dockerfile = (ROOT / "Dockerfile").read_text()
    entry, verb = (json.loads(re.findall(rf"^{word} (\[.*\])$", dockerfile, re.MULTILINE)[0]) for word in WORDS)
    return [*found, ("Dockerfile", shlex.join([*entry, *verb]))]


WORDS = ("ENTRYPOINT", "CMD")


@pytest.mark.parametrize(("file", "line"), commands())
def test_every_command_is_a_verb_of_the_command_line(file: str, line: str) -> None:
    words = shlex.split(line)
    at = words.index("bot")
    assert words[at - 1] == "-m", file
    assert callable(_parser().parse_args(words[at + 1 :]).run)


def test_the_platform_is_told_of_settings_that_there_are() -> None:
    known = {name.upper() for name in Settings.model_fields}
    assert set(app()["env"]) <= known - _GIVEN_BY_THE_PLATFORM


def test_what_a_desk_cannot_start_without_is_asked_for() -> None:
    needed = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    asked = {name for name, one in app()["env"].items() if one.get("required", True) and "value" not in one}
    assert asked == needed | {"SLACK_SIGNING_SECRET", "ADMIN_USERS"}


def test_the_platform_s_own_values_make_a_desk_start() -> None:
    values = {name.lower(): one["value"] for name, one in app()["env"].items() if "value" in one}
    secrets = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s", "database_url": "postgres://u:p@h/d"}
    settings = Settings(**values, **secrets, dyno="web.1")
    assert settings.host == "0.0.0.0"


def test_settings_that_the_image_and_the_unit_set_are_known() -> None:
    known = {name.upper() for name in Settings.model_fields} | {"PATH", "PYTHONUNBUFFERED"} | PIP
    said = re.findall(r"^ENV (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    said += re.findall(r"^Environment=(.*)$", UNIT.read_text(), re.MULTILINE)
    assert {pair.partition("=")[0] for line in said for pair in line.split()} <= known


PIP = {"PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_CACHE_DIR"}


def test_everything_that_is_packaged_goes_into_the_image() -> None:
    copied = set(re.findall(r"^COPY (?!--)(\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == {"bot", "handlers", "config"} <= kept


def test_the_image_s_file_passes_its_linter() -> None:
    ended = subprocess.run(["hadolint", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False, env=PATHS)
    assert (ended.returncode, ended.stdout) == (0, "")


PATHS = {"PATH": f"{ROOT / '.venv' / 'bin'}:/usr/bin:/bin"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    """But for the program, which is not installed here."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/takedown-desk/.venv/bin/python", "/bin/true"))
    ended = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, env=PATHS
    )
    assert (ended.returncode, ended.stderr) == (0, "")
