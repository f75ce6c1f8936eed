"""Taking a desk in: part by part with a mark, so that a copy that was cut short goes on where it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from bot.errors import Misconfigured, StoreUnavailable
from bot.model import Clock, Content, Intake
from bot.moving.chains import Chains
from bot.moving.sums import Sum
from bot.stores import Store

PART = 500
"""Records that are written in one step."""
_BEGIN_ANEW = "Empty the target, or name a new one, and begin anew."

Seen = Callable[[int], object]
"""Told of each so many that were done."""


@dataclass(kw_only=True)
class Taking:
    """One copy on its way `into` a store. `source` says where from, without a password: the same goes on with it."""

    into: Store
    source: str
    clock: Clock
    sum: Sum = field(default_factory=Sum)
    count: int = 0
    _mark: Intake | None = None
    _part: list[Content] = field(default_factory=list)

    async def begin(self) -> int:
        """How much is in already. Raises: Misconfigured: the store holds something else."""
        self._mark = await self.into.entry(Intake, Intake.KEY)
        if self._mark is None and await self.into.size():
            raise Misconfigured("The target is not empty: a desk is only copied into a store that holds nothing.")
        if self._mark is not None and self._mark.source != self.source:
            raise Misconfigured(
                f"Into the target a copy of {self._mark.source} was cut short: go on with that, or name another target."
            )
        return self._mark.taken if self._mark else 0

    async def all(self, contents: AsyncIterator[Content], seen: Seen) -> None:
        """Take everything in that is not in yet.

        Raises:
            StoreUnavailable: the source is not what it was when the copy was cut short.
        """
        taken = self._mark.taken if self._mark else 0
        async for content in contents:
            await self._one(content, taken)
            seen(1)
        if self.count < taken:
            raise self._changed()
        await self._write()

    async def _one(self, content: Content, taken: int) -> None:
        self.sum.add(content)
        self.count += 1
        if self.count > taken:
            self._part.append(content)
            if len(self._part) == PART:
                await self._write()
        elif self.count == taken and self._mark is not None and self.sum.digest != self._mark.digest:
            raise self._changed()

    async def _write(self) -> None:
        version = self._mark.version + 1 if self._mark else 1
        mark = Intake(version=version, source=self.source, taken=self.count, digest=self.sum.digest, at=self.clock())
        await self.into.take_in(tuple(self._part), mark)
        self._mark = mark
        self._part.clear()

    async def check(self, seen: Seen) -> Chains:
        """Read all of it back and compare, and follow the chains: what is broken in them was so before.

        Raises:
            StoreUnavailable: it is not the same.
        """
        there, chains = Sum(), Chains()
        async for content in self.into.everything():
            there.add(content)
            chains.add(content)
            seen(1)
        chains.end()
        if found := self.sum.differs(there):
            raise StoreUnavailable(f"What was copied is not what was read ({'; '.join(found)}). {_BEGIN_ANEW}")
        if there.reached < self.sum.reached:
            raise StoreUnavailable(f"Ids went to TD-{self.sum.reached}, and go on after TD-{there.reached}.")
        return chains

    async def end(self) -> None:
        """From now on it is a desk's store like any other."""
        await self.into.take_in((), None)

    def _changed(self) -> StoreUnavailable:
        return StoreUnavailable(f"{self.source} is not what it was when this copy was cut short. {_BEGIN_ANEW}")
