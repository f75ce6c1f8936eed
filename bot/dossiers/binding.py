"""Making a dossier: the heavy part in a process of its own, which ends with it; the signature here."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import os
import re
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.dossiers import keys
from bot.dossiers.sealing import MANIFEST, SIGNATURE, TIMESTAMP, signature, signer
from bot.dossiers.unfinished import workplace
from bot.errors import StoreUnavailable
from bot.model import Built, Material
from bot.stores.disk import PRIVATE, Disk

SECONDS = 120.0
"""How long a dossier may take. The largest we know takes ten."""
MATERIAL, UNSIGNED = "material.json", "dossier.zip"
_FOR_NOBODY_ELSE = 0o077
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9]+")
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME", "SYSTEMROOT", "VIRTUAL_ENV")
_WORDS = 500
_ROOT = Path(__file__).parents[2]

log = structlog.get_logger(__name__)


async def bind(
    material: Material,
    *,
    into: Path,
    evidence: Path,
    key: Path | str,
    tsa_url: str = "",
    seconds: float = SECONDS,
) -> Built:
    """Make the dossier, sign it, and keep it in the folder `into`; when this returns it is on the medium.

    `evidence` is the folder of `bot.evidence`. `key` is the file with the signing key, or the PEM itself. With
    `tsa_url` that authority is asked for a timestamp; when it gives none the dossier is made without, and says so.
    The same material again takes the place of the dossier that was made of it.

    Raises:
        StoreUnavailable: it could not be made, for the reason it says; nothing of it is there.
        Misconfigured: there is no key to sign with.
    """
    signing = await asyncio.to_thread(keys.load, key)
    with contextlib.ExitStack() as stack:
        try:
            folder = await asyncio.to_thread(stack.enter_context, workplace(into))
        except OSError as error:
            raise StoreUnavailable(f"A dossier cannot be kept in {into} ({error.strerror}).") from error
        work = _Binding(material=material, into=into, evidence=evidence, key=signing, tsa_url=tsa_url, folder=folder)
        try:
            return await work.done(seconds)
        except (OSError, zipfile.BadZipFile) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise StoreUnavailable(f"The dossier could not be written to {into} ({why}). Try again.") from error


@dataclass(frozen=True, kw_only=True)
class _Binding:
    """One dossier on its way. `folder` is private to it, and gone with it."""

    material: Material
    into: Path
    evidence: Path
    key: Ed25519PrivateKey
    tsa_url: str
    folder: Path

    async def done(self, seconds: float) -> Built:
        """Made, timestamped where that is asked for and given, signed, and in its place."""
        await asyncio.to_thread(self._write_material)
        await self._run(seconds)
        manifest = await asyncio.to_thread(self._read_manifest)
        stamp = await self._stamp(manifest) if self.tsa_url else None
        return await asyncio.to_thread(self._sealed, manifest, stamp)

    def _write_material(self) -> None:
        written = orjson.dumps(self.material, default=_json, option=orjson.OPT_NON_STR_KEYS)
        handle = os.open(self.folder / MATERIAL, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
        with os.fdopen(handle, "wb") as opened:
            opened.write(written)

    def _read_manifest(self) -> bytes:
        with zipfile.ZipFile(self.folder / UNSIGNED) as archive:
            return archive.read(MANIFEST)

    async def _run(self, seconds: float) -> None:
        arguments = ("-m", "bot.dossiers", str(self.folder), str(self.evidence.absolute()))
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(self.folder),
            umask=_FOR_NOBODY_ELSE,
        )
        try:
            async with asyncio.timeout(seconds):
                _, said = await child.communicate()
        except TimeoutError:
            raise StoreUnavailable(f"The dossier took longer than {seconds:.0f} seconds and was given up.") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode:
            raise StoreUnavailable(_sentence(said.decode("utf-8", "replace"), child.returncode))

    async def _stamp(self, manifest: bytes) -> bytes | None:
        # Loaded only where an authority is set: other desks carry none of it in their memory.
        timestamps = importlib.import_module("bot.dossiers.timestamps")
        answer: bytes | None = await timestamps.stamp(self.tsa_url, manifest)
        return answer

    def _sealed(self, manifest: bytes, stamp: bytes | None) -> Built:
        """Sign it, and put it where it stays."""
        one, made = self.material, self.folder / UNSIGNED
        signed = signature(self.key, referral=one.referral.id, made_at=one.made_at, manifest=manifest, timestamp=stamp)
        with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, content in ((SIGNATURE, signed), *([(TIMESTAMP, stamp)] if stamp else [])):
                last = zipfile.ZipInfo(name, archive.getinfo(MANIFEST).date_time)
                last.external_attr = archive.getinfo(MANIFEST).external_attr
                last.create_system = archive.getinfo(MANIFEST).create_system
                archive.writestr(last, content)
        name, disk = _name(one), Disk()
        with made.open("rb+") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            os.fchmod(opened.fileno(), PRIVATE)
            disk.sync(opened.fileno())
        size = made.stat().st_size
        disk.replace(made, self.into / name)
        disk.sync_folder(self.into)
        return Built(
            name=name,
            sha256=sha256,
            size=size,
            manifest=hashlib.sha256(manifest).hexdigest(),
            key=signer(self.key),
            at=one.made_at,
            timestamped=stamp is not None,
        )


def _name(material: Material) -> str:
    agency = _NOT_IN_A_NAME.sub("-", material.agency.key).strip("-")
    return f"{material.referral.id}-{agency}-{material.made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"


def _environment(folder: Path) -> dict[str, str]:
    """What the child needs, and none of our secrets."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
    return {**passed, "TMPDIR": str(folder), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def _sentence(said: str, code: int) -> str:
    """What the child said; of a crash the last line goes to the log, for it may hold what nobody should read."""
    lines = said.strip().splitlines()
    if code == 1 and len(lines) == 1:
        return lines[0][:_WORDS]
    log.error("dossier failed", code=code, why=_kind_of_crash(lines))
    ended = "was stopped, perhaps for want of memory" if code < 0 else "failed"
    return f"The program that makes dossiers {ended}. Nothing of it was kept; the log says more."


def _kind_of_crash(lines: Iterable[str]) -> list[str]:
    """Where it happened and of what kind, without the words of the error."""
    kept = [
        line.strip()
        for line in lines
        if line.lstrip().startswith("File ") or re.match(r"[\w.]+(?:Error|Exception)\b", line)
    ]
    return [line.partition(": ")[0] if not line.startswith("File ") else line for line in kept[-6:]]


def _json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
