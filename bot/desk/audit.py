"""Audit: following chains from their beginnings, all of them or one, and showing one line by line.

A notice's chain is held against the notice, which keeps its head and the count of its lines. What is no notice, such as
a right or a referral, keeps neither: that its last lines are missing shows only against a dossier that has them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot import custody
from bot.custody import Checked, Fault
from bot.desk import Desk, authority
from bot.errors import Invalid, NotFound, StoreUnavailable
from bot.grammar.ids import notice_id
from bot.model import PAGE, SYSTEM, Actor, Change, Event, Forgotten, May, Notice

Line = Event | Change
_TRIES = 5
_FIRST = ("referral", "purchase", "case")
"""What a bare id or the key of a seller is taken for, before anything else of that key."""


class Chains(Protocol):
    """What of a `bot.stores.Store` is read to follow chains."""

    async def notice(self, notice_id: str) -> Notice | None: ...

    async def events(self, notice_id: str) -> tuple[Event, ...]: ...

    async def entries(self, kind: type[Change], owner: str | None = None) -> tuple[Change, ...]: ...

    async def entry(self, kind: type[Forgotten], key: str) -> Forgotten | None: ...

    async def all_ids(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """What following chains brought to light. `before` counts the lines from before there was custody."""

    chains: int
    lines: int
    before: int
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        return not self.faults


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """A page of a chain, newest first, and what came of following all of it. `hashes` and `retracted` by number."""

    checked: Checked
    lines: tuple[Line, ...]
    page: int
    hashes: Mapping[int, str]
    retracted: Mapping[int, Line]
    names: Mapping[str, str] = field(default_factory=dict)


async def checked(store: Chains, of: str) -> Checked:
    """Follow the chain of a notice (`TD-3`), archived or not, or of anything else (`referral:RF-1`, `right:ACME-EU`).

    Raises:
        NotFound: there is no such chain.
    """
    return (await _followed(store, of))[1]


async def everything(store: Chains) -> Audit:
    """Follow every chain there is, letting others have their turn between two."""
    chains: Counter[str] = Counter()
    faults: list[Fault] = []
    async for found in _each(store):
        chains.update(chains=1, lines=found.lines, before=found.before)
        faults += found.faults
        await asyncio.sleep(0)
    return Audit(chains=chains["chains"], lines=chains["lines"], before=chains["before"], faults=tuple(faults))


async def meant(store: Chains, asked: str) -> str:
    """Whose chain somebody asks for: an id (`td-3`, `rf-1`), the key of a seller for its case, or `KIND:KEY`.

    Raises:
        NotFound: nothing of that name has a chain.
        Invalid: several have.
    """
    notice = notice_id(asked)
    if notice is not None:
        return notice
    said = asked.strip().casefold().rstrip(":")
    there = {change.of for change in await store.entries(Change)}
    by_name = {of.casefold().rstrip(":"): of for of in sorted(there)}
    for name in (said, *(f"{kind}:{said}" for kind in _FIRST)):
        if name in by_name:
            return by_name[name]
    alike = sorted(of for name, of in by_name.items() if name.partition(":")[2] == said)
    if len(alike) > 1:
        raise Invalid(f"Say which of them: {', '.join(f'`{of}`' for of in alike)}.")
    if not alike:
        for name in (asked.strip(), *(f"{kind}:{asked.strip().upper()}" for kind in _FIRST)):
            await _refuse_forgotten(store, name)
        raise NotFound(
            f"Nothing called {asked} has a history here. Name a notice (`TD-3`), a referral (`RF-1`), a test purchase "
            "(`TP-3`), the key of a seller for its case, or a kind and a key, such as `right:ACME-EU`."
        )
    return alike[0]


async def shown(desk: Desk, asked: str, *, page: int, by: Actor) -> Chain:
    """A page of a chain, newest first, and whether it is whole.

    Raises:
        NotAllowed: not an admin.
        NotFound, Invalid: as `meant`.
    """
    await authority.allowed(desk, by, May.ADMINISTER, "look through the chain of custody")
    lines, found = await _followed(desk.store, await meant(desk.store, asked))
    newest = sorted(lines, key=lambda line: line.number, reverse=True)
    some = tuple(newest[(page - 1) * PAGE : page * PAGE])
    taken_back = custody.retracted(lines)
    acting = {line.actor for line in (*some, *taken_back.values())}
    names = await desk.names({actor.user_id for actor in acting if actor != SYSTEM and ":" not in actor.user_id} - {""})
    markets = {actor.user_id: _market(desk, actor) for actor in acting if ":" in actor.user_id}
    return Chain(
        checked=found,
        lines=some,
        page=page,
        hashes={line.number: _hash(line) for line in some},
        retracted=taken_back,
        names={**names, **markets, SYSTEM.user_id: "the desk itself", "": "erased"},
    )


async def _each(store: Chains) -> AsyncIterator[Checked]:
    for one in await store.all_ids():
        yield (await _of_notice(store, one))[1]
    subjects: dict[str, list[Change]] = {}
    for change in await store.entries(Change):
        subjects.setdefault(change.of, []).append(change)
    for of, changes in subjects.items():
        yield custody.check(of, changes)


async def _followed(store: Chains, of: str) -> tuple[Sequence[Line], Checked]:
    if notice_id(of) == of:
        events, found = await _of_notice(store, of)
        if not found.lines and await store.notice(of) is None:
            await _refuse_forgotten(store, of)
            raise NotFound(f"There is no notice {of} on this desk. `/takedown list` shows what there is.")
        return events, found
    changes = await store.entries(Change, of)
    if not changes:
        raise NotFound(f"Nothing called {of} has a history here.")
    return changes, custody.check(of, changes)


async def _refuse_forgotten(store: Chains, of: str) -> None:
    """Raises: NotFound: it was let go, which is no fault of its chain."""
    stone = await store.entry(Forgotten, of)
    if stone is not None:
        lines = "1 line" if stone.lines == 1 else f"{stone.lines} lines"
        end = f" The last had the hash {stone.head}." if stone.head else ""
        raise NotFound(
            f"{of} was forgotten on {stone.at:%d %b %Y}, under the rule for {stone.rule}, with the {lines} of its "
            f"history.{end}"
        )


async def _of_notice(store: Chains, of: str) -> tuple[Sequence[Event], Checked]:
    """A notice's events, and what they are as a chain, at one moment: it may change while an archive is read."""
    try:
        notice = await store.notice(of)
        for _ in range(_TRIES):
            events, again = await store.events(of), await store.notice(of)
            if _version(notice) == _version(again):
                break
            notice = again
    except StoreUnavailable as damaged:
        return (), Checked(of=of, lines=0, before=0, head="", faults=(Fault(of=of, number=0, words=str(damaged)),))
    if notice is None:
        found = custody.check(of, events)
        lost = Fault(of=of, number=0, words="the notice itself is not there")
        return events, replace(found, faults=(lost, *found.faults)) if events else found
    return events, custody.of_notice(notice, events)


def _version(notice: Notice | None) -> int:
    return notice.version if notice else 0


def _hash(line: Line) -> str:
    """Empty for a line from before custody, or one that cannot be hashed; the check says which."""
    try:
        return custody.digest(line) if custody.chained(line) else ""
    except (KeyError, TypeError, ValueError):
        return ""


def _market(desk: Desk, actor: Actor) -> str:
    return desk.marketplace_name(actor.user_id.removeprefix("marketplace:"))
