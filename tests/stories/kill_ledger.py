"""Digests that come due one after the other while the bot is killed, and what disk and channels then say of each."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from bot.desk.occurrences import due
from bot.model import Actor, CatchUp, Clock, Occurrence, OccurrenceState, Rhythm, Rule, Schedule, utc_now
from bot.sandbox.driver import Sandbox
from bot.stores.opening import open_store
from tests import make

CHANNELS = {"C0BRAND": "brand-protection", "C0GENERAL": "general", "C0LEGAL": "legal"}
ADA = Actor(user_id="U0ADA", team_id="")
MISSED_DAYS = 10
"""Occurrences of each schedule that the first bell finds."""


def store_at(folder: Path) -> str:
    return f"tinydb:///{folder}/notices.json"


async def seed(address: str, *, count: int, over: timedelta, clock: Clock = utc_now) -> None:
    """For each channel a schedule that missed some days, and one whose occurrences, already written, come due now."""
    now = clock().replace(microsecond=0)
    store = await open_store(address, clock)
    far = (now + timedelta(hours=12)).time().replace(second=0)  # no bell rings for it during the test
    for number, channel in enumerate(CHANNELS, 1):
        missed = _schedule(f"DG-{number}", channel, at=far, since=now - timedelta(days=MISSED_DAYS))
        await store.save(missed, _schedule(f"DG-{number + 10}", channel, at=far, since=now))
    for number in range(count):
        turn = number % len(CHANNELS)
        at = now + number * over / count
        occurrence = Occurrence(
            schedule_id=f"DG-{turn + 11}",
            local=f"{at:%Y-%m-%dT%H:%M:%S}.{number}",
            version=1,
            due_at=at,
            channel=list(CHANNELS)[turn],
        )
        await store.save(*due(occurrence))
    await store.close()


def _schedule(schedule_id: str, channel: str, *, at: time, since: datetime) -> Schedule:
    return make.schedule(
        schedule_id,
        channel=channel,
        channel_name=CHANNELS[channel],
        rule=Rule(rhythm=Rhythm.DAILY, tz="UTC", at=at),
        since=since,
        catch_up=CatchUp.ALL,
        created_by=ADA,
        changed_by=ADA,
    )


@dataclass(frozen=True, kw_only=True)
class Wreck:
    """What a killed bot has left: occurrences as they stand on disk, and the keys of the messages that are there."""

    occurrences: tuple[Occurrence, ...]
    posted: Counter[str]

    @property
    def between(self) -> list[str]:
        """Taken by Slack, and we do not know."""
        return [one.key for one in self._tried if one.key in self.posted]

    @property
    def before(self) -> list[str]:
        """About to be posted, and not there."""
        return [one.key for one in self._tried if one.key not in self.posted]

    @property
    def _tried(self) -> Sequence[Occurrence]:
        return [one for one in self.occurrences if one.state is OccurrenceState.DUE and one.tried_at and not one.ts]


async def wreck(folder: Path, slack: Sandbox) -> Wreck:
    """Looked at in a copy, so that the next start finds everything as the kill left it."""
    copy = _copied(folder)
    there = await occurrences(store_at(copy))
    shutil.rmtree(copy)
    return Wreck(occurrences=there, posted=posted(slack))


async def occurrences(address: str) -> tuple[Occurrence, ...]:
    """All that are on disk."""
    store = await open_store(address, utc_now)
    try:
        return await store.entries(Occurrence)
    finally:
        await store.close()


def _copied(folder: Path) -> Path:
    copy = folder / "copy"
    copy.mkdir()
    for file in folder.glob("notices.json*"):
        shutil.copy(file, copy)
    return copy


def posted(slack: Sandbox) -> Counter[str]:
    """How often each key was posted."""
    return Counter(key for channel in CHANNELS for key in keys_in(slack, channel).values())


def keys_in(slack: Sandbox, channel: str) -> dict[str, str]:
    """The keys of the messages in a channel, by their `ts`."""
    metadata = {one.ts: one.metadata for one in slack.channel(channel).messages}
    return {ts: str(about["event_payload"]["key"]) for ts, about in metadata.items() if about}
