"""Reading a store in memory: what the one at work and a copy of it have in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

from bot.errors import StoreUnavailable
from bot.model import Archived, Card, Content, Draft, Event, Intake, Notice, Reached, Seen
from bot.stores import E
from bot.stores.archive import Archive
from bot.stores.rows import ENTRIES, read
from bot.stores.working import WorkingSet


class Reading:
    """The reading methods of `bot.stores.Store` that following chains takes. Of an archived notice, in a thread."""

    def __init__(self, working: WorkingSet, archive: Archive) -> None:
        self.files: None = None
        self._working = working
        self._archive = archive

    @property
    def shared(self) -> bool:
        return False

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

    async def everything(self) -> AsyncIterator[Content]:
        for file, number in self._archive.damaged:
            raise StoreUnavailable(f"{file}, line {number}, cannot be read. Restore the file from a backup.")
        for notice_id in (*self._working.notices, *sorted(self._working.ids() - set(self._working.notices))):
            if notice_id in self._working.notices:
                yield read(Notice, self._working.notices[notice_id].raw)
            for event in events_of(self._working.events(notice_id) or ()):
                yield event
            await asyncio.sleep(0)
        for one in self._smaller():
            yield one
        for notice_id in self._archive.ids():
            archived = None if self._is_dead(notice_id) else await asyncio.to_thread(self._archive.find, notice_id)
            if archived is not None:
                yield archived
        yield Reached(number=self._working.last_number)

    async def size(self) -> int:
        archived = sum(1 for notice_id in self._archive.ids() if not self._is_dead(notice_id))
        return self._working.size() - len(self._working.entries.of(Intake, None)) + archived

    def _smaller(self) -> Iterator[Content]:
        """What is no notice, as it is now."""
        working = self._working
        yield from (read(Draft, raw) for raw in tuple(working.drafts.values()))
        yield from (read(Card, raw) for raw in tuple(working.cards.values()))
        yield from (read(Seen, raw) for raw in tuple(working.seen.values()))
        yield from tuple(working.deliveries.values())
        for kind in ENTRIES.values():
            yield from working.entries.of(kind, None) if kind is not Intake else ()

    def _is_dead(self, notice_id: str) -> bool:
        """Whether its line in the archive counts no more: it was brought back, or forgotten."""
        return notice_id in self._working.notices or self._is_forgotten(notice_id)

    def _found(self, notice_id: str) -> Archived | None:
        """The notice in the archive, unless it was forgotten."""
        return None if self._is_forgotten(notice_id) else self._archive.find(notice_id)

    def _is_forgotten(self, notice_id: str) -> bool:
        return self._working.entries.version("forgotten", notice_id) > 0


def events_of(raws: Sequence[bytes]) -> tuple[Event, ...]:
    return tuple(sorted((read(Event, raw) for raw in raws), key=lambda event: event.number))
