"""Carrying dossiers: making one, keeping it, and putting it into somebody's direct messages, or into a folder.

One that was made but is not on record was sent to nobody, and is made anew; one that is on record is never made again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from bot.desk import Desk, authority, dossiers, referrals
from bot.desk.dossiers import Sending
from bot.errors import Misconfigured, NotAllowed, Refused, SlackDeclined, SlackError, StoreUnavailable
from bot.model import Actor, Built, Delivery, Material, May, Posted, Referral
from bot.retries import OUR_ACCOUNT, Deferred, backoff
from bot.shelves import DossierShelf

log = structlog.get_logger(__name__)

TRIES = 3
"""Attempts after which a dossier that cannot be made is told of."""
FOLDER_TRIES = 6
"""Attempts, within a minute or so, after which it is told that the folder cannot be written."""
MOST_BYTES = 1_000_000_000
"""Of a file in Slack. Source: docs.slack.dev/messaging/working-with-files."""
_PIECE = 1 << 20

Make = Callable[[Material], Awaitable[Built]]
"""Makes a dossier and keeps it under the name it gives. Raises: Misconfigured: there is no key to sign with."""


class Shelf(Protocol):
    """A Slack that takes files. Failures are `SlackError`s: see `bot.errors`."""

    async def direct(self, user_id: str) -> str:
        """The channel of the direct messages with a person."""

    async def send_path(self, channel: str, path: Path, size: int, *, title: str, words: str) -> None: ...

    async def find_file(self, channel: str, name: str, *, since: datetime, thread_ts: str = "") -> Posted | None:
        """The message of ours with a file of this name since then."""


@dataclass(frozen=True, kw_only=True)
class Dossiers:
    """Makes and sends dossiers. `kept` keeps them; `out` is the folder where those go that are not sent."""

    desk: Desk
    shelf: Shelf
    make: Make
    kept: DossierShelf
    out: Path | None = None

    async def dossier(self, delivery: Delivery) -> None:
        sending = Sending.of(delivery)
        await (self._make(delivery) if sending is None else self._send(delivery, sending))

    async def _make(self, delivery: Delivery) -> None:
        """Make it, unless it is made, and have it handed out.

        Raises:
            Conflict: the referral changed meanwhile.
            Deferred: Slack does not say what people are called.
        """
        await self._sweep(delivery.subject)
        try:
            there = await dossiers.to_make(self.desk, delivery)
        except SlackError as unsure:
            raise Deferred(backoff(delivery.attempts), "Slack does not say what people are called") from unsure
        if there is None:
            await self.desk.store.save(settles=delivery)
            return
        referral, material = there
        if material is not None:
            made = await self._made(delivery, referral, material)
            if made is None:
                return
            referral = made
        await dossiers.hand_out(self.desk, delivery, referral)

    async def _made(self, delivery: Delivery, referral: Referral, material: Material) -> Referral | None:
        try:
            built = await self.make(material)
        except (Refused, Misconfigured) as wrong:
            await dossiers.cannot_be_made(self.desk, delivery, referral, str(wrong))
            return None
        except Exception as error:
            known = isinstance(error, StoreUnavailable)  # of the disk, not of the store of the desk
            if delivery.attempts + 1 < TRIES:
                if known:
                    raise Deferred(backoff(delivery.attempts), str(error)) from error
                raise
            log.exception("dossier.failed", referral=referral.id)
            why = str(error) if known else "Something went wrong; the log says what."
            await dossiers.cannot_be_made(self.desk, delivery, referral, why)
            return None
        return await dossiers.made(self.desk, referral, material, built)

    async def _sweep(self, referral_id: str) -> None:
        """Take away what an earlier attempt made and is not on record: nobody has it."""
        referral = await self.desk.store.entry(Referral, referral_id)
        on_record = referral.built.name if referral is not None and referral.built is not None else ""
        for name in await self.kept.names():
            if name.startswith(f"{referral_id}-") and name != on_record:
                await self.kept.remove(name)

    async def _send(self, delivery: Delivery, sending: Sending) -> None:
        try:
            there = await self._is_there(delivery, sending)
            why_not = "" if there else await self._brought(delivery, sending)
        except SlackDeclined as refusal:
            if refusal.code in OUR_ACCOUNT:
                raise
            log.warning("dossier.refused", referral=sending.referral_id, code=refusal.code)
            why_not = f"Slack does not take it ({refusal.code})."
        if why_not:
            await dossiers.not_sent(self.desk, delivery, sending, why_not)
        else:
            await dossiers.arrived(self.desk, delivery, sending)

    async def _is_there(self, delivery: Delivery, sending: Sending) -> bool:
        """Whether an attempt whose end was not seen has put it into direct messages."""
        if not delivery.attempts or sending.to == dossiers.FOLDER:
            return False
        _, built = await self._built(sending)
        channel = await self.shelf.direct(sending.to)
        return await self.shelf.find_file(channel, built.name, since=sending.at) is not None

    async def _brought(self, delivery: Delivery, sending: Sending) -> str:
        """Bring it to where it goes; why not, in a sentence.

        Raises:
            SlackError, Deferred: carry it again.
        """
        _, built = await self._built(sending)
        async with self.kept.lent(built.name) as path:
            return await self._carried(delivery, sending, built, path)

    async def _carried(self, delivery: Delivery, sending: Sending, built: Built, path: Path) -> str:
        wrong = await asyncio.to_thread(_changed, path, built)
        referral, built = await self._built(sending)  # anew: reading the file took a while
        if built.gone_at is not None:
            return dossiers.was_erased(referral, built.gone_at)
        if why_not := wrong or await self._not_for(referral, sending):
            return why_not
        if sending.to == dossiers.FOLDER:
            return await self._to_folder(delivery, path)
        return await self._to(referral, built, path, sending)

    async def _built(self, sending: Sending) -> tuple[Referral, Built]:
        referral = await referrals.find(self.desk, sending.referral_id)
        assert referral.built is not None, "only what is made is sent"
        return referral, referral.built

    async def _to(self, referral: Referral, built: Built, path: Path, sending: Sending) -> str:
        """Into somebody's direct messages; why not, in a sentence. Raises: SlackError."""
        if built.size > MOST_BYTES:
            return "It is too large for Slack. Whoever runs this desk finds it beside the store, in dossiers."
        channel = await self.shelf.direct(sending.to)
        words = (
            f"The dossier of {referral.id}, for {referral.agency_name}. Its SHA-256: {built.sha256}. "
            "Check it with verify.py inside; VERIFY.txt says how."
        )
        await self.shelf.send_path(channel, path, built.size, title=built.name, words=words)
        return ""

    async def _to_folder(self, delivery: Delivery, path: Path) -> str:
        """A copy into the folder; why not, in a sentence.

        Raises:
            Deferred: it may be away for a moment, as what is mounted is now and then.
        """
        if self.out is None:
            return "This desk has no folder for dossiers any more (DOSSIERS_FOLDER)."
        try:
            await asyncio.to_thread(_copied, path, self.out)
        except OSError as error:
            why_not = f"The folder for dossiers cannot be written ({error.strerror})."
            if delivery.attempts + 1 < FOLDER_TRIES:
                raise Deferred(backoff(delivery.attempts), why_not) from error
            return f"{why_not} Once it can be, `/referrals send {delivery.subject}` puts it there."
        return ""

    async def _not_for(self, referral: Referral, sending: Sending) -> str:
        """Why it is no longer for them: it was withdrawn, or roles changed.

        Raises:
            Deferred: Slack does not say who they are.
        """
        if dossiers.called_off(referral, sending):
            return "The referral was withdrawn meanwhile."
        if sending.to == dossiers.FOLDER:
            return ""
        who = Actor(user_id=sending.to)
        try:
            await authority.allowed(self.desk, who, May.REFER)
        except NotAllowed as refused:
            if isinstance(refused.__cause__, SlackError):
                raise Deferred(backoff(0), "Slack does not say who they are") from refused
            return "Whoever was to have it may no longer work on referrals."
        return "" if await referrals.may_have(self.desk, referral, who) else "It is no longer for them."


def _changed(path: Path, built: Built) -> str:
    """Why the file is not what was made, in a sentence; empty when it is."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            while piece := opened.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        return f"{path.name} cannot be read ({error.strerror}). Restore it from a backup."
    if digest.hexdigest() == built.sha256:
        return ""
    return f"{path.name} is not what was made: its SHA-256 differs. Restore it from a backup."


def _copied(path: Path, folder: Path) -> None:
    """A copy under the same name, whole or not there at all.

    The folder is never made here: where what is mounted is away, the copy would lie on this machine unnoticed.
    """
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=f"{path.stem}.", suffix=".tmp")
    try:
        with path.open("rb") as source, os.fdopen(handle, "wb") as target:
            shutil.copyfileobj(source, target, _PIECE)
            target.flush()
            os.fsync(target.fileno())
        Path(temporary).replace(folder / path.name)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
