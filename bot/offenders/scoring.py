"""Notices into offenders, with a score whose parts can be told one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import (
    Brief,
    ComeBack,
    Identity,
    Link,
    Offender,
    Policy,
    Purchase,
    PurchaseState,
    Reach,
    Score,
    Status,
    Struck,
    Violation,
)
from bot.offenders.identity import groups

DAY = timedelta(days=1)
MOST_INTENTION = 2.0
EACH_INTENTION = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class _Upheld:
    """An upheld notice and when it was. There is one for each, so it is made of as little as possible."""

    at: datetime
    brief: Brief


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bought:
    """A test purchase that was decided, and when; `notice_id` is the notice it is about, if it names one."""

    at: datetime
    seller: str
    counterfeit: bool
    notice_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Window:
    """From `start` (excluded) to `end`, with the policy that counts in it; without a reach, everything is at hand."""

    start: datetime
    end: datetime
    policy: Policy
    reach: Reach | None = None

    @property
    def days(self) -> int:
        return max(1, round((self.end - self.start) / DAY))

    @property
    def earlier(self) -> datetime:
        """Where the window before this one begins."""
        return self.start - (self.end - self.start)

    def holds(self, at: datetime) -> bool:
        return self.start < at <= self.end


def offenders(
    briefs: Iterable[Brief],
    *,
    links: Iterable[Link],
    policy: Policy,
    now: datetime,
    window_days: int | None = None,
    reach: Reach | None = None,
    purchases: Iterable[Purchase] = (),
) -> tuple[Offender, ...]:
    """Everyone with an upheld notice in the window up to `now`, highest score first. Without days: the policy's.

    Their test purchases weigh in the score; alone they put nobody on the list.
    """
    start = now - (window_days or policy.window_days) * DAY
    return offenders_between(briefs, links=links, policy=policy, start=start, end=now, reach=reach, purchases=purchases)


def offenders_between(
    briefs: Iterable[Brief],
    *,
    links: Iterable[Link],
    policy: Policy,
    start: datetime,
    end: datetime,
    reach: Reach | None = None,
    purchases: Iterable[Purchase] = (),
) -> tuple[Offender, ...]:
    """As `offenders`, of a window that need not be whole days: after `start`, until `end`."""
    window = _Window(start=start, end=end, policy=policy, reach=reach)
    of_seller: dict[str, list[Brief]] = {}
    for brief in briefs:
        seller = brief.seller
        if seller in of_seller:
            of_seller[seller].append(brief)
        else:
            of_seller[seller] = [brief]
    of_seller.pop("", None)
    bought = _bought(purchases, end)
    found = []
    for members in set(groups(of_seller, links).values()):
        theirs = [brief for seller in members for brief in of_seller.get(seller, ())]
        upheld = _upheld(theirs, end)
        if any(one.at > start for one in upheld):
            found.append(_offender(members, theirs, upheld, window, _theirs(bought, members)))
    return tuple(sorted(found, key=lambda one: (-one.score.total, -one.score.upheld, one.key)))


def offender(
    seller: str,
    briefs: Iterable[Brief],
    *,
    links: Iterable[Link],
    policy: Policy,
    now: datetime,
    window_days: int | None = None,
    purchases: Iterable[Purchase] = (),
) -> Offender:
    """Whom a seller belongs to, however little there is against them."""
    members = groups((seller,), links)[seller]
    keys = frozenset(members)
    theirs = [brief for brief in briefs if brief.seller in keys]
    window = _Window(start=now - (window_days or policy.window_days) * DAY, end=now, policy=policy)
    return _offender(members, theirs, _upheld(theirs, now), window, _theirs(_bought(purchases, now), members))


def _upheld(briefs: Iterable[Brief], end: datetime) -> list[_Upheld]:
    """What was upheld until then, in order."""
    found = [_Upheld(at=at, brief=brief) for brief in briefs if (at := brief.upheld_at) is not None and at <= end]
    found.sort(key=lambda one: (one.at, one.brief.id))
    return found


def _bought(purchases: Iterable[Purchase], end: datetime) -> dict[str, list[_Bought]]:
    """The test purchases that were decided until then, by seller."""
    found: dict[str, list[_Bought]] = {}
    for one in purchases:
        at = one.decided_at
        if at is not None and at <= end:
            fake = one.state is PurchaseState.COUNTERFEIT
            decided = _Bought(at=at, seller=one.seller, counterfeit=fake, notice_id=one.notice_id)
            found.setdefault(one.seller, []).append(decided)
    return found


def _theirs(bought: Mapping[str, Sequence[_Bought]], members: Iterable[str]) -> Sequence[_Bought]:
    return [one for seller in members for one in bought.get(seller, ())] if bought else ()


def _offender(
    members: tuple[str, ...],
    briefs: Sequence[Brief],
    upheld: Sequence[_Upheld],
    window: _Window,
    bought: Sequence[_Bought],
) -> Offender:
    inside = [one for one in upheld if one.at > window.start]
    names = names_of(briefs)
    counts = dict.fromkeys(members, 0)
    for one in inside:
        counts[one.brief.seller] += 1
    ever = Counter(one.brief.seller for one in upheld)
    return Offender(
        key=members[0],
        identities=tuple(_identity(key, names.get(key, ()), counts[key], ever[key]) for key in members),
        score=_score(briefs, upheld, inside, window, bought),
        before=_before(upheld, window),
        new=bool(inside) and len(inside) == len(upheld) and not _archived(members, window),
        upheld_in_all=len(upheld),
        last_upheld_at=upheld[-1].at if upheld else None,
        strikes=_strikes(members, upheld, window, bought),
    )


def _before(upheld: Iterable[_Upheld], window: _Window) -> int | None:
    if window.reach is not None and window.earlier < window.reach.since:
        return None
    return sum(1 for one in upheld if window.earlier < one.at <= window.start)


def _archived(members: Iterable[str], window: _Window) -> bool:
    return window.reach is not None and not window.reach.archived.isdisjoint(members)


def _identity(key: str, names: tuple[str, ...], upheld: int, ever: int) -> Identity:
    marketplace, _, seller_id = key.partition(":")
    return Identity(
        key=key, marketplace=marketplace, seller_id=seller_id, names=names, upheld=upheld, upheld_in_all=ever
    )


def names_of(briefs: Iterable[Brief]) -> dict[str, tuple[str, ...]]:
    """The names each seller went by, newest first."""
    last: dict[str, dict[str, datetime]] = {}
    for brief in briefs:
        if brief.seller_name:
            known = last.setdefault(brief.seller, {})
            before = known.get(brief.seller_name)
            if before is None or before < brief.filed_at:
                known[brief.seller_name] = brief.filed_at
    return {
        seller: tuple(sorted(known, key=lambda name: (known[name], name), reverse=True))
        for seller, known in last.items()
    }


def _strikes(
    members: Sequence[str], upheld: Sequence[_Upheld], window: _Window, bought: Sequence[_Bought]
) -> tuple[Struck, ...]:
    """Seller by seller: a marketplace counts against an account, not against those people linked with it."""
    found = []
    for key in members:
        rule = window.policy.strikes.get(key.partition(":")[0])
        if rule is not None:
            since = window.end - rule.window_days * DAY if rule.window_days is not None else None
            count = sum(
                1
                for one in upheld
                if one.brief.seller == key and one.brief.violation in rule.counts and (since is None or one.at > since)
            )
            purchases = sum(
                1 for one in bought if one.seller == key and one.counterfeit and (since is None or one.at > since)
            )
            found.append(Struck(rule=rule, seller=key, count=count, purchases=purchases))
    return tuple(found)


def _score(
    briefs: Iterable[Brief],
    upheld: Sequence[_Upheld],
    inside: Sequence[_Upheld],
    window: _Window,
    bought: Sequence[_Bought],
) -> Score:
    rejected, overturned = _lost(briefs, window)
    half_life = window.policy.half_life_days * DAY
    gravity = window.policy.gravity
    number = weighed = 0.0
    for one in inside:
        weight = 0.5 ** ((window.end - one.at) / half_life)
        number += weight
        weighed += weight * gravity[one.brief.violation]
    recent = [one for one in bought if one.at > window.start]
    told = {one.brief.id for one in inside} if recent else frozenset()
    # Of one listing one counts: the notice that was upheld, and not what was bought to prove it.
    fakes = [one for one in recent if one.counterfeit and one.notice_id not in told]
    genuine = sum(1 for one in recent if not one.counterfeit)
    for fake in fakes:
        weight = 0.5 ** ((window.end - fake.at) / half_life)
        number += weight
        weighed += weight * gravity[Violation.COUNTERFEIT]
    counts = len(inside) + len(fakes)
    decided = counts + rejected + overturned + genuine
    proportion = counts / decided if decided else 0.0
    kinds = {one.brief.violation for one in inside} | ({Violation.COUNTERFEIT} if fakes else set())
    relistings = _relistings(upheld, inside, window)
    failed_counters = sum(1 for one in inside if one.brief.contested)
    alias_changes = max(0, len({one.brief.seller for one in inside}) - 1)
    intention = min(MOST_INTENTION, 1 + EACH_INTENTION * (relistings + failed_counters + alias_changes))
    return Score(
        window_days=window.days,
        half_life_days=window.policy.half_life_days,
        upheld=len(inside),
        rejected=rejected,
        overturned=overturned,
        number=number,
        proportion=proportion,
        gravity=weighed / number if number else 0.0,
        relistings=relistings,
        failed_counters=failed_counters,
        alias_changes=alias_changes,
        intention=intention,
        total=round(10 * weighed * (0.5 + proportion / 2) * intention, 1),
        weights=tuple((kind, gravity[kind]) for kind in sorted(kinds)),
        purchases=len(fakes),
        genuine=genuine,
    )


def _lost(briefs: Iterable[Brief], window: _Window) -> tuple[int, int]:
    """How many were decided for the seller in the window: rejected, and taken back after a removal."""
    rejected = overturned = 0
    for brief in briefs:
        at = brief.lost_at
        if at is not None and window.holds(at):
            rejected += brief.status is Status.REJECTED
            overturned += brief.overturned
    return rejected, overturned


def _relistings(upheld: Sequence[_Upheld], inside: Sequence[_Upheld], window: _Window) -> int:
    """How often a removed listing was offered again.

    Either the marketplace said so, or the same listing was removed once more on a notice filed after it was gone. One
    return that shows both ways is one, and so is one that shows in several notices, under several rights. Two notices
    about the same listing at the same time are no return.
    """
    of_listing: dict[tuple[str, str], list[_Upheld]] = {}
    for one in upheld:
        of_listing.setdefault((one.brief.marketplace, one.brief.listing_id), []).append(one)
    alone = sum(1 for one in inside if one.brief.came_back is ComeBack.RELISTED)
    several = 0
    for removals in of_listing.values():
        if len(removals) > 1:
            alone -= sum(1 for one in removals if _relisted(one, window))
            several += _returns(removals, window)
    return alone + several


def _returns(removals: Sequence[_Upheld], window: _Window) -> int:
    """How often a listing was back that was removed several times; without a removal in between it was but once."""
    moments = [one.at for one in removals]
    relisted = [one for one in removals if _relisted(one, window)]
    told = {bisect_right(moments, one.brief.decided_at or one.brief.since) for one in relisted}
    counted = [one.at for one in relisted]
    again = set()
    for one in removals:
        place = bisect_right(moments, one.brief.filed_at) if one.at > window.start else 0
        if not place or removals[place - 1] is one:
            continue
        before = moments[place - 1]
        # What was removed under several rights on a day came back once, whichever notice it was told of.
        if bisect_right(counted, before) == bisect_right(counted, before - DAY):
            again.add(place)
    return len(told | again)


def _relisted(one: _Upheld, window: _Window) -> bool:
    return one.at > window.start and one.brief.came_back is ComeBack.RELISTED
