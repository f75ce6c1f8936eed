"""The store for one process: TinyDB's file, kept by a journal, with the working set in memory."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import structlog

from bot.errors import Conflict, Misconfigured, StoreUnavailable
from bot.model import (
    Announcement,
    Archived,
    Brief,
    Bulk,
    BulkLines,
    BulkState,
    Card,
    Chronicle,
    Clock,
    Content,
    Counts,
    Delivery,
    Draft,
    Entry,
    FilingDay,
    Forgotten,
    Intake,
    Notice,
    Occurrence,
    OccurrenceState,
    Page,
    Query,
    Reached,
    Record,
    Seen,
    utc_now,
)
from bot.stores.archive import Archive, Line, line_of, readable
from bot.stores.commits import Commits
from bot.stores.counting import Counting
from bot.stores.disk import Disk, hold
from bot.stores.plan import Plan
from bot.stores.reading import events_of
from bot.stores.recovery import recover
from bot.stores.rows import mentioned, put, read, table_of
from bot.stores.scrubbing import Scrubbing
from bot.stores.working import NoticeRow, WorkingSet
from bot.wiping import tells

log = structlog.get_logger(__name__)

CHECKPOINT = 4 << 20
"""Bytes of journal after which a snapshot is written, unless half of the last snapshot is more."""
_AT_A_TIME = 50
"""Batches archived in one step."""


class TinyStore(Counting):
    """A `bot.stores.Store`; open it with `open_tiny`. Readers see what is durable, nothing sooner.

    `save` checks and writes in the order of the calls. Reading an archived notice waits for the disk, in a thread.
    """

    def __init__(self, commits: Commits, archive: Archive, lock: int, scrubbing: Scrubbing) -> None:
        super().__init__(commits.working, archive)
        self._commits = commits
        self._scrubbing = scrubbing
        self._lock = lock
        self._archiving = asyncio.Lock()
        self._marking = asyncio.Lock()  # the mark is not taken away under one who has just set it
        self._erasing = 0
        self._next_number = commits.working.last_number + 1

    async def save(self, *records: Record, settles: Delivery | Sequence[Delivery] | None = None) -> None:
        plan = self._plan()
        try:
            plan.save(records, (settles,) if isinstance(settles, Delivery) else settles or ())
        except Conflict:
            # Whoever was first may still be on the way to the disk: only then does reading again show them.
            await self._commits.landed()
            raise
        numbers = (record.number for record in records if isinstance(record, Notice))
        self._next_number = max(self._next_number, *(number + 1 for number in numbers), 0)
        await self._commits.commit(plan)

    async def next_ids(self, count: int) -> tuple[str, ...]:
        first = self._next_number
        self._next_number = first + count
        return tuple(f"TD-{number}" for number in range(first, first + count))

    async def batch(self, batch_id: str) -> tuple[Notice, ...]:
        return _notices(self._rows(self._working.batches.get(batch_id, ())))

    async def notices(self, query: Query) -> Page:
        rows = self._working.listed(query)
        return Page(notices=_notices(rows[query.offset : query.offset + query.limit]), total=len(rows))

    async def open_notice(self, open_key: str) -> Notice | None:
        notice_id = self._working.open.get(open_key)
        return None if notice_id is None else read(Notice, self._working.notices[notice_id].raw)

    async def notice_by_reference(self, marketplace: str, reference: str) -> Notice | None:
        found = self._working.references.get((marketplace, reference), ())
        newest = max(
            (self._working.notices[notice_id] for notice_id in found), key=lambda row: row.number, default=None
        )
        return None if newest is None else read(Notice, newest.raw)

    async def of_listing(self, marketplace: str, listing_id: str) -> tuple[Notice, ...]:
        return _notices(self._rows(self._working.listings.get((marketplace, listing_id), ())))

    async def record_of(self, sellers: Collection[str]) -> tuple[Brief, ...]:
        archived = await asyncio.to_thread(self._archive.of_sellers, set(sellers))
        # One that was brought back is still in the archive's file, as it was then.
        gone = (brief for brief in archived if not self._is_dead(brief.id))
        return (*gone, *await self.briefs(sellers))

    async def archived(self, sellers: Collection[str]) -> frozenset[str]:
        return frozenset(key for key in sellers if not all(map(self._is_forgotten, self._archive.naming(key))))

    async def draft(self, draft_id: str) -> Draft | None:
        raw = self._working.drafts.get(draft_id)
        return None if raw is None else read(Draft, raw)

    async def card(self, batch_id: str) -> Card | None:
        raw = self._working.cards.get(batch_id)
        return None if raw is None else read(Card, raw)

    async def due_lanes(self, now: datetime) -> tuple[str, ...]:
        return self._working.lanes.due(now)

    async def claim_due(self, now: datetime, lease: timedelta, *, lane: str, limit: int = 1) -> tuple[Delivery, ...]:
        plan = self._plan()
        due = self._working.lanes.oldest(lane, now, limit, busy=lambda delivery: _on_its_way(plan, delivery.id))
        claimed = tuple(
            replace(one, lease=secrets.token_hex(8), lease_until=now + lease, attempts=one.attempts + bool(one.lease))
            for one in due
        )
        for delivery in claimed:
            plan.put_delivery(delivery)
        await self._commits.commit(plan)
        return claimed

    async def defer(self, delivery: Delivery, until: datetime, *, error: str, parked: bool = False) -> None:
        plan = self._plan()
        stored = plan.held(delivery)
        renewed = stored.revision != delivery.revision
        plan.put_delivery(
            replace(
                stored,
                due_at=max(stored.due_at, until) if renewed else until,
                parked=stored.parked if renewed else parked,
                attempts=stored.attempts + 1,
                error=error,
                lease="",
                lease_until=None,
            )
        )
        await self._commits.commit(plan)

    async def hold_lane(self, lane: str, holder: str, now: datetime, lease: timedelta) -> bool:
        return True

    async def release_lanes(self, holder: str) -> None:
        """Nobody else is there to take them."""

    async def stirred(self, seconds: float) -> None:
        await self._commits.stirred(seconds)

    async def counts(self, now: datetime) -> Counts:
        return self._working.counts(now)

    async def waiting(self, lane: str) -> int:
        return self._working.in_lane(lane)

    async def archive(self, *, final_before: datetime, drafts_before: datetime) -> int:
        await self.finish_erasing()
        async with self._archiving:
            await self._forget(drafts_before)
            await self._forget_told(final_before)
            moved = 0
            ripe = iter([batch for batch in self._working.batches if self._over(batch, final_before)])
            while chunk := tuple(islice(ripe, _AT_A_TIME)):
                moved += await self._move(chunk, final_before)
            if moved:
                self._commits.checkpoint_soon()
            return moved

    async def erase(
        self,
        *records: Record,
        drops: Collection[Entry] = (),
        mentioning: Collection[str] = (),
        seen: Mapping[type[Any], tuple[Any, ...]] = MappingProxyType({}),
    ) -> None:
        self._erasing += 1
        try:
            # From here on until all is done, whoever opens the store next finishes it.
            async with self._marking:
                await asyncio.to_thread(self._scrubbing.set)
            await self._erase(records, drops, mentioning, seen)
            await self._scrub(under_way=1)
        except OSError as error:
            raise StoreUnavailable(f"Nothing could be erased: {error.strerror}.") from error
        finally:
            self._erasing -= 1

    async def _erase(
        self,
        records: Sequence[Record],
        drops: Collection[Entry],
        mentioning: Collection[str],
        seen: Mapping[type[Any], tuple[Any, ...]],
    ) -> None:
        plan = self._plan()
        try:
            for kind, entries in seen.items():
                plan.check_seen(kind, entries)
            plan.save(records)
            for entry in drops:
                plan.take_out(entry)
        except Conflict:
            await self._commits.landed()
            raise
        for table, key in self._mentioning(mentioning):
            if (table, key) not in plan.layer and not any((table, key) in layer for layer in plan.ahead):
                plan.drop(table, key)
        await self._commits.commit(plan)

    async def finish_erasing(self) -> None:
        """Do what is left of an `erase` that was cut short. A disk that refuses holds up nothing else: it is logged."""
        if not self._scrubbing.due:
            return
        try:
            await self._scrub(under_way=0)
        except StoreUnavailable as error:
            log.error("store.erasing_unfinished", error=str(error))

    async def _scrub(self, *, under_way: int) -> None:
        """Take off the disk what nothing counts any more. `under_way`: the calls of `erase` that this is the end of."""
        async with self._archiving:
            try:
                await asyncio.to_thread(self._archive.clear, self._is_dead)
                # The second makes the first its `.bak`, and lets the journals before it go.
                for _ in range(2):
                    await self._commits.checkpoint()
                async with self._marking:
                    if self._erasing == under_way:  # another may be between its save and its turn here
                        await asyncio.to_thread(self._scrubbing.clear)
            except OSError as error:
                raise StoreUnavailable(f"The archive cannot be written: {error.strerror}.") from error

    async def chronicles(
        self,
        mentioning: Collection[str] = (),
        *,
        archived: bool | None = None,
        before: datetime | None = None,
        unread: list[str] | None = None,
    ) -> AsyncIterator[Chronicle]:
        fits = mentioned(mentioning)
        for notice_id in tuple(self._working.notices) if archived is not True else ():
            row, raws = self._working.notices.get(notice_id), self._working.events(notice_id) or ()
            if row is None or (before and row.updated_at >= before) or not any(map(fits, (row.raw, *raws))):
                continue
            yield Chronicle(notice=read(Notice, row.raw), events=events_of(raws), archived=False)
            await asyncio.sleep(0)
        month = f"{before.astimezone(UTC):%Y-%m}" if before else ""
        ids = iter(self._archive.ids(before=month) if archived is not False else ())
        while chunk := tuple(islice(ids, _AT_A_TIME)):
            bad = [] if unread is None else unread
            for found in await asyncio.to_thread(self._read, chunk, fits, bad):
                if not self._is_dead(found.notice.id) and not (before and found.notice.updated_at >= before):
                    yield Chronicle(notice=found.notice, events=found.events, archived=True)

    async def at_work(self, now: datetime) -> str:
        return ""  # the lock says it

    async def take_in(self, contents: Sequence[Content], mark: Intake | None) -> None:
        plan = self._plan()
        if mark is not None and mark.version == 1 and await self.size():
            raise Conflict("There is something in this store.")
        plan.mark(mark)
        lines = [line_of(one.notice, one.events, one.card) for one in contents if isinstance(one, Archived)]
        try:
            await asyncio.to_thread(self._archive.add, lines)
        except OSError as error:
            raise StoreUnavailable(f"The archive cannot be written: {error.strerror}.") from error
        await self._reach(max((one.number for one in contents if isinstance(one, Reached)), default=0))
        plan.ops += [put(one) for one in contents if not isinstance(one, Archived | Reached)]
        await self._commits.commit(plan)

    async def _reach(self, number: int) -> None:
        """Give no id away up to this number. Kept by the snapshot alone."""
        if number > self._working.last_number:
            self._working.last_number = number
            self._next_number = max(self._next_number, number + 1)
            await self._commits.checkpoint()

    async def begin(self) -> None:
        """Write the first snapshot, so that the file is there from the start."""
        await self._commits.first_checkpoint()

    async def close(self) -> None:
        try:
            await self._commits.close()
        finally:
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1

    def _rows(self, notice_ids: Iterable[str]) -> list[NoticeRow]:
        """These notices, oldest first."""
        return sorted((self._working.notices[notice_id] for notice_id in notice_ids), key=lambda row: row.number)

    def _read(self, notice_ids: Sequence[str], fits: Callable[[bytes], bool], unread: list[str]) -> list[Archived]:
        found = []
        for notice_id in notice_ids:
            line = None if self._is_dead(notice_id) else self._archive.line(notice_id)
            if line is None or not fits(line):
                continue
            archived = readable(line)
            if archived is None:
                log.error("store.archived_notice_unreadable", notice=notice_id)
                unread.append(notice_id)
            else:
                found.append(archived)
        return found

    def _mentioning(self, words: Collection[str]) -> list[tuple[str, str]]:
        """Drafts, used keys and parked deliveries that mention one of these: no `marketplace` mentions a `mark`."""
        if not words:
            return []

        def fits(raw: bytes) -> bool:
            return tells(orjson.loads(raw), words)

        kept = ((table, raws) for table, raws in (("drafts", self._working.drafts), ("seen", self._working.seen)))
        found = [(table, key) for table, raws in kept for key, raw in raws.items() if fits(raw)]
        parked = (one for one in self._working.deliveries.values() if one.parked)
        return found + [("deliveries", one.id) for one in parked if fits(put(one).raw)]

    def _plan(self) -> Plan:
        return Plan(working=self._working, archive=self._archive, ahead=self._commits.ahead)

    async def _forget(self, before: datetime) -> None:
        """Drop drafts, used keys and days of filing from before; but what is being changed, the next time."""
        old = [
            ("drafts", key)
            async for key in _older(self._working.drafts, lambda raw: read(Draft, raw).created_at, before)
        ]
        old += [("seen", key) async for key in _older(self._working.seen, lambda raw: read(Seen, raw).at, before)]
        days = self._working.entries.of(FilingDay, None)
        old += [(table_of(FilingDay), one.key) for one in days if one.day < before.date()]
        old += self._bulks(before)
        plan = self._plan()
        for table, key in old:
            if not any((table, key) in layer for layer in plan.ahead):
                plan.drop(table, key)
        await self._commits.commit(plan)

    def _bulks(self, before: datetime) -> list[tuple[str, str]]:
        """Bulks from before with their lines, but none that is being filed."""
        entries = self._working.entries
        over = (one for one in entries.of(Bulk, None) if one.created_at < before and one.state is not BulkState.FILING)
        return [
            found
            for bulk in over
            for found in (("bulks", bulk.key), *(("bulk_lines", part.key) for part in entries.of(BulkLines, bulk.id)))
        ]

    async def _forget_told(self, before: datetime) -> None:
        """Drop what was told long ago. The occurrences stay that the next is counted from and compared with."""
        entries = self._working.entries
        old = [("announcements", one.key) for one in entries.of(Announcement, None) if one.at < before]
        for schedule_id in {one.schedule_id for one in entries.of(Occurrence, None)}:
            by_due = sorted(entries.of(Occurrence, schedule_id), key=lambda one: one.due_at, reverse=True)
            rung = next((one for one in by_due if one.by is None), None)
            compared = next((one for one in by_due if one.state is OccurrenceState.POSTED and not one.test), None)
            old += [
                ("occurrences", one.key)
                for one in by_due
                if one not in (rung, compared) and one.state.over and one.due_at < before
            ]
        plan = self._plan()
        for table, key in old:
            if not any((table, key) in layer for layer in plan.ahead):
                plan.drop(table, key)
        await self._commits.commit(plan)

    def _over(self, batch_id: str, final_before: datetime) -> bool:
        rows = [self._working.notices[notice_id] for notice_id in self._working.batches.get(batch_id, ())]
        subjects = (batch_id, *(row.id for row in rows))
        return (
            bool(rows)
            and all(row.status.final and row.updated_at < final_before for row in rows)
            and not any(self._working.waits(subject) for subject in subjects)
        )

    async def _move(self, batches: Sequence[str], final_before: datetime) -> int:
        """Write the batches to the archive, durably, and then take out those that nobody changed meanwhile."""
        lines = {batch: self._lines(batch) for batch in batches if self._over(batch, final_before)}
        try:
            await asyncio.to_thread(self._archive.add, [line for some in lines.values() for line in some])
        except OSError as error:
            raise StoreUnavailable(f"The archive cannot be written: {error.strerror}.") from error
        plan = self._plan()
        still = [batch for batch, before in lines.items() if self._untouched(plan, batch, before, final_before)]
        for batch in still:
            for line in lines[batch]:
                plan.drop("notices", line.notice_id)
            plan.drop("cards", batch)
        await self._commits.commit(plan)
        return sum(len(lines[batch]) for batch in still)

    def _untouched(self, plan: Plan, batch_id: str, before: Sequence[Line], final_before: datetime) -> bool:
        if not self._over(batch_id, final_before) or self._lines(batch_id) != before:
            return False
        subjects = {batch_id, *(line.notice_id for line in before)}
        return not any(
            _concerns(layer_key, value, subjects) for layer in plan.ahead for layer_key, value in layer.items()
        )

    def _lines(self, batch_id: str) -> list[Line]:
        raw = self._working.cards.get(batch_id)
        card = read(Card, raw) if raw else None
        notices = [self._working.notices[notice_id] for notice_id in self._working.batches.get(batch_id, ())]
        return [line_of(read(Notice, row.raw), events_of(self._working.events(row.id) or ()), card) for row in notices]


async def open_tiny(
    path: Path, clock: Clock = utc_now, *, disk: Disk | None = None, checkpoint_bytes: int = CHECKPOINT
) -> TinyStore:
    """Open the file, made with its folder if it is not there, and lock it.

    Raises:
        Misconfigured: another process has it, or the place cannot be written.
        StoreUnavailable: it is damaged; the sentence says where.
    """
    store, new = await asyncio.to_thread(_open, path, clock, disk or Disk(), checkpoint_bytes)
    try:
        if new:
            await store.begin()
        await store.finish_erasing()
    except BaseException:
        await store.close()
        raise
    return store


def _open(path: Path, clock: Clock, disk: Disk, checkpoint_bytes: int) -> tuple[TinyStore, bool]:
    """The store, and whether its first snapshot is still to be written."""
    if path.is_dir():
        raise Misconfigured(f"DATABASE_URL names {path}, which is a folder; name a file in it.")
    lock = hold(path)
    try:
        recovered = recover(path, disk=disk, clock=clock)
        # The lock says that no other process lives, so nobody is carrying anything: a crash delays nothing.
        recovered.working.release_leases()
        archive = Archive(path.parent / "archive", disk)
        recovered.working.last_number = max(recovered.working.last_number, archive.load(), *_numbers(recovered.working))
        commits = Commits(path, recovered, disk=disk, clock=clock, checkpoint_bytes=checkpoint_bytes)
    except OSError as error:
        os.close(lock)
        raise StoreUnavailable(f"{error.filename or path} cannot be used: {error.strerror}.") from error
    except BaseException:
        os.close(lock)
        raise
    return TinyStore(commits, archive, lock, Scrubbing(path, disk)), recovered.unsaved


async def _older(raws: Mapping[str, bytes], at: Callable[[bytes], datetime], before: datetime) -> AsyncIterator[str]:
    """The keys of what is older, letting others have their turn between handfuls."""
    for number, (key, raw) in enumerate(tuple(raws.items())):
        if number % 200 == 0:
            await asyncio.sleep(0)
        if at(raw) < before:
            yield key


def _numbers(working: WorkingSet) -> Iterable[int]:
    """Of notices that were forgotten."""
    forgotten = (one.of for one in working.entries.of(Forgotten, None))
    return (int(of.removeprefix("TD-")) for of in forgotten if of.startswith("TD-"))


def _on_its_way(plan: Plan, delivery_id: str) -> bool:
    return any(("deliveries", delivery_id) in layer for layer in (plan.layer, *plan.ahead))


def _concerns(key: tuple[str, str], value: object, subjects: set[str]) -> bool:
    """Whether a change that is on its way is about one of these notices or their batch."""
    if isinstance(value, Delivery):
        return value.subject in subjects
    if isinstance(value, NoticeRow):
        return value.batch_id in subjects
    return key[1].partition("/")[0] in subjects


def _notices(rows: Sequence[NoticeRow]) -> tuple[Notice, ...]:
    return tuple(read(Notice, row.raw) for row in rows)
