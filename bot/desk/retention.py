"""Retention: how long each kind of record is kept once it is over. Everything is for good until an admin says so.

Open things never go, and nothing of a seller on legal hold, with an open case, or with an open referral.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import custody
from bot.desk import Desk, authority, holds
from bot.desk.register import changed
from bot.errors import Conflict, Invalid, WrongStatus
from bot.evidence import Shelved
from bot.model import (
    SYSTEM,
    Actor,
    Change,
    Entry,
    Forgotten,
    Identifier,
    Kept,
    May,
    Notice,
    Purchase,
    Record,
    Referral,
    Retention,
)
from bot.shelves import Shelves

COMPLAINTS = 184
"""Days: a decision can be complained of for six months after it. Source: Regulation (EU) 2022/2065, Article 20(1)."""
LONGEST = 36_500
FEWEST: Mapping[Kept, int] = {kind: 1 if kind is Kept.IDENTIFIERS else COMPLAINTS for kind in Kept}
"""Days that a kind of record is kept at the least; notices also as long as they are counted."""
REGISTER = frozenset({"role", "policy", "marketplace", "right", "authorised", "agency", "retention", "hold"})
"""What the changes of the register are of."""
WHAT: Mapping[Kept, str] = {
    Kept.NOTICES: "archived notices with what happened to them",
    Kept.EVIDENCE: "files that no record names any more",
    Kept.IDENTIFIERS: "what is left of identifiers that were taken off file",
    Kept.PURCHASES: "test purchases that are over",
    Kept.REFERRALS: "referrals that are over, with their dossiers",
    Kept.CHANGES: "who changed the register and how",
}

_TO_DO = "say how long records are kept"
_TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """How long a kind is kept (None: for good), how many would go now, and how many would if they were not needed."""

    kind: Kept
    days: int | None
    fewest: int
    going: int = 0
    held_back: int = 0


@dataclass(kw_only=True, slots=True)
class _Going:
    """What goes now, by kind; `back` counts what would, were it not held or open."""

    stones: list[Forgotten] = field(default_factory=list)
    drops: list[Entry] = field(default_factory=list)
    emptied: list[Change] = field(default_factory=list)
    files: list[Shelved] = field(default_factory=list)
    dossiers: list[str] = field(default_factory=list)
    grounds: Mapping[type[Any], tuple[Any, ...]] = field(default_factory=dict)
    counts: Counter[Kept] = field(default_factory=Counter)
    back: Counter[Kept] = field(default_factory=Counter)


async def overview(desk: Desk, shelves: Shelves, *, by: Actor) -> tuple[Row, ...]:
    """The rules, and what would go now: nothing is changed. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    rules = await _rules(desk)
    return _rows(desk, rules, await _going(desk, shelves, rules))


async def keep(desk: Desk, kind: Kept, days: int | None, *, by: Actor) -> str:
    """Keep a kind of record for so many days once it is over; None is for good. Returns what to tell the person.

    Raises:
        NotAllowed: not an admin.
        Invalid: too short, or too long.
        WrongStatus: somebody changed it at this moment.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    least = fewest(desk, kind)
    if days is not None and not least <= days <= LONGEST:
        why = f" (RETENTION_DAYS is {desk.retention.days})" if kind is Kept.NOTICES and least > COMPLAINTS else ""
        raise Invalid(f"{kind.value.capitalize()} are kept for {least} days at the least{why}, {LONGEST} at the most.")
    had = await desk.store.entry(Retention, kind.value)
    if (had.days if had else None) == days:
        return f"{_in_words(kind, days)} That is how it was before."
    after = Retention(kind=kind, version=had.version + 1 if had else 1, days=days, by=by, at=desk.now())
    words = _in_words(kind, days)
    try:
        await desk.store.save(after, await changed(desk, f"retention:{kind.value}", by, words, kind="rule"))
    except Conflict:
        raise WrongStatus("Somebody changed this rule at this very moment. Please look again.") from None
    when = "" if days is None else " What is older goes tonight; `retention` shows what that is, and can do it now."
    return words + when


async def run(desk: Desk, shelves: Shelves, *, by: Actor) -> tuple[Row, ...]:
    """Let go now what the rules let go. Gives what went. Raises: NotAllowed; WrongStatus: much is being changed."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    return await _run(desk, shelves, by)


async def nightly(desk: Desk, shelves: Shelves) -> tuple[Row, ...]:
    """The same, by the clock. Safe to repeat."""
    return await _run(desk, shelves, SYSTEM)


def fewest(desk: Desk, kind: Kept) -> int:
    """Days that a kind is kept at the least."""
    return max(FEWEST[kind], desk.retention.days) if kind is Kept.NOTICES else FEWEST[kind]


async def _run(desk: Desk, shelves: Shelves, by: Actor) -> tuple[Row, ...]:
    for _ in range(_TRIES):
        rules = await _rules(desk)
        going = await _going(desk, shelves, rules)
        rows = _rows(desk, rules, going)
        if not going.counts and not going.dossiers:
            return rows
        try:
            await _let_go(desk, shelves, going, rules, by)
        except Conflict:
            continue
        return rows
    raise WrongStatus("Much of this is being changed at this very moment; nothing has gone. Please try again.")


async def _let_go(desk: Desk, shelves: Shelves, going: _Going, rules: Mapping[Kept, int], by: Actor) -> None:
    notes = []
    for kind, count in going.counts.items():
        words = f"{count} went, kept for {rules[kind]} days: {WHAT[kind]}."
        notes.append(await changed(desk, f"retention:{kind.value}", by, words, kind="forgotten", raw={"count": count}))
    # Files go last: what a crash leaves of them nothing names, so that the next night finds it.
    records: list[Record] = [*going.stones, *going.emptied, *notes]
    if records or going.drops:
        await desk.store.erase(*records, drops=going.drops, seen=going.grounds)
    await shelves.without(going.dossiers)
    for file in going.files:
        await shelves.evidence.remove(file.sha256, since=file.since)


async def _going(desk: Desk, shelves: Shelves, rules: Mapping[Kept, int]) -> _Going:
    going = _Going(grounds=await holds.grounds(desk))
    engaged = await holds.needed(desk)
    if Kept.NOTICES in rules:
        await _notices(desk, going, rules[Kept.NOTICES], engaged)
    if Kept.IDENTIFIERS in rules:
        before = _before(desk, rules[Kept.IDENTIFIERS])
        for mark in await desk.store.entries(Identifier):
            if mark.removed_at is not None and mark.removed_at < before:
                _sort_out(going, Kept.IDENTIFIERS, mark, mark.seller in engaged)
    if Kept.PURCHASES in rules:
        await _purchases(desk, going, rules[Kept.PURCHASES], engaged)
    await _referrals(desk, shelves, going, rules, engaged)
    if Kept.CHANGES in rules:
        await _changes(desk, going, rules[Kept.CHANGES], await holds.on_hold(desk))
    if Kept.EVIDENCE in rules:
        await _files(desk, shelves, going, rules[Kept.EVIDENCE])
    return going


def stone_of(notice: Notice, lines: int, rule: str, by: Actor, at: datetime) -> Forgotten:
    return Forgotten(of=notice.id, version=1, lines=lines, head=notice.head, rule=rule, by=by, at=at)


async def _notices(desk: Desk, going: _Going, days: int, engaged: Mapping[str, str]) -> None:
    bought = {one.notice_id for one in await desk.store.entries(Purchase) if not one.state.over}
    rule = f"notices: {days} days"
    unread: list[str] = []
    async for told in desk.store.chronicles(archived=True, before=_before(desk, days), unread=unread):
        notice = told.notice
        if notice.seller_key in engaged or notice.id in bought or not notice.status.final:
            going.back[Kept.NOTICES] += 1
            continue
        going.counts[Kept.NOTICES] += 1
        going.stones.append(stone_of(notice, len(told.events), rule, SYSTEM, desk.now()))
    going.back[Kept.NOTICES] += len(unread)


async def _purchases(desk: Desk, going: _Going, days: int, engaged: Mapping[str, str]) -> None:
    there = await desk.store.entries(Purchase)
    last = max((one.number for one in there), default=0)  # stays, so that its id is not given away again
    for one in there:
        ripe = one.state.over and one.updated_at < _before(desk, days) and one.number != last
        if ripe and _sort_out(going, Kept.PURCHASES, one, one.seller in engaged):
            await _chain(desk, going, f"purchase:{one.id}", f"purchases: {days} days")


async def _referrals(
    desk: Desk, shelves: Shelves, going: _Going, rules: Mapping[Kept, int], engaged: Mapping[str, str]
) -> None:
    there = await desk.store.entries(Referral)
    left = await shelves.dossiers.names()
    erased = {one.built.name for one in there if one.built is not None and one.built.gone_at is not None}
    going.dossiers += [one for one in left if one in erased]
    if Kept.REFERRALS not in rules:
        return
    days = rules[Kept.REFERRALS]
    last = max((one.number for one in there), default=0)
    names = {one.built.name for one in there if one.built is not None}
    for one in there:
        if one.state.over and one.updated_at < _before(desk, days) and one.number != last:
            if not _sort_out(going, Kept.REFERRALS, one, any(key in engaged for key in one.sellers)):
                continue
            await _chain(desk, going, f"referral:{one.id}", f"referrals: {days} days")
            if one.built is not None:
                names.discard(one.built.name)
                going.dossiers.append(one.built.name)
    # Of a run that was cut short the referral is gone and its dossier may still be there.
    forgotten = {one.of.removeprefix("referral:") for one in await desk.store.entries(Forgotten)}
    going.dossiers += [one for one in left if one not in names and _referral_of(one) in forgotten]


async def _chain(desk: Desk, going: _Going, of: str, rule: str) -> None:
    """A history goes as a whole, and leaves its length and its end."""
    lines = sorted(await desk.store.entries(Change, of), key=lambda one: one.number)
    if not lines:
        return
    last = lines[-1]
    head = custody.digest(last) if custody.chained(last) else ""
    going.drops += lines
    going.stones.append(Forgotten(of=of, version=1, lines=len(lines), head=head, rule=rule, by=SYSTEM, at=desk.now()))


async def _changes(desk: Desk, going: _Going, days: int, held: Mapping[str, object]) -> None:
    """A line of the register is emptied, and its hash stays: the chain goes on."""
    for line in await desk.store.entries(Change):
        kind, _, key = line.of.partition(":")
        if kind not in REGISTER or line.at >= _before(desk, days) or not _says_anything(line):
            continue
        if kind == "hold" and key in held:
            going.back[Kept.CHANGES] += 1
            continue
        going.counts[Kept.CHANGES] += 1
        going.emptied.append(next_version(line, custody.emptied(line, custody.PARTS)))


def next_version(stored: Change, after: Change) -> Change:
    """The change as the store takes it in the place of the stored one."""
    return Change(**{name: getattr(after, name) for name in _FIELDS} | {"version": stored.version + 1})


_FIELDS = tuple(name for name in Change.__dataclass_fields__ if name != "version")


async def _files(desk: Desk, shelves: Shelves, going: _Going, days: int) -> None:
    leaving = {stone.of for stone in going.stones} | {one.id for one in going.drops if isinstance(one, Purchase)}
    named = {file.sha256 for one in await desk.store.entries(Purchase) if one.id not in leaving for file in one.photos}
    unread: list[str] = []
    async for told in desk.store.chronicles(["sha256"], unread=unread):
        if told.notice.id not in leaving:
            named |= {file.sha256 for file in told.notice.evidence}
    for there in await shelves.evidence.shelved():
        if there.sha256 in named or there.since >= _before(desk, days):
            continue
        if unread:  # which files it names nobody can tell
            going.back[Kept.EVIDENCE] += 1
            continue
        going.counts[Kept.EVIDENCE] += 1
        going.files.append(there)


def _sort_out(going: _Going, kind: Kept, entry: Entry, needed: bool) -> bool:
    """Whether it goes."""
    (going.back if needed else going.counts)[kind] += 1
    if not needed:
        going.drops.append(entry)
    return not needed


def _says_anything(line: Change) -> bool:
    return bool(line.words or line.actor.user_id or line.raw or line.where)


async def _rules(desk: Desk) -> dict[Kept, int]:
    """Those that are not for good."""
    return {one.kind: one.days for one in await desk.store.entries(Retention) if one.days is not None}


def _rows(desk: Desk, rules: Mapping[Kept, int], going: _Going) -> tuple[Row, ...]:
    return tuple(
        Row(
            kind=kind,
            days=rules.get(kind),
            fewest=fewest(desk, kind),
            going=going.counts[kind],
            held_back=going.back[kind],
        )
        for kind in Kept
    )


def _before(desk: Desk, days: int) -> datetime:
    return desk.now() - timedelta(days=days)


def _in_words(kind: Kept, days: int | None) -> str:
    how_long = "for good" if days is None else f"for {days} days once they are over"
    return f"{kind.value.capitalize()} ({WHAT[kind]}) are kept {how_long}."


def _referral_of(name: str) -> str:
    """`RF-3` of `RF-3-pipcu.zip`."""
    return "-".join(name.removesuffix(".zip").split("-")[:2])


def words_of(rows: Iterable[Row]) -> str:
    """`12 notices, 3 evidence`; empty when nothing went."""
    return ", ".join(f"{row.going} {row.kind.value}" for row in rows if row.going)
