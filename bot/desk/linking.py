"""Linking: which sellers are one offender. People say so, with a reason; what is on file only suggests it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import offenders
from bot.desk import Desk, alarms, authority
from bot.desk.holds import refuse_held
from bot.desk.offenders import meant, suggested
from bot.desk.sellers import assess
from bot.errors import Conflict, Invalid, NotFound, WrongStatus
from bot.model import (
    WHY_LIMIT,
    Actor,
    Hub,
    Identifier,
    IdentifierKind,
    Link,
    LinkState,
    LinkStep,
    May,
    Suggestion,
    identifier_key,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggested:
    """What is on file suggests these; `titles` say how people call each seller."""

    suggestions: tuple[Suggestion, ...]
    hubs: tuple[Hub, ...]
    titles: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """Two sellers are one now. `upheld` in the window are theirs together; `told` whether that is said in a channel."""

    link: Link
    upheld: int
    told: bool


async def link(desk: Desk, a: str, b: str, reason: str, *, by: Actor) -> Linked:
    """Say that two sellers are one offender. Counted together at once.

    Raises:
        NotAllowed, NotFound, Invalid: no full member; no such seller; the same seller twice, or no reason.
        WrongStatus: they are linked already.
    """
    await authority.allowed(desk, by, May.FILE, "say who is who")
    first, second = await _two(desk, a, b)
    links = await desk.store.entries(Link)
    if second in offenders.groups([first], links)[first]:
        raise WrongStatus(f"{first} and {second} are linked already.")
    said = _step(desk, LinkState.LINKED, reason, by)
    # Asked before it is said: the alarm that follows may be quicker than we are.
    stands = await alarms.standing(desk, first, [*links, Link(a=first, b=second, version=1, steps=(said,))])
    after = await _say(desk, (first, second), said)
    return Linked(link=after, upheld=stands.found.score.upheld, told=stands.crossed)


async def unlink(desk: Desk, a: str, b: str, reason: str, *, by: Actor) -> Link:
    """Take a link back; what was said stays on record. Raises: as `link`; WrongStatus: they are not linked directly."""
    await authority.allowed(desk, by, May.FILE, "say who is who")
    first, second = await _two(desk, a, b)
    there = await desk.store.entry(Link, _key(first, second))
    if there is None or not there.linked:
        links = await desk.store.entries(Link)
        theirs = [f"{one.a} and {one.b}" for one in links if one.linked and {one.a, one.b} & {first, second}]
        direct = f" Linked directly: {'; '.join(theirs[:5])}." if theirs else ""
        raise WrongStatus(f"{first} and {second} are not linked to each other.{direct}")
    return await _say(desk, (first, second), _step(desk, LinkState.UNLINKED, reason, by))


async def dismiss(desk: Desk, a: str, b: str, *, by: Actor) -> Link:
    """Say that a suggestion is wrong: it does not come again. Raises: as `link`."""
    await authority.allowed(desk, by, May.FILE, "say who is who")
    first, second = await _two(desk, a, b)
    there = await desk.store.entry(Link, _key(first, second))
    if there is not None and there.linked:
        raise WrongStatus(f"{first} and {second} were linked meanwhile; unlink them if that is wrong.")
    step = _step(desk, LinkState.DISMISSED, "The suggestion was looked at and is wrong.", by)
    return await _say(desk, (first, second), step)


async def identify(desk: Desk, seller: str, kind: IdentifierKind, value: str, *, by: Actor) -> Identifier:
    """Put on file what else a seller is known by. Safe to repeat. Raises: NotAllowed, NotFound, Invalid."""
    await authority.allowed(desk, by, May.FILE, "say who is who")
    key = await meant(desk, seller, one_of_linked=True)
    fresh = Identifier(
        seller=key,
        version=1,
        kind=kind,
        value=value.strip(),
        normal=offenders.normal(kind, value),
        by=by,
        at=desk.now(),
    )
    if kind is IdentifierKind.PHONE and not fresh.normal.startswith("+"):
        raise Invalid(
            "That phone number has no country code I know, so it would match nobody. Write it with the country, such "
            "as +49 30 1234567.",
            field="value",
        )
    there = await desk.store.entry(Identifier, fresh.key)
    if there is not None and there.on_file:
        return there
    fresh = replace(fresh, version=there.version + 1 if there else 1)
    await desk.store.save(fresh)
    return fresh


async def forget(desk: Desk, seller: str, kind: IdentifierKind, value: str, *, by: Actor) -> Identifier:
    """Take something off file and erase it; that something was there stays on record.

    Raises:
        NotAllowed, NotFound, Invalid.
        WrongStatus: the seller is on legal hold.
    """
    await authority.allowed(desk, by, May.FILE, "say who is who")
    key = await meant(desk, seller, one_of_linked=True)
    await refuse_held(desk, key)
    there = await desk.store.entry(Identifier, identifier_key(key, kind, offenders.normal(kind, value)))
    if there is None or not there.on_file:
        raise NotFound(f"No such {kind.words} is on file for {key}.")
    gone = there.forgotten(by, desk.now())
    await desk.store.save(gone)
    return gone


async def suggestions(desk: Desk, *, by: Actor) -> Suggested:
    """Who shares what is on file, as of now. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.READ)
    found, hubs = await suggested(desk, await desk.store.entries(Link))
    shown = {key for one in found for key in (one.a, one.b)} | {key for hub in hubs for key in hub.sellers}
    return Suggested(suggestions=found, hubs=hubs, titles=await titles(desk, *shown))


async def asked_link(desk: Desk, a: str, b: str, *, by: Actor) -> dict[str, str]:
    """How people call the sellers somebody is about to link; `b` is empty while it is not named. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.FILE, "say who is who")
    return await titles(desk, *(key for key in (a, b) if key))


async def asked_unlink(desk: Desk, key: str, *, by: Actor) -> Link:
    """The link somebody is about to take back. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.FILE, "say who is who")
    there = await desk.store.entry(Link, key)
    if there is None:
        raise NotFound("This link is no longer there.")
    return there


async def asked_identifier(desk: Desk, seller: str, *, by: Actor) -> tuple[str, str]:
    """Key and title of the seller about whom somebody is to put something on file. Raises: as `identify`."""
    await authority.allowed(desk, by, May.FILE, "say who is who")
    key = await meant(desk, seller, one_of_linked=True)
    return key, (await titles(desk, key))[key]


async def titles(desk: Desk, *keys: str) -> dict[str, str]:
    """How people call these sellers."""
    names = await desk.store.names(keys)
    return {key: title(key, names.get(key, ())) for key in keys}


def title(key: str, names: tuple[str, ...]) -> str:
    """`Shop 5 (acme:S-5)`, or the key alone."""
    return f"{names[0]} ({key})" if names else key


async def _two(desk: Desk, a: str, b: str) -> tuple[str, str]:
    """The keys of two different sellers, in order. Each is named for itself, even where they are one offender."""
    found = [await meant(desk, asked, one_of_linked=True) for asked in (a, b)]
    if found[0] == found[1]:
        key = found[0]
        if all(asked.casefold() in (key.casefold(), key.partition(":")[2].casefold()) for asked in (a, b)):
            raise Invalid(f"Both are {key}; name two different sellers.", field="other")
        raise Invalid(
            f"“{a[:50]}” and “{b[:50]}” both fit {key}. I need two ids, such as `link acme:S-51 acme:S-61 REASON`, "
            "or names in quotation marks.",
            field="other",
        )
    first, second = sorted(found)
    return first, second


def _step(desk: Desk, state: LinkState, reason: str, by: Actor) -> LinkStep:
    """Raises: Invalid: no reason, or a long one."""
    reason = reason.strip()
    if not reason:
        are = "are NOT one seller" if state is LinkState.UNLINKED else "are one seller"
        raise Invalid(f"Please give the reason: somebody will ask why these {are}.", field="reason")
    if len(reason) > WHY_LIMIT:
        raise Invalid(f"The reason has {len(reason)} characters; {WHY_LIMIT} is the most.", field="reason")
    return LinkStep(state=state, reason=reason, by=by, at=desk.now())


async def _say(desk: Desk, pair: tuple[str, str], step: LinkStep) -> Link:
    a, b = pair
    for _ in range(3):
        there = await desk.store.entry(Link, _key(a, b))
        if there is not None and there.state is step.state:
            return there
        after = Link(a=a, b=b, version=there.version + 1 if there else 1, steps=(*(there.steps if there else ()), step))
        try:
            await desk.store.save(after, *(assess((a, b), desk.now()) if step.state is not LinkState.DISMISSED else ()))
        except Conflict:
            continue
        return after
    raise Conflict("This is being changed at this very moment. Please try again.")


def _key(a: str, b: str) -> str:
    return "|".join(sorted((a, b)))
