"""What the doctor looks at for referrals and cases: the key, the timestamps, the folder, the channel for cases."""

from __future__ import annotations

import importlib
import stat
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from bot.app import open_slack
from bot.dossiers import keys, places
from bot.errors import Misconfigured, SlackError, TakedownError
from bot.findings import Finding
from bot.model import Agency, utc_now
from bot.stores.opening import open_store
from config.desk_file import DeskFile
from config.settings import Settings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ANYBODY = stat.S_IRWXO


async def referrals(settings: Settings, desk_file: DeskFile) -> list[Finding]:
    """Signs nothing, and makes no folder. What is not set is no finding, but for the key."""
    findings = await _key(settings)
    if settings.tsa_url:
        findings.append(await _timestamps(settings.tsa_url))
    if settings.dossiers_folder is not None:
        findings.append(_folder(settings.dossiers_folder))
    if desk_file.cases_channel:
        findings.append(await _channel(settings, desk_file.cases_channel))
    return findings


async def _key(settings: Settings) -> list[Finding]:
    """A desk that refers nobody needs no key."""
    try:
        kept = places.signing_key(settings.database_url, settings.signing_key_file, settings.signing_pem)
    except Misconfigured:
        return []  # of the store, which was looked at
    named = "SIGNING_KEY" if isinstance(kept, str) else f"signing key {kept}"
    try:
        mode = stat.S_IMODE(kept.stat().st_mode) if isinstance(kept, Path) else 0
        mark = keys.spoken(keys.fingerprint(keys.public_bytes(keys.load(kept))))
    except FileNotFoundError:
        on = await _agency_is_on(settings)
        when = "" if on else "once an agency is on, dossiers need one: "
        return [Finding(not on, f"{named} is not there", f"{when}make it with `python -m bot keys`")]
    except OSError as error:
        return [Finding(False, named, f"cannot be read ({error.strerror}): give it to the user the desk runs as")]
    except Misconfigured as wrong:
        return [Finding(False, named, str(wrong))]
    if mode & _OTHERS:
        return [Finding(False, f"{named} (mode {mode:04o})", f"others may read it: `chmod 600 {kept}`")]
    return [Finding(True, f"{named}, fingerprint {mark}")]


async def _agency_is_on(settings: Settings) -> bool:
    """As far as the store tells: while a desk runs, nobody else opens it."""
    try:
        store = await open_store(settings.database_url, utc_now)
    except TakedownError:
        return False
    try:
        return any(agency.on for agency in await store.entries(Agency))
    finally:
        await store.close()


async def _timestamps(url: str) -> Finding:
    # Only where an authority is set, as where dossiers are made: a desk without one never loads the library.
    timestamps = importlib.import_module("bot.dossiers.timestamps")
    why: str = await timestamps.trouble(url)
    host = urlsplit(url).hostname
    if not why:
        return Finding(True, f"TSA_URL: {host} gives timestamps")
    return Finding(
        False, f"TSA_URL {host}", f"gives no timestamp ({why}); dossiers are made without. Check the address"
    )


def _folder(folder: Path) -> Finding:
    what = f"DOSSIERS_FOLDER {folder}"
    if not folder.is_dir():
        return Finding(False, what, f"is not there: mount it, or make it with `mkdir -m 700 {folder}`")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(False, what, f"cannot be written ({error.strerror}): give it to the user the desk runs as")
    if (mode := stat.S_IMODE(folder.stat().st_mode)) & _ANYBODY:
        return Finding(False, f"{what} (mode {mode:04o})", f"anybody on this machine may look in: `chmod o= {folder}`")
    return Finding(True, f"{what} can be written")


async def _channel(settings: Settings, channel: str) -> Finding:
    what = f"cases_channel {channel}"
    slack = open_slack(settings)
    try:
        room = await slack.room(channel)
    except SlackError as error:
        return Finding(False, what, f"could not be looked at: {error}")
    finally:
        await slack.close()
    if room is None:
        return Finding(False, what, "Slack shows me no such channel: copy its id again, or invite me there")
    if not room.private:
        return Finding(False, what, f"#{room.name} is not private, so cases go elsewhere: name a private one")
    if room.archived:
        return Finding(False, what, f"#{room.name} is archived, so cases go elsewhere: name another")
    if not room.member:
        return Finding(False, what, f"I am not in #{room.name}: invite me there")
    return Finding(True, f"{what} is #{room.name}, private, and I am in it")
