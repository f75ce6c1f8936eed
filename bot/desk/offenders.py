"""Offenders: who keeps coming back, one offender's record, and how each person follows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from bot import offenders
from bot.desk import Desk, authorised, authority
from bot.desk.ranking import ranking
from bot.digests import by_month
from bot.errors import Conflict, Invalid, NotFound
from bot.grammar.offenders import ListOffenders
from bot.model import (
    PAGE,
    Actor,
    Brief,
    Counted,
    Hub,
    Identifier,
    Link,
    May,
    Offender,
    Point,
    Purchase,
    Seller,
    Stance,
    Suggestion,
)

RANK_DIGITS = 3
SHOWN = 15
"""Notices in the timeline of an offender's page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of offenders, best known first. `hidden` are those the asker muted."""

    offenders: tuple[Offender, ...]
    total: int
    hidden: int
    window_days: int
    threshold: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """All there is about one offender, for the one who asked. `briefs` newest first; `names` of people by user id.

    `seller` is the key of the one that was asked for; `leaves` say which of them have ours.
    """

    seller: str
    offender: Offender
    briefs: tuple[Brief, ...]
    links: tuple[Link, ...]
    identifiers: tuple[Identifier, ...]
    stance: Stance | None
    names: Mapping[str, str]
    series: tuple[Point, ...]
    suggestions: tuple[Suggestion, ...]
    hubs: tuple[Hub, ...]
    leaves: tuple[str, ...]


async def listed(desk: Desk, asked: ListOffenders, *, by: Actor) -> Listed:
    """A page of sellers: whoever something was upheld against in the window, or as often as was asked.

    Raises:
        NotAllowed: not a full member.
        Invalid: a marketplace or right this desk does not have, or a window longer than notices are counted.
    """
    await authority.allowed(desk, by, May.READ)
    days = asked.window_days or min(desk.policy.window_days, desk.retention.days)
    marketplaces, rights = ([one] if one else [] for one in (asked.marketplace, asked.right))
    await check_reach(desk, days, marketplaces, rights)
    now, said = desk.now(), {right.casefold() for right in rights}
    counted = Counted(
        start=now - timedelta(days=days),
        end=now,
        marketplaces=frozenset(marketplaces),
        rights=frozenset(key for key in await desk.rights(retired_too=True) if key.casefold() in said),
    )
    muted = {stance.seller for stance in await desk.store.entries(Stance, by.user_id) if stance.muted}
    found = await ranking(
        desk,
        counted,
        first=asked.page * PAGE,
        least=asked.threshold or 1,
        without=() if asked.muted else muted,
    )
    return Listed(
        offenders=found.offenders[(asked.page - 1) * PAGE :],
        total=found.total,
        hidden=found.hidden,
        window_days=days,
        threshold=desk.policy.threshold,
    )


async def record(desk: Desk, asked: str, *, by: Actor, window_days: int | None = None) -> Record:
    """Everything about one offender, archived notices and all, counted over those days or the policy's.

    Raises:
        NotAllowed.
        NotFound, Invalid: no such seller; or it may be one of several.
    """
    await authority.allowed(desk, by, May.READ)
    seller = await meant(desk, asked)
    links = await desk.store.entries(Link)
    group = offenders.groups([seller], links)[seller]
    briefs = await desk.store.record_of(group)
    found = offenders.offender(
        seller,
        briefs,
        links=links,
        policy=desk.policy,
        now=desk.now(),
        window_days=window_days,
        purchases=await bought_from(desk, group),
    )
    theirs = tuple(link for link in links if link.a in group or link.b in group)
    identifiers = tuple([one for key in group for one in await desk.store.entries(Identifier, key) if one.on_file])
    suggestions, hubs = await suggested(desk, links)
    newest = sorted(briefs, key=lambda brief: brief.filed_at, reverse=True)
    people = {step.by.user_id for link in theirs for step in link.steps} | {one.by.user_id for one in identifiers}
    return Record(
        seller=seller,
        offender=found,
        briefs=tuple(newest[:SHOWN]),
        links=theirs,
        identifiers=identifiers,
        stance=await stance(desk, by, found),
        names=await desk.names(people),
        series=by_month(briefs, desk.now()),
        suggestions=tuple(one for one in suggestions if one.a in group or one.b in group),
        hubs=tuple(hub for hub in hubs if not set(group).isdisjoint(hub.sellers)),
        leaves=await authorised.of_sellers(desk, _sellers(found)),
    )


def _sellers(offender: Offender) -> Iterator[tuple[str, Seller]]:
    """Every seller of an offender under every name, with the marketplace."""
    for one in offender.identities:
        for name in one.names or ("",):
            yield one.marketplace, Seller(seller_id=one.seller_id, name=name)


async def named(desk: Desk, asked: str, *, by: Actor) -> str:
    """The seller somebody wants to see: as they wrote it, or the one of that rank in the list, where only that fits.

    Raises:
        NotAllowed.
        Invalid: the number may be a rank or a part of a name.
    """
    await authority.allowed(desk, by, May.READ)
    if not asked.isdecimal() or len(asked) > RANK_DIGITS or int(asked) == 0:
        return asked
    found = offenders.find(asked, await known_sellers(desk, asked))
    if any(key.partition(":")[2] == asked for key in found):
        return asked
    page = await listed(desk, ListOffenders(page=(int(asked) - 1) // PAGE + 1), by=by)
    ranked = page.offenders[(int(asked) - 1) % PAGE :][:1]
    if ranked and found and not set(found) <= {one.key for one in ranked[0].identities}:
        raise Invalid(
            f"“{asked}” may be the rank of {ranked[0].foremost.key} in `/offenders`, or a part of the name of "
            f"{', '.join(found[:5])}. Say the seller, such as `show {ranked[0].foremost.key}`."
        )
    return ranked[0].key if ranked else asked


async def why(desk: Desk, asked: str, *, by: Actor) -> Offender:
    """The offender with the parts of the score. Raises: as `record`."""
    return (await record(desk, asked, by=by)).offender


async def follow(desk: Desk, asked: str, *, watching: bool | None, muted: bool | None, by: Actor) -> Record:
    """Watch an offender or not, see them in lists or not; None leaves it. For the asker alone. Safe to repeat.

    It is said of the seller that was asked for, so that it outlives their links, and taken back of all linked ones.

    Raises:
        NotAllowed, NotFound, Invalid: as `record`.
    """
    found = await record(desk, asked, by=by)
    for _ in range(3):
        theirs = {one.seller: one for one in await _stances(desk, by, found.offender)}
        if watching or muted:
            theirs = {
                found.seller: theirs.get(found.seller, Stance(user_id=by.user_id, seller=found.seller, version=0))
            }
        after = [
            replace(
                had,
                version=had.version + 1,
                watching=had.watching if watching is None else watching,
                muted=had.muted if muted is None else muted,
            )
            for had in theirs.values()
        ]
        try:
            await desk.store.save(*after)
        except Conflict:
            continue
        return found
    raise Conflict("This is being changed at this very moment. Please try again.")


async def stance(desk: Desk, by: Actor, offender: Offender) -> Stance | None:
    """How a person follows an offender, whichever of the sellers it was said of."""
    said = await _stances(desk, by, offender)
    if not said:
        return None
    return replace(said[0], watching=any(one.watching for one in said), muted=any(one.muted for one in said))


async def _stances(desk: Desk, by: Actor, offender: Offender) -> list[Stance]:
    theirs = {one.key for one in offender.identities}
    return [one for one in await desk.store.entries(Stance, by.user_id) if one.seller in theirs]


async def meant(
    desk: Desk, asked: str, *, one_of_linked: bool = False, also: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> str:
    """The key of the seller a person means: a key, a marketplace's id, or a name.

    Of linked sellers any will do, unless `one_of_linked` has to be named. `also` are sellers, with their names, that
    whoever asks may know of besides.

    Raises:
        NotFound: nobody here has ever met that seller.
        Invalid: it may be one of several.
    """
    found = offenders.find(asked, {**also, **await known_sellers(desk, asked)})
    if not found:
        raise NotFound(
            f"No notice here names the seller “{asked[:100]}”. A seller is written marketplace:id, such as acme:S-5; "
            "`/offenders` shows who there is."
        )
    groups = offenders.groups(found, await desk.store.entries(Link))
    if len(found if one_of_linked else {groups[key] for key in found}) > 1:
        some = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
        raise Invalid(f"“{asked[:100]}” may be any of {some}. Please say which.", field="seller")
    return found[0]


async def known_sellers(desk: Desk, asked: str) -> dict[str, tuple[str, ...]]:
    """Whom a text may name, of every seller a notice, a link or an identifier names: by key, with their names, newest
    first. `offenders.find` picks from them."""
    links, identifiers = await desk.store.entries(Link), await desk.store.entries(Identifier)
    told = [seller for link in links for seller in (link.a, link.b)] + [one.seller for one in identifiers]
    return {**dict.fromkeys(offenders.called(asked, dict.fromkeys(told, ())), ()), **await desk.store.sellers(asked)}


async def suggested(desk: Desk, links: Sequence[Link]) -> tuple[tuple[Suggestion, ...], tuple[Hub, ...]]:
    """Which sellers share what is on file, as of now."""
    identifiers = [one for one in await desk.store.entries(Identifier) if one.on_file]
    return offenders.suggestions(identifiers, links, hub_limit=desk.policy.hub_limit)


async def bought_from(desk: Desk, sellers: Iterable[str]) -> tuple[Purchase, ...]:
    """The test purchases from these sellers, by key."""
    return tuple([one for key in sellers for one in await desk.store.entries(Purchase, key)])


async def check_reach(desk: Desk, days: int, marketplaces: Sequence[str], rights: Sequence[str]) -> None:
    """Raises: Invalid: this desk does not look so far back, or has no such marketplace or right."""
    if days > desk.retention.days:
        raise Invalid(
            f"This desk counts notices for {desk.retention.days} days (RETENTION_DAYS); {days} days is too long.",
            field="window",
        )
    for key in marketplaces:
        if key not in desk.marketplaces:
            known = ", ".join(sorted(desk.marketplaces)) or "none yet"
            raise Invalid(f"This desk is not connected to {key}. Connected: {known}.", field="marketplaces")
    on_file = await desk.rights(retired_too=True)
    there = {right.casefold() for right in on_file}
    for key in rights:
        if key.casefold() not in there:
            known = ", ".join(sorted(on_file)) or "none yet"
            raise Invalid(f"There is no right called {key} here. Known: {known}.", field="rights")
