"""A desk that lives through a year in seconds, and a Slack that fails it now and then and counts what it was sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from bot.blocks import Message
from bot.carriers.digests import Digests
from bot.carriers.posting import Posting
from bot.desk import Desk, ringing, schedules
from bot.errors import Invalid, NotAllowed, SlackOutcomeUnknown, SlackUnavailable
from bot.grammar.digests import (
    AddSchedule,
    DigestCommand,
    EditSchedule,
    PauseSchedule,
    RemoveSchedule,
    ResumeSchedule,
    parse_digest,
)
from bot.model import Actor, DeliveryKind, Occurrence, Person, Posted, Room
from bot.outbox import Outbox
from bot.stores import Store
from bot.stores.disk import Disk
from bot.stores.tiny import open_tiny
from tests import make

ADA = Actor(user_id="U0ADA", team_id="T1")
STEPS_BACK = timedelta(minutes=20)
_FOUND_AROUND = timedelta(minutes=15)


@dataclass(kw_only=True)
class Time:
    """The true time, and a desk's clock that may be behind it."""

    true: datetime
    behind: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return self.true - self.behind


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What a channel shows."""

    at: datetime
    key: str
    channel: str
    ts: str


@dataclass(kw_only=True)
class PretendSlack:
    """`Channels` and `People` in memory. Some calls fail, by dice; all of them while it is down."""

    time: Time
    dice: Random
    down: tuple[datetime, datetime]
    posts: list[Post] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    async def post(self, channel: str, message: Message, *, key: str, thread_ts: str = "") -> Posted:
        self._works("post", 0.06)
        thrown = self.dice.random()
        if thrown < 0.03:
            self.failed["lost before it was posted"] += 1
            raise SlackOutcomeUnknown("no answer")
        await asyncio.sleep(0)
        assert message.text
        post = Post(
            at=self.time.true, key=key, channel=channel, ts=f"{self.time.true.timestamp():.0f}.{len(self.posts)}"
        )
        self.posts.append(post)
        if thrown < 0.08:
            self.failed["lost after it was posted"] += 1
            raise SlackOutcomeUnknown("no answer")
        return Posted(channel=channel, ts=post.ts)

    async def update(self, channel: str, ts: str, message: Message) -> None:
        raise AssertionError("a digest is not edited")

    async def find(
        self, channel: str, *, key: str, since: datetime, until: datetime | None = None, thread_ts: str = ""
    ) -> Posted | None:
        self._works("find", 0.2)
        there = (one for one in self.posts if (one.channel, one.key) == (channel, key))
        seen = (one for one in there if one.at >= since - _FOUND_AROUND)
        found = next((one for one in seen if until is None or one.at <= until + _FOUND_AROUND), None)
        return Posted(channel=channel, ts=found.ts) if found else None

    async def direct(self, user_id: str) -> str:
        raise AssertionError("nobody is told anything")

    async def person(self, user_id: str) -> Person | None:
        self._works("person", 0.02)
        return self.remembered(user_id)

    def remembered(self, user_id: str) -> Person | None:
        return Person(user_id=user_id, team_id="T1", name="Ada Okafor") if user_id == ADA.user_id else None

    async def own_team(self) -> str:
        return "T1"

    async def own_name(self) -> str:
        return "takedown"

    async def group(self, group_id: str) -> frozenset[str]:
        return frozenset()

    async def group_name(self, group_id: str) -> str:
        return group_id

    async def room(self, channel: str) -> Room | None:
        self._works("room", 0.02)
        return Room(id=channel, name=channel.lower(), member=True, archived=False)

    def _works(self, method: str, unlikely: float) -> None:
        if self.down[0] <= self.time.true < self.down[1]:
            self.failed["down"] += 1
            raise SlackUnavailable("not reachable")
        if self.dice.random() < unlikely:
            self.failed[method] += 1
            raise SlackUnavailable("ratelimited", retry_after=self.dice.choice((1, 30)))


class QuickDisk(Disk):
    """Power never fails here, so nothing waits for the medium."""

    def sync(self, handle: int) -> None: ...

    def sync_folder(self, folder: Path) -> None: ...


@dataclass(kw_only=True)
class YearDesk:
    """The real desk, store and outbox, started again now and then; `ended` are the occurrences that are over."""

    file: Path
    time: Time
    slack: PretendSlack
    dice: Random
    store: Store
    ended: dict[str, Occurrence] = field(default_factory=dict)
    starts: int = 1
    steps_back: int = 0

    @property
    def desk(self) -> Desk:
        return Desk(
            store=self.store,
            people=self.slack,
            marketplaces={},
            sites=(),
            clock=self.time,
            first_admins=frozenset({ADA.user_id}),
            undo=timedelta(),
            policy=make.policy(),
            retention=timedelta(days=365),
        )

    async def told(self, typed: str, *, channel: str = "") -> None:
        """An admin types it after `/digest`, and again if Slack could not be asked about them or the channel."""
        command = parse_digest(typed)
        for _ in range(5):
            with contextlib.suppress(NotAllowed, Invalid):
                return await _do(self.desk, command, channel)
        return await _do(self.desk, command, channel)

    async def until(self, when: datetime) -> None:
        """Time passes, the bell rings, and what came due is carried, however often that takes."""
        self.time.true = max(self.time.true, when)
        await self._rings()
        while (await self.store.counts(self.time())).waiting:
            await self._carries()
            if not (await self.store.counts(self.time())).waiting:
                break
            if self.dice.random() < 0.1:
                await self.starts_again()
            self.time.true += timedelta(seconds=self.dice.uniform(20, 60))
            await self._rings()
        if self.dice.random() < 0.03:
            await self.starts_again()

    async def housekeeps(self, *, forget: datetime) -> None:
        """What is over is noted here, for the desk forgets it."""
        await self.note()
        await self.store.archive(final_before=forget, drafts_before=forget)

    async def note(self) -> None:
        self.ended |= {one.key: one for one in await self.store.entries(Occurrence)}

    async def starts_again(self) -> None:
        self.starts += 1
        await self.store.close()
        self.store = await open_tiny(self.file, self.time, disk=QuickDisk())

    async def _rings(self) -> None:
        """Once, or twice at once; sometimes the clock then steps back, and it rings again before that is put right."""
        await asyncio.gather(*(ringing.ring(self.desk) for _ in range(self.dice.choice((1, 1, 1, 1, 2)))))
        if self.dice.random() < 0.05:
            self.steps_back += 1
            self.time.behind = STEPS_BACK
            await ringing.ring(self.desk)
            await self._carries()
            self.time.behind = timedelta()

    async def _carries(self) -> None:
        desk = self.desk
        posting = Posting(desk=desk, channels=self.slack)
        carriers = {DeliveryKind.DIGEST: Digests(desk=desk, posting=posting).digest}
        await asyncio.gather(*(Outbox(desk, carriers).run_once() for _ in range(self.dice.choice((1, 1, 1, 1, 2)))))


async def _do(desk: Desk, command: DigestCommand, channel: str) -> None:
    match command:
        case AddSchedule(wish=wish) if wish is not None:
            await schedules.save(desk, wish, by=ADA, channel=channel)
        case EditSchedule(schedule_id=schedule_id, wish=wish) if wish is not None:
            await schedules.save(desk, wish, by=ADA, schedule_id=schedule_id)
        case PauseSchedule(schedule_id=schedule_id):
            await schedules.pause(desk, schedule_id, by=ADA)
        case ResumeSchedule(schedule_id=schedule_id):
            await schedules.resume(desk, schedule_id, by=ADA)
        case RemoveSchedule(schedule_id=schedule_id):
            await schedules.remove(desk, schedule_id, by=ADA)
        case _:
            raise AssertionError(command)
