"""What whoever runs the desk does to it from the command line while it is stopped: privacy and retention.

Slack is not asked: people are known by their ids, and by the names they signed with.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from bot.desk import Desk, privacy, retention
from bot.desk.persons import Sort
from bot.desk.privacy import DryRun
from bot.desk.retention import Row
from bot.grammar.privacy import read_who
from bot.model import SYSTEM, Person, Room, utc_now
from bot.shelves import Shelves
from bot.shelves.opening import shelves_for
from bot.stores.opening import open_store
from config.desk_file import DeskFile
from config.settings import Settings

THEIRS = SYSTEM
"""Whoever may run commands where the desk's files are acts as the desk itself."""


class Nobody:
    """A workspace that is not asked: it vouches for the desk itself alone."""

    async def person(self, user_id: str) -> Person | None:
        return Person(user_id=user_id, team_id="", name="the desk itself") if user_id == THEIRS.user_id else None

    def remembered(self, user_id: str) -> Person | None:
        return None

    async def own_team(self) -> str:
        return ""

    async def own_name(self) -> str:
        return "takedown"

    async def group(self, group_id: str) -> frozenset[str]:
        return frozenset()

    async def group_name(self, group_id: str) -> str:
        return group_id

    async def room(self, channel: str) -> Room | None:
        return None


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A desk with nobody at it, and its shelves."""

    desk: Desk
    shelves: Shelves

    async def export(self, who: str) -> bytes:
        """All that is kept of somebody, as JSON. Raises: NotFound, Invalid."""
        user_id, text = read_who(who)
        return (await privacy.export(self.desk, text, user_id=user_id, by=THEIRS)).content

    async def dry_run(self, who: str) -> list[str]:
        """What erasing would do, a sentence each. Raises: NotFound, Invalid, WrongStatus."""
        user_id, text = read_who(who)
        found = await privacy.would_erase(self.desk, text, user_id=user_id, by=THEIRS)
        would = f"Would be erased of {found.title}: {_counted(found.gone)}."
        first = would if found.gone else f"Nothing of {found.title} can be erased."
        return [first, *_stays(found.kept), *_looked_for(found)]

    async def erase(self, who: str, why: str) -> list[str]:
        """Erase it; what was done, a sentence each. Raises: NotFound, Invalid, WrongStatus."""
        user_id, text = read_who(who)
        done = await privacy.erase(self.desk, self.shelves, text, why, user_id=user_id, by=THEIRS)
        words = f"Erased: {_counted(done.run.gone)}. In its place stands “{done.stand_in}”."
        return [words, *_stays(done.run.kept), f"On record as privacy:{done.number}."]

    async def retention(self, *, run: bool) -> list[str]:
        """The rules with what would go, or went: a line each."""
        if run:
            rows = await retention.run(self.desk, self.shelves, by=THEIRS)
        else:
            rows = await retention.overview(self.desk, self.shelves, by=THEIRS)
        return [_row(row, "went" if run else "would go") for row in rows]


@contextlib.asynccontextmanager
async def stopped(settings: Settings, desk_file: DeskFile) -> AsyncIterator[Stopped]:
    """The desk's files, opened and locked.

    Raises:
        Misconfigured: the desk is running, or the store cannot be opened.
    """
    store = await open_store(settings.database_url, utc_now)
    try:
        desk = Desk(
            store=store,
            people=Nobody(),
            marketplaces={},
            sites=(),
            clock=utc_now,
            first_admins=settings.admin_users | {THEIRS.user_id},
            undo=settings.undo,
            policy=desk_file.policy,
            retention=settings.retention,
        )
        shelves = shelves_for(store, settings.database_url, settings.evidence_folder, utc_now)
        yield Stopped(desk=desk, shelves=shelves)
    finally:
        await store.close()


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())


def _stays(kept: Mapping[tuple[str, str], int]) -> list[str]:
    return [f"Has to stay: {count} {what} {why}." for (what, why), count in kept.items()]


def _looked_for(found: DryRun) -> list[str]:
    near = "where they are the seller" if found.sort is Sort.SELLER else "where they act, sign or are mentioned by id"
    return [
        *(f"Looked for in every text, in capitals or not: {word}" for word in found.words),
        *(f"Looked for only {near}: {word}" for word in found.near),
    ]


def _row(row: Row, verb: str) -> str:
    kept = "for good" if row.days is None else f"{row.days} days"
    back = f" ({row.held_back} more stay: held, open or needed)" if row.held_back else ""
    return f"{row.kind.value:<12} {kept:<12} {row.going} {verb}{back}"
