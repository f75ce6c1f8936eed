"""Archiving: what is over leaves the lists, and what was only kept for a while is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, exists, literal, or_, select, update

from bot.model import FINAL, Bulk, BulkState, Occurrence, OccurrenceState
from bot.stores.rows import read
from bot.stores.sql.erasing import Erasing
from bot.stores.sql.records import midnight
from bot.stores.sql.tables import briefs, deliveries, entries

_AT_A_TIME = 200
"""Batches archived in one step."""
_FINAL = sorted(status.value for status in FINAL)
ARCHIVED_CARDS = "archived_cards"
"""The kind of a batch's card once the batch is archived: kept, and no longer found."""


class Archiving(Erasing):
    """`bot.stores.Store.archive`."""

    async def archive(self, *, final_before: datetime, drafts_before: datetime) -> int:
        await self._finish_erasing()
        await self._begin_month()
        await self._forget(drafts_before)
        await self._forget_told(final_before)
        moved = 0
        while batches := await self._ripe(final_before):
            just = await self._move(batches, final_before)
            if not just:  # others changed them meanwhile; the next night sees them again
                break
            moved += just
        return moved

    async def _forget(self, before: datetime) -> None:
        """Drop drafts, used keys, days of filing and bulks from before; but no bulk that is being filed."""
        of = entries.c
        old = or_(
            of.kind.in_(["drafts", "seen"]) & (of.at < before),
            (of.kind == "filing_days") & (of.at < midnight(before.date())),
        )
        await self._database.execute(delete(entries).where(old))
        bulks = await self._database.rows(select(of.version, of.raw).where(of.kind == "bulks", of.at < before))
        for version, raw in map(tuple, bulks):
            bulk = read(Bulk, raw.encode())
            if bulk.state is BulkState.FILING:
                continue
            async with self._database.transaction() as connection:
                gone = delete(entries).where(of.kind == "bulks", of.key == bulk.key, of.version == version)
                if (await connection.execute(gone)).rowcount:
                    await connection.execute(delete(entries).where(of.kind == "bulk_lines", of.owner == bulk.id))

    async def _forget_told(self, before: datetime) -> None:
        """Drop what was told long ago. The occurrences stay that the next is counted from and compared with."""
        of = entries.c
        await self._database.execute(delete(entries).where(of.kind == "announcements", of.at < before))
        rows = await self._database.rows(select(of.raw).where(of.kind == "occurrences"))
        by_schedule: dict[str, list[Occurrence]] = {}
        for row in rows:
            one = read(Occurrence, row.raw.encode())
            by_schedule.setdefault(one.schedule_id, []).append(one)
        for occurrences in by_schedule.values():
            for one in _told(occurrences, before):
                gone = delete(entries).where(of.kind == "occurrences", of.key == one.key, of.version == one.version)
                await self._database.execute(gone)

    async def _ripe(self, before: datetime) -> list[str]:
        """Some batches that are over."""
        found = select(briefs.c.batch_id).where(_over(before)).distinct().limit(_AT_A_TIME)
        return [row.batch_id for row in await self._database.rows(found)]

    async def _move(self, batches: Sequence[str], before: datetime) -> int:
        """Archive those that are still over once nobody else can change them."""
        of = briefs.c
        theirs = of.batch_id.in_(list(batches))
        async with self._database.transaction() as connection:
            held = select(of.number).where(theirs, ~of.archived).order_by(of.number).with_for_update()
            await connection.execute(held)
            still = select(of.batch_id).where(theirs, _over(before)).distinct()
            over = [row.batch_id for row in await connection.execute(still)]
            if not over:
                return 0
            gone = update(briefs).where(of.batch_id.in_(over), ~of.archived).values(archived=True)
            moved = (await connection.execute(gone)).rowcount
            cards = and_(entries.c.key.in_(over), entries.c.kind == "cards")
            had = [row.key for row in await connection.execute(select(entries.c.key).where(cards))]
            await connection.execute(delete(entries).where(entries.c.kind == ARCHIVED_CARDS, entries.c.key.in_(had)))
            await connection.execute(update(entries).where(cards).values(kind=ARCHIVED_CARDS))
        return moved


def _over(before: datetime) -> ColumnElement[bool]:
    """A notice whose batch is final, and was, for long enough; nothing of it waits to be carried."""
    one, other = briefs, briefs.alias("other")
    going = exists(
        select(1)
        .select_from(other)
        .where(other.c.batch_id == one.c.batch_id, ~other.c.archived)
        .where(or_(other.c.updated_at >= before, other.c.status.not_in(_FINAL)))
    ).correlate(one)
    fellow = briefs.alias("fellow")
    waits = exists(
        select(1)
        .select_from(deliveries)
        .where(~deliveries.c.parked)
        .where(
            or_(
                deliveries.c.subject == one.c.batch_id,
                deliveries.c.subject.in_(
                    select(literal("TD-") + cast(fellow.c.number, String))
                    .where(fellow.c.batch_id == one.c.batch_id, ~fellow.c.archived)
                    .correlate(one)
                ),
            )
        )
    ).correlate(one)
    return and_(~one.c.archived, one.c.updated_at < before, one.c.status.in_(_FINAL), ~going, ~waits)


def _told(occurrences: Sequence[Any], before: datetime) -> list[Any]:
    by_due = sorted(occurrences, key=lambda one: one.due_at, reverse=True)
    rung = next((one for one in by_due if one.by is None), None)
    compared = next((one for one in by_due if one.state is OccurrenceState.POSTED and not one.test), None)
    return [one for one in by_due if one not in (rung, compared) and one.state.over and one.due_at < before]
