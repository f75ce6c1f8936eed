"""The doctor: of tokens that marketplaces renew when the store cannot be opened, and of what referrals need."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.doctor import examine
from bot.dossiers import keys
from bot.findings import Finding
from bot.marketplaces.matrix import written
from bot.model import utc_now
from bot.stores.tiny import open_tiny
from config.settings import load_settings
from tests.bot.dossiers import made
from tests.bot.dossiers.authority import Authority, serving
from tests.stories.world import sandbox_of

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


async def of_referrals(folder: Path, what: str, *, desk_file: str = "", **settings: str) -> Finding:
    """The finding that begins so."""
    file = folder / "desk.toml"
    file.write_text(f"{RIGHT}{desk_file}", encoding="utf-8")
    environ = {
        "SLACK_BOT_TOKEN": "xoxb-1-secret",
        "SLACK_APP_TOKEN": "xapp-1-secret",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "MARKETPLACES_FILE": str(file),
        "DATABASE_URL": f"tinydb:///{folder}/notices.json",
        **settings,
    }
    findings = await examine(load_settings(environ, env_file=None), environ)
    (found,) = [one for one in findings if one.what.startswith(what)]
    assert "very-secret" not in str(findings)
    return found


async def test_a_key_is_a_hint_until_an_agency_is_on(tmp_path: Path) -> None:
    hint = await of_referrals(tmp_path, "signing key")
    assert hint.well
    assert "once an agency is on, dossiers need one: make it with `python -m bot keys`" in hint.advice
    store = await open_tiny(tmp_path / "notices.json", utc_now)
    await store.save(made.agency(on=False))
    await store.close()
    assert (await of_referrals(tmp_path, "signing key")).well
    store = await open_tiny(tmp_path / "notices.json", utc_now)
    await store.save(made.agency(version=2))
    await store.close()
    missing = await of_referrals(tmp_path, "signing key")
    assert not missing.well
    assert missing.advice == "make it with `python -m bot keys`"


async def test_a_key_is_told_by_its_fingerprint_and_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    key = keys.make(tmp_path / "signing-key.pem")
    mark = keys.spoken(keys.fingerprint(keys.public_bytes(key)))
    found = await of_referrals(tmp_path, "signing key")
    assert found.well
    assert mark in str(found)
    (tmp_path / "signing-key.pem").chmod(0o640)
    open_to_others = await of_referrals(tmp_path, "signing key")
    assert not open_to_others.well
    assert "mode 0640" in open_to_others.what
    assert "chmod 600" in open_to_others.advice
    (tmp_path / "signing-key.pem").write_text("very-secret", encoding="utf-8")
    broken = await of_referrals(tmp_path, "signing key")
    assert not broken.well
    assert "no Ed25519 key" in broken.advice


async def test_the_key_that_is_in_the_environment_is_told_too_and_never_said(tmp_path: Path) -> None:
    mark = keys.spoken(keys.fingerprint(keys.public_bytes(keys.make(tmp_path / "other.pem"))))
    pem = (tmp_path / "other.pem").read_text(encoding="utf-8")
    found = await of_referrals(tmp_path, "SIGNING_KEY", SIGNING_KEY=pem)
    assert found.well
    assert mark in str(found)
    assert pem.splitlines()[1] not in str(found)


async def test_an_authority_is_asked_for_a_timestamp(tmp_path: Path) -> None:
    authority = await asyncio.to_thread(Authority, tmp_path / "tsa")
    with serving(authority) as url:
        found = await of_referrals(tmp_path, "TSA_URL", TSA_URL=url)
        assert found.well, found
        authority.status = 503
        busy = await of_referrals(tmp_path, "TSA_URL", TSA_URL=url)
    assert not busy.well
    assert "503" in busy.advice
    nobody = await of_referrals(tmp_path, "TSA_URL", TSA_URL="http://127.0.0.1:9/tsr")
    assert not nobody.well
    assert "dossiers are made without" in nobody.advice


async def test_the_folder_for_dossiers_is_there_can_be_written_and_is_not_for_anybody(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    found = await of_referrals(tmp_path, "DOSSIERS_FOLDER", DOSSIERS_FOLDER=str(folder))
    assert not found.well
    assert "is not there" in found.advice
    assert not folder.exists(), "the doctor makes none"
    folder.mkdir()
    folder.chmod(0o750)
    assert (await of_referrals(tmp_path, "DOSSIERS_FOLDER", DOSSIERS_FOLDER=str(folder))).well
    assert not list(folder.iterdir()), "it leaves nothing behind"
    folder.chmod(0o755)
    found = await of_referrals(tmp_path, "DOSSIERS_FOLDER", DOSSIERS_FOLDER=str(folder))
    assert not found.well
    assert "anybody on this machine may look in" in found.advice
    found = await of_referrals(tmp_path, "DOSSIERS_FOLDER", DOSSIERS_FOLDER="/proc")
    assert not found.well
    assert "cannot be written" in found.advice


async def test_the_channel_for_cases_is_private_and_we_are_in_it(tmp_path: Path) -> None:
    async with sandbox_of(utc_now, []) as slack:

        async def found(channel: str) -> Finding:
            way_in = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.api_url}
            return await of_referrals(
                tmp_path, "cases_channel", desk_file=f"[desk]\ncases_channel = '{channel}'\n", **way_in
            )

        public = await found("C0BRAND")
        assert not public.well
        assert "is not private" in public.advice
        outside = await found("C0LEGAL")
        assert not outside.well
        assert "invite me there" in outside.advice
        slack.invite_bot("legal")
        inside = await found("C0LEGAL")
        assert inside.well
        assert "#legal, private" in inside.what
    gone = await of_referrals(tmp_path, "cases_channel", desk_file="[desk]\ncases_channel = 'C0LEGAL'\n")
    assert not gone.well
    assert "could not be looked at" in gone.advice
