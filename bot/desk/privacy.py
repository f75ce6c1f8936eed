"""Privacy: everything that is kept of somebody, handed out or erased on request, without breaking a chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from bot.desk import Desk, authority
from bot.desk.erasing import KINDS, Sieve, Sifted, called, in_turns
from bot.desk.persons import Sort, Subject, is_of, meant
from bot.desk.register import changed
from bot.errors import Conflict, Invalid, WrongStatus
from bot.model import SYSTEM, WHY_LIMIT, Actor, Change, Event, May, Notice, Referral, RoleGrant, roles_in_words
from bot.shelves import Shelves
from bot.wiping import Wipe, worth

_EXPORT = "hand out what is kept of somebody"
_ERASE = "erase what is kept of somebody"
_TRIES = 3
FORMAT = "takedown-desk privacy export, version 1"
_ELSEWHERE = (
    "Messages in Slack, what marketplaces, Lumen and agencies were sent, and backups are not in this file: "
    "docs/privacy.md says where to ask."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """A file for whoever asked for their data. `counts` by kind."""

    name: str
    content: bytes
    title: str
    counts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class DryRun:
    """What an erasure would do, and what it would leave.

    `words` is every word that is looked for everywhere, `near` what is looked for only near the person or the seller.
    """

    title: str
    sort: Sort
    gone: Mapping[str, int]
    kept: Mapping[tuple[str, str], int]
    words: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not any(self.gone.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """What was erased. `stand_in` is what stands in its place now, `number` that of the change on record."""

    number: int
    stand_in: str
    run: DryRun


async def export(desk: Desk, who: str, *, user_id: str = "", by: Actor) -> Exported:
    """All that names a person, a seller or a value. That it was handed out is on record, not of whom.

    Raises:
        NotAllowed: not an admin; said before anybody looks who is known.
        NotFound, Invalid: as `bot.desk.persons.meant`.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _EXPORT)
    subject = await meant(desk, who, user_id=user_id)
    content = await _all_of(desk, subject)
    counts = {
        "notices": len(content["notices"]),
        **{called(kind): len(some) for kind, some in content["records"].items()},
    }
    number = await _next_number(desk)
    words = f"What is kept of a {subject.sort} was handed out: {_in_words(counts) or 'nothing'}."
    await desk.store.save(await changed(desk, f"privacy:{number}", by, words, kind="exported"))
    written = orjson.dumps(content, option=orjson.OPT_INDENT_2, default=_plain)
    return Exported(name=f"privacy-export-{number}.json", content=written, title=subject.title, counts=counts)


async def would_erase(desk: Desk, who: str, *, user_id: str = "", by: Actor) -> DryRun:
    """What `erase` would do now: nothing is changed. Raises: as `erase`."""
    await authority.allowed(desk, by, May.ADMINISTER, _ERASE)
    subject = await meant(desk, who, user_id=user_id)
    await _refuse_who_works_here(desk, subject)
    stand_in = _stand_in(subject, await _next_number(desk))
    return _told(subject, await Sieve(desk=desk, subject=subject, stand_in=stand_in, by=by).sift())


async def erase(desk: Desk, shelves: Shelves, who: str, why: str, *, user_id: str = "", by: Actor) -> Erasure:
    """Erase what may go of a person, a seller, a value or evidence. Chains hold; what has to stay is said. Final.

    Raises:
        NotAllowed: not an admin; said before anybody looks who is known.
        NotFound, Invalid: as `bot.desk.persons.meant`; no reason, a long one, or one that tells what is to go.
        WrongStatus: the person still has a role here, there is nothing to erase, or much is changed at this moment.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _ERASE)
    await shelves.swept()
    why = " ".join(why.split())
    await finish(desk, shelves)
    for _ in range(_TRIES):
        subject = await meant(desk, who, user_id=user_id)
        await _refuse_who_works_here(desk, subject)
        _check_reason(why, subject)
        number = await _next_number(desk)
        stand_in = _stand_in(subject, number)
        sieve = Sieve(desk=desk, subject=subject, stand_in=stand_in, by=by)
        there = {one.sha256: one.since for one in await shelves.evidence.shelved()} if subject.files else {}
        found = await sieve.sift()
        run = _told(subject, found)
        if run.empty:
            raise WrongStatus("There is nothing to erase: nothing that may go is kept of that.")
        words = f"Erased, and called {stand_in} from now on: {_in_words(found.gone)}. Reason: {why}"
        files = {sha256: there[sha256].isoformat() for sha256 in found.files if sha256 in there}
        raw = {"gone": dict(found.gone), "kept": sum(found.kept.values()), **({"files": files} if files else {})}
        note = await changed(desk, f"privacy:{number}", by, words, kind="erased", raw=raw)
        mentioned = tuple(filter(None, (*subject.words, subject.user_id)))
        try:
            # Somebody may be put on hold at this very moment: then all of it is looked through again.
            await desk.store.erase(*found.records, note, drops=found.drops, mentioning=mentioned, seen=sieve.grounds)
        except Conflict:
            continue
        await finish(desk, shelves)
        return Erasure(number=number, stand_in=stand_in, run=run)
    raise WrongStatus("Much of this is being changed at this very moment; nothing was erased. Please try again.")


async def finish(desk: Desk, shelves: Shelves) -> None:
    """Take off the shelf what is on record as erased: the desk may be killed between the two. Safe to repeat.

    A file that was handed in again since is another's evidence, and stays. Raises: StoreUnavailable.
    """
    for note in await desk.store.entries(Change):
        if note.of.startswith("privacy:") and note.kind == "erased":
            for sha256, since in note.raw.get("files", {}).items():
                await shelves.evidence.remove(sha256, since=datetime.fromisoformat(since))
    there = [one.built for one in await desk.store.entries(Referral) if one.built is not None]
    await shelves.without(built.name for built in there if built.gone_at is not None)


async def _refuse_who_works_here(desk: Desk, subject: Subject) -> None:
    if not subject.user_id:
        return
    if subject.user_id in desk.first_admins:
        raise WrongStatus(f"{subject.title} is an admin by the setting ADMIN_USERS. Take them out of it first.")
    if subject.user_id == SYSTEM.user_id:
        raise Invalid("That is the desk itself.")
    grant = await desk.store.entry(RoleGrant, subject.user_id)
    if grant is not None and grant.roles:
        roles = roles_in_words(grant.roles)
        raise WrongStatus(f"{subject.title} still works here, as {roles}. Take that back first: `role @name none`.")


def _check_reason(why: str, subject: Subject) -> None:
    if not why:
        raise Invalid("Please say why, such as “asked for on 3 March”: it is kept.", field="why")
    if len(why) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(why)} characters; {WHY_LIMIT} is the most.", field="why")
    told = Wipe(words=worth({*subject.words, *subject.near}), exact=subject.near, user_id=subject.user_id, stand_in="")
    if told.found_in(why):
        raise Invalid("The reason is kept, and it tells what is to be erased. Say it without that.", field="why")


async def _next_number(desk: Desk) -> int:
    of = (change.of.partition(":") for change in await desk.store.entries(Change))
    return max((int(key) for kind, _, key in of if kind == "privacy" and key.isdecimal()), default=0) + 1


def _stand_in(subject: Subject, number: int) -> str:
    return f"erased {'file' if subject.sort is Sort.FILES else subject.sort} {number}"


def _told(subject: Subject, found: Sifted) -> DryRun:
    gone = {what: count for what, count in found.gone.items() if count}
    words = tuple(filter(None, (*subject.words, subject.user_id)))
    return DryRun(
        title=subject.title,
        sort=subject.sort,
        gone=gone,
        kept=dict(found.kept),
        words=words,
        near=tuple(one for one in subject.near if one not in words),
    )


async def _all_of(desk: Desk, subject: Subject) -> dict[str, Any]:
    """Everything that names them, as it is kept, but for the secrets that prove the lines of a chain."""
    told = Wipe(words=(*subject.mentioned, *filter(None, [subject.seller])), user_id=subject.user_id, stand_in="")
    unread: list[str] = []
    notices: list[dict[str, Any]] = [
        {"archived": one.archived, "notice": asdict(one.notice), "events": [_open(event) for event in one.events]}
        async for one in desk.store.chronicles(subject.mentioned, unread=unread)
        if is_of(one.notice, subject.seller) or _names(told, one.notice, one.events)
    ]
    notices.sort(key=lambda one: int(one["notice"]["id"].removeprefix("TD-")))
    records: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS:
        found = [entry async for entry in in_turns(await desk.store.entries(kind)) if told.found_in(entry)]
        if found:
            records[kind.__name__] = [_open(entry) for entry in found]
    evidence = {
        file["sha256"]: {**file, "notice": one["notice"]["id"]} for one in notices for file in one["notice"]["evidence"]
    }
    return {
        "format": FORMAT,
        "made_at": desk.now(),
        "of": {"kind": subject.sort.value, "called": subject.title},
        "notices": notices,
        "records": records,
        "evidence": list(evidence.values()),
        "cannot_be_read": unread,
        "elsewhere": _ELSEWHERE,
    }


def _names(told: Wipe, notice: Notice, events: tuple[Event, ...]) -> bool:
    return told.found_in(notice) or any(map(told.found_in, events))


def _open(record: Any) -> dict[str, Any]:
    """Without what proves the line and says nothing."""
    return {name: value for name, value in asdict(record).items() if name != "salt"}


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)
