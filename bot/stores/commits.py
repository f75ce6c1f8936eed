"""Group commit: saves that come together share one write and one fsync, and checkpoints run beside them.

What is not durable yet lies in layers over the working set: later saves are checked against it, but nobody reads it.
When a write fails, its whole group fails, and so does everything that was checked against it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import structlog

from bot.errors import StoreUnavailable
from bot.model import Clock
from bot.stores.disk import Disk
from bot.stores.journal import Journal, journal_numbers, journal_path
from bot.stores.plan import Ahead, Key, Plan
from bot.stores.recovery import FORMAT, Recovered
from bot.stores.rows import Op
from bot.stores.snapshot import SnapshotFile
from bot.stores.working import Copy, WorkingSet

log = structlog.get_logger(__name__)

LINGER = 0.002
"""Seconds a group waits for company."""


@dataclass(kw_only=True, slots=True)
class _Group:
    """Commits that go to the disk together. `failure` is the sentence all of them get, empty when they are durable."""

    failure: asyncio.Future[str]
    ops: list[Op] = field(default_factory=list)
    layer: dict[Key, Any] = field(default_factory=dict)


class Commits:
    """The one writer of a working set and its files. Call it from one event loop."""

    def __init__(self, path: Path, recovered: Recovered, *, disk: Disk, clock: Clock, checkpoint_bytes: int) -> None:
        self.working: WorkingSet = recovered.working
        self._path = path
        self._disk = disk
        self._clock = clock
        self._snapshot = SnapshotFile(path, disk)
        self._journal = Journal(path, recovered.journal, disk)
        self._first = recovered.first
        self._sealed = recovered.sealed
        self._smallest = checkpoint_bytes
        self._checkpoint_at = max(checkpoint_bytes, recovered.snapshot_bytes // 2)
        self._flying: _Group | None = None
        self._queued: _Group | None = None
        self._writer: asyncio.Task[None] | None = None
        self._checkpoint: asyncio.Task[None] | None = None
        self._between = asyncio.Lock()
        self._stir = asyncio.Event()
        self._closed = False
        self._pen = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._scribe = ThreadPoolExecutor(1, thread_name_prefix="snapshot")

    @property
    def ahead(self) -> Sequence[Ahead]:
        """What is on its way to the disk, newest first."""
        return [group.layer for group in (self._queued, self._flying) if group is not None]

    async def commit(self, plan: Plan) -> None:
        """Make the plan durable. It must have been checked against `ahead` without a wait in between.

        A caller that is cancelled stops waiting; the plan is written all the same.

        Raises:
            StoreUnavailable: the disk refused, or the store is closed.
        """
        if self._closed:
            raise StoreUnavailable("The store is closed.")
        if not plan.ops:
            return
        if self._queued is None:
            self._queued = _Group(failure=asyncio.get_running_loop().create_future())
        group = self._queued
        group.ops += plan.ops
        group.layer |= plan.layer
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="store writer")
        if failure := await asyncio.shield(group.failure):
            raise StoreUnavailable(failure)

    async def landed(self) -> None:
        """Wait until what is on its way now has reached the disk, or failed."""
        for group in (self._flying, self._queued):
            if group is not None:
                await asyncio.shield(group.failure)

    async def stirred(self, seconds: float) -> None:
        """Wait for the next commit, at most so many real seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stir.wait()

    def checkpoint_soon(self) -> None:
        """Let the next commit be followed by a checkpoint."""
        self._checkpoint_at = 0

    async def checkpoint(self) -> None:
        """Write a snapshot of all that was committed, and return once it is there.

        Raises:
            StoreUnavailable: the disk refused; the journals still hold everything.
        """
        while True:
            async with self._between:
                running = self._checkpoint
                if running is None or running.done():
                    await self._rotate(closing=False)
                    number, begun = self._journal.number, self._checkpoint
                    break
            await asyncio.shield(running)
        if begun is not None:
            await asyncio.shield(begun)
        if self._first < number:
            raise StoreUnavailable(f"No snapshot could be written to {self._path}.")

    async def first_checkpoint(self) -> None:
        """Write the snapshot of a new desk, before anything is committed."""
        await self._rotate(closing=False)
        if self._checkpoint is not None:
            await self._checkpoint

    async def close(self) -> None:
        """Finish what was begun and write the snapshot. Safe to repeat."""
        if self._closed:
            return
        self._closed = True
        if self._writer is not None:
            await self._writer
        if self._checkpoint is not None:
            await self._checkpoint
        if self._journal.size or not self._sealed:
            await self._rotate(closing=True)
        if self._checkpoint is not None:
            await self._checkpoint
        self._pen.shutdown()
        self._scribe.shutdown()
        self._journal.close()

    async def _write(self) -> None:
        """Write group after group until there is none."""
        while self._queued is not None:
            # Saves that come within a moment share the write; alone, each would pay for a thread's turn.
            await asyncio.sleep(LINGER)
            async with self._between:
                await self._write_one()

    async def _write_one(self) -> None:
        group = self._flying = self._queued
        if group is None:
            return
        self._queued = None
        try:
            await asyncio.get_running_loop().run_in_executor(self._pen, self._journal.append, group.ops)
            self.working.apply(group.ops)
        except Exception as error:
            self._fail(error)
            return
        self._flying = None
        group.failure.set_result("")
        self._stir.set()
        self._stir = asyncio.Event()  # whoever waits from now on waits for the next
        if self._journal.size >= self._checkpoint_at and (self._checkpoint is None or self._checkpoint.done()):
            await self._rotate(closing=False)

    def _fail(self, error: Exception) -> None:
        """Nothing of these groups is in memory yet; the journal cuts off what may be on disk before it writes again."""
        why = error.strerror if isinstance(error, OSError) and error.strerror else repr(error)
        log.error("store.write_failed", file=str(self._journal.path), error=why)
        failed, self._flying, self._queued = (self._flying, self._queued), None, None
        for group in failed:
            if group is not None:
                group.failure.set_result(f"Nothing could be written to {self._path}: {why}.")

    async def _rotate(self, *, closing: bool) -> None:
        """Begin the next journal, then write the snapshot of everything before it, beside further commits.

        Runs between two groups, so that the working set is exactly what the journals hold.
        """
        loop = asyncio.get_running_loop()
        number = self._journal.number + 1
        try:
            following = await loop.run_in_executor(self._pen, Journal, self._path, number, self._disk)
        except OSError as error:
            log.error("store.checkpoint_failed", file=str(self._path), error=str(error))
            self._checkpoint_at = self._journal.size + max(self._smallest, self._checkpoint_at)
            return
        self._journal.close()
        self._journal = following
        meta = {
            "format": FORMAT,
            "first_journal": number,
            "last_number": self.working.last_number,
            "closed": closing,
            "written_at": self._clock(),
        }
        work = loop.run_in_executor(self._scribe, self._write_snapshot, meta, self.working.copy())
        self._checkpoint = asyncio.create_task(self._finish(work, number), name="store checkpoint")

    async def _finish(self, work: asyncio.Future[int], first: int) -> None:
        """A checkpoint that fails costs nothing but the room of its journals: they still hold everything."""
        try:
            size = await work
        except Exception as error:
            log.error("store.checkpoint_failed", file=str(self._path), error=str(error))
            self._checkpoint_at = max(self._smallest, self._checkpoint_at)
            return
        self._first = first
        self._sealed = False
        self._checkpoint_at = max(self._smallest, size // 2)

    def _write_snapshot(self, meta: dict[str, Any], tables: Copy) -> int:
        size = self._snapshot.write_rows((("meta", [(1, orjson.dumps(meta))]), *tables))
        # The `.bak` is the snapshot before this one; its journals are kept, so that it could stand in without a loss.
        for number in journal_numbers(self._path):
            if number < self._first:
                journal_path(self._path, number).unlink(missing_ok=True)
        return size
