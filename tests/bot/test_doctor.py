"""The doctor and the tokens that marketplaces renew: what is said of them when the store cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.doctor import Finding, examine
from bot.marketplaces.matrix import written
from bot.model import utc_now
from bot.stores.tiny import open_tiny
from config.settings import load_settings

RIGHT = '[rights.ACME]\nkind = "trademark"\ntitle = "ACME"\njurisdictions = ["EU"]\nowner = "Acme SE"\n'


async def examined(folder: Path, database: str) -> Finding:
    """What is found of a marketplace whose tokens are in the store."""
    desk_file = folder / "desk.toml"
    desk_file.write_text(f"{written('mercadolibre')}\n{RIGHT}", encoding="utf-8")
    environ = {
        "SLACK_BOT_TOKEN": "xoxb-1-secret",
        "SLACK_APP_TOKEN": "xapp-1-secret",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "MARKETPLACES_FILE": str(desk_file),
        "DATABASE_URL": database,
        "MERCADOLIBRE_SECRET": "very-secret-client",
        "MERCADOLIBRE_REFRESH_TOKEN": "very-secret-refresh",
    }
    findings = await examine(load_settings(environ, env_file=None), environ)
    (found,) = [one for one in findings if one.what.startswith("marketplace ")]
    return found


async def test_what_no_notice_of_a_kind_could_have_is_found_before_anybody_files(tmp_path: Path) -> None:
    desk_file = tmp_path / "desk.toml"
    cloudflare = written("cloudflare").partition("# Needed for copyright only:")[0]
    photos = '[rights.PHOTOS]\nkind = "copyright"\ntitle = "photos"\njurisdictions = ["US"]\nowner = "Acme SE"\n'
    desk_file.write_text(f'{cloudflare}base_url = "http://127.0.0.1:9"\n{RIGHT}{photos}', encoding="utf-8")
    environ = {
        "SLACK_BOT_TOKEN": "xoxb-1-secret",
        "SLACK_APP_TOKEN": "xapp-1-secret",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "MARKETPLACES_FILE": str(desk_file),
        "DATABASE_URL": f"tinydb:///{tmp_path}/notices.json",
        "CLOUDFLARE_TOKEN": "very-secret",
    }
    found = {one.what: one for one in await examine(load_settings(environ, env_file=None), environ)}
    assert not found["right PHOTOS"].well
    assert "does not say which work it is" in found["right PHOTOS"].advice
    assert found["right ACME"].well
    copyright_finding = found["marketplace cloudflare cannot be sent copyright"]
    assert "an admin adds address1, city, state, country" in copyright_finding.advice
    assert "mark's number" in found["marketplace cloudflare cannot be sent counterfeit"].advice
    assert "marketplace cloudflare cannot be sent other" not in found


async def test_a_running_desk_looks_after_its_tokens(tmp_path: Path) -> None:
    store = await open_tiny(tmp_path / "notices.json", utc_now)
    found = await examined(tmp_path, f"tinydb:///{tmp_path}/notices.json")
    await store.close()
    assert found.well
    assert "the running desk looks after its tokens" in found.what


@pytest.mark.parametrize("kind", ["mysql", "broken"])
async def test_a_store_that_cannot_be_opened_is_no_running_desk(tmp_path: Path, kind: str) -> None:
    (tmp_path / "notices.json").write_text("no store", encoding="utf-8")
    database = "mysql://x" if kind == "mysql" else f"tinydb:///{tmp_path}/notices.json"
    found = await examined(tmp_path, database)
    assert not found.well
    assert found.what == "marketplace mercadolibre"
    assert "its tokens could not be read" in found.advice
    assert "running desk" not in str(found)
