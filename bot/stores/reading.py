"""Reading a store in memory: what the one at work and a copy of it have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.model import Event, Notice
from bot.stores import E
from bot.stores.archive import Archive, Archived
from bot.stores.rows import read
from bot.stores.working import WorkingSet


class Reading:
    """The reading methods of `bot.stores.Store` that following chains takes. Of an archived notice, in a thread."""

    def __init__(self, working: WorkingSet, archive: Archive) -> None:
        self._working = working
        self._archive = archive

    async def notice(self, notice_id: str) -> Notice | None:
        row = self._working.notices.get(notice_id)
        if row is not None:
            return read(Notice, row.raw)
        archived = await asyncio.to_thread(self._found, notice_id) if notice_id in self._archive else None
        return archived.notice if archived else None

    async def all_ids(self) -> tuple[str, ...]:
        archived = (one for one in self._archive.ids() if not self._is_forgotten(one))
        found = self._working.ids().union(archived)
        return tuple(sorted(found, key=lambda notice_id: (len(notice_id), notice_id)))

    async def entry(self, kind: type[E], key: str) -> E | None:
        return self._working.entries.find(kind, key)

    async def entries(self, kind: type[E], owner: str | None = None) -> tuple[E, ...]:
        return self._working.entries.of(kind, owner)

    async def events(self, notice_id: str) -> tuple[Event, ...]:
        raws = self._working.events(notice_id)
        if raws is None and notice_id in self._archive:
            archived = await asyncio.to_thread(self._found, notice_id)
            return archived.events if archived else ()
        return events_of(raws or ())

    def _found(self, notice_id: str) -> Archived | None:
        """The notice in the archive, unless it was forgotten."""
        return None if self._is_forgotten(notice_id) else self._archive.find(notice_id)

    def _is_forgotten(self, notice_id: str) -> bool:
        return self._working.entries.version("forgotten", notice_id) > 0


def events_of(raws: Sequence[bytes]) -> tuple[Event, ...]:
    return tuple(sorted((read(Event, raw) for raw in raws), key=lambda event: event.number))
