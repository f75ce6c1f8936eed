"""The command line, as it is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sandbox.serving import free_port

ROOT = Path(__file__).parents[2]
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1-secret",
    "SLACK_APP_TOKEN": "xapp-1-secret",
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
    "ADMIN_USERS": "U0ADA",
}


def bot(*arguments: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run in an empty folder, so that no `.env` is near."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "ADMIN_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env={**clean, "PYTHONPATH": str(ROOT), **environ},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({**GOOD, "SLACK_BOT_TOKEN": "xapp-1-secret"}, "SLACK_BOT_TOKEN"),
        ({**GOOD, "SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN"),
        ({**GOOD, "SLACK_CLIENT_ID": "1", "SLACK_CLIENT_SECRET": "secret"}, "SLACK_CLIENT_ID"),
        ({**GOOD, "PORT": "http"}, "PORT"),
        ({**GOOD, "UNDO_SECONDS": "-1"}, "UNDO_SECONDS"),
        ({**GOOD, "MARKETPLACES_FILE": "nowhere.toml"}, "MARKETPLACES_FILE"),
        (
            {**GOOD, "MARKETPLACES_FILE": str(ROOT / "config/marketplaces.toml"), "DATABASE_URL": "mysql://x"},
            "DATABASE_URL",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence_that_names_it(
    tmp_path: Path, environ: dict[str, str], named: str
) -> None:
    ended = bot("run", folder=tmp_path, **environ)
    assert ended.returncode == 2
    assert named in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("url", ["", "sqlite:///desk.sqlite"])
@pytest.mark.parametrize("verb", ["web", "worker"])
def test_a_store_of_one_process_is_refused_to_several_in_a_sentence_that_says_what_to_do(
    tmp_path: Path, verb: str, url: str
) -> None:
    ended = bot(
        verb, folder=tmp_path, **GOOD, DATABASE_URL=url, MARKETPLACES_FILE=str(ROOT / "config/marketplaces.toml")
    )
    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    for words in ("DATABASE_URL", f"`{verb}`", "postgresql://", "python -m bot run"):
        assert words in ended.stderr
    assert not (tmp_path / "data").exists(), "nothing was begun"


def test_a_retention_that_would_flatter_us_stops_the_start(tmp_path: Path) -> None:
    desk_file = tmp_path / "mine.toml"
    desk_file.write_text(
        '[marketplaces.acme]\nadapter = "rest"\nname = "Acme"\nbase_url = "https://api.acme.example/v1"\n'
        'token_env = "ACME_TOKEN"\nhosts = ["acme.example"]\nlisting_pattern = \'/item/(?P<listing>\\d+)\'\n'
        "good_faith = { upheld = 90 }\n"
    )
    environ = {**GOOD, "ACME_TOKEN": "token", "MARKETPLACES_FILE": str(desk_file), "RETENTION_DAYS": "30"}
    ended = bot("run", folder=tmp_path, **environ)
    assert ended.returncode == 2
    assert "RETENTION_DAYS is 30, but good_faith" in ended.stderr
    assert "RETENTION_DAYS" in bot("doctor", folder=tmp_path, **environ).stdout


def test_a_taken_port_stops_the_start_too(tmp_path: Path) -> None:
    port = free_port()
    holder = subprocess.Popen([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)], cwd=tmp_path)
    try:
        import_socket_ready(port)
        marketplaces = str(ROOT / "config/marketplaces.toml")
        ended = bot("run", folder=tmp_path, **GOOD, PORT=str(port), MARKETPLACES_FILE=marketplaces)
        assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
        assert "PORT" in ended.stderr
    finally:
        holder.terminate()
        holder.wait()


def import_socket_ready(port: int) -> None:
    """Wait until somebody listens there."""
    probe = f"import socket,time\nfor _ in range(200):\n  try: socket.create_connection(('127.0.0.1',{port})); break\n"
    probe += "  except OSError: time.sleep(0.05)\n"
    subprocess.run([sys.executable, "-c", probe], check=True, timeout=30)


def test_listing_says_what_an_address_is_taken_for_a_line_each(tmp_path: Path) -> None:
    addresses = ["https://www.ebay.com/itm/285412345678?x=1", "https://ebay.com.evil.example/itm/285412345678"]
    ended = bot("listing", *addresses, "--json", folder=tmp_path)
    good, bad = map(json.loads, ended.stdout.splitlines())
    assert list(good) == ["address", "marketplace", "listing_id", "canonical", "seller", "refused"]
    assert (good["marketplace"], good["listing_id"], good["refused"]) == ("ebay", "285412345678", None)
    assert (bad["marketplace"], bool(bad["refused"])) == (None, True)
    assert ended.returncode == 1


def test_an_admin_can_try_a_pattern_before_its_secrets_are_there(tmp_path: Path) -> None:
    desk_file = tmp_path / "mine.toml"
    desk_file.write_text(
        '[marketplaces.acme]\nadapter = "rest"\nname = "Acme"\nbase_url = "https://api.acme.example/v1"\n'
        'token_env = "ACME_TOKEN"\nhosts = ["acme.example"]\nlisting_pattern = \'/item/(?P<listing>\\d+)\'\n'
    )
    ended = bot("listing", "https://acme.example/item/7", "--marketplaces", str(desk_file), folder=tmp_path)
    assert ended.returncode == 0
    assert "acme listing 7" in ended.stdout


def test_the_doctor_says_what_to_do_about_each_thing_that_fails(tmp_path: Path) -> None:
    desk_file = tmp_path / "mine.toml"
    desk_file.write_text(
        '[marketplaces.acme]\nadapter = "rest"\nname = "Acme"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'token_env = "ACME_TOKEN"\nhosts = ["acme.example"]\nlisting_pattern = \'/item/(?P<listing>\\d+)\'\n'
        '[rights.OLD]\nkind = "trademark"\ntitle = "Old"\nregistration_no = "1"\noffice = "EUIPO"\n'
        'jurisdictions = ["EU"]\nowner = "Us"\nexpires_on = 2020-01-01\n'
    )
    ended = bot("doctor", folder=tmp_path, **GOOD, MARKETPLACES_FILE=str(desk_file), ACME_TOKEN="very-secret")
    assert ended.returncode == 1
    failing = [line for line in ended.stdout.splitlines() if line.startswith("FAIL")]
    for what in ("SLACK_API_URL", "right OLD", "marketplace acme"):
        assert any(what in line for line in failing), ended.stdout
    assert any("made; check its address and the network" in line for line in failing), ended.stdout
    assert "secret" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_traces_without_the_package_are_refused_in_a_sentence(tmp_path: Path) -> None:
    nothing = tmp_path / "without" / "opentelemetry"
    nothing.mkdir(parents=True)
    (nothing / "__init__.py").touch()  # found first, and empty
    path = f"{nothing.parent}:{ROOT}"
    market = {"MARKETPLACES_FILE": str(ROOT / "config/marketplaces.toml"), "ACME_TOKEN": "t", "ACME_PUSH_SECRET": "p"}
    collector = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    ended = bot("run", folder=tmp_path, **GOOD, **market, **collector, PYTHONPATH=path)
    assert ended.returncode == 2
    assert "OpenTelemetry is not installed" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
