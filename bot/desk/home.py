"""Home: what one person has to do, has open, has to decide, and how the desk is. What they see goes by their roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.desk import Desk, approvals, authority, cases
from bot.grammar.home import ShowHome
from bot.model import (
    AT_MARKETPLACE,
    OPEN,
    PAGE,
    Actor,
    Case,
    Circuit,
    Connection,
    Health,
    Home,
    May,
    Notice,
    Page,
    Pause,
    Query,
    Queue,
    Recent,
    Right,
    RoleGrant,
    Schedule,
    ScheduleState,
    Sort,
    Status,
    Tab,
    Work,
)

SOON = timedelta(days=90)
"""Rights that expire within it are shown to admins."""

_TABS = ((Tab.WORK, May.FILE), (Tab.APPROVALS, May.APPROVE), (Tab.DESK, May.ADMINISTER))
_ARRIVED = AT_MARKETPLACE | {Status.REMOVED, Status.GONE, Status.REJECTED, Status.REINSTATED, Status.DUPLICATE}


async def of(desk: Desk, asked: ShowHome, *, by: Actor) -> Home:
    """The Home of somebody, at the tab asked for, or at the first they may see.

    A page beyond the last is the last.

    Raises:
        NotAllowed: no full member, or no role; with whom to ask.
    """
    held = await authority.held(desk, by)
    if not held.may(May.READ):
        await authority.allowed(desk, by, May.READ)  # which says why not
    tabs = tuple(tab for tab, do in _TABS if held.may(do)) or (Tab.LISTS,)
    tab = asked.tab if asked.tab in tabs else tabs[0]
    queue = await _queue(desk, asked.page, by) if Tab.APPROVALS in tabs else None
    return Home(
        user_id=by.user_id,
        roles=held.roles,
        tabs=tabs,
        tab=tab,
        at=desk.now(),
        tz=held.person.tz,
        to_decide=queue.total if queue else 0,
        work=await _work(desk, asked, by) if tab is Tab.WORK else None,
        queue=queue if tab is Tab.APPROVALS else None,
        health=await _health(desk) if tab is Tab.DESK else None,
        counts=await desk.store.counts(desk.now()) if tab is Tab.LISTS else None,
        cases=await _cases(desk, by) if tab is tabs[0] and held.may(May.REFER) else (),
    )


async def _work(desk: Desk, asked: ShowHome, by: Actor) -> Work:
    waits = Query(whose=by.user_id, waits=True, sort=Sort.DEADLINE)
    waiting, waiting_page = await _page(desk, waits, asked.waiting)
    rest, open_page = await _page(desk, Query(whose=by.user_id, waits=False, statuses=OPEN), asked.open)
    others = {one.looked_after_by for one in (*waiting.notices, *rest.notices)} - {by.user_id}
    return Work(
        waiting=waiting,
        open=rest,
        waiting_page=waiting_page,
        open_page=open_page,
        names=await desk.names(sorted(others)),
    )


async def _cases(desk: Desk, by: Actor) -> tuple[Case, ...]:
    theirs = [one for one in await desk.store.entries(Case) if one.open and one.owner == by.user_id]
    return tuple(cases.by_next_step(theirs))


async def _page(desk: Desk, query: Query, page: int) -> tuple[Page, int]:
    """The page, or the last one where there are fewer by now; and which it is."""
    found = await desk.store.notices(replace(query, offset=(page - 1) * PAGE))
    if found.notices or page == 1:
        return found, page
    last = max(1, -(-found.total // PAGE))
    return await desk.store.notices(replace(query, offset=(last - 1) * PAGE)), last


async def _queue(desk: Desk, page: int, by: Actor) -> Queue:
    waiting = await desk.store.notices(
        Query(statuses=frozenset({Status.AWAITING_APPROVAL}), sort=Sort.OLDEST, limit=approvals.MOST)
    )
    batches: dict[str, list[Notice]] = {}
    for notice in waiting.notices:
        if by.user_id not in approvals.whose(notice):
            batches.setdefault(notice.batch_id, []).append(notice)
    shown = min(page, max(1, -(-len(batches) // PAGE)))
    return Queue(
        batches=tuple(map(tuple, list(batches.values())[(shown - 1) * PAGE : shown * PAGE])),
        total=len(batches),
        page=shown,
    )


async def _health(desk: Desk) -> Health:
    today = await desk.store.recent(desk.midnight())
    circuits = {one.marketplace: one for one in await desk.store.entries(Circuit)}
    pauses = {one.marketplace: one for one in await desk.store.entries(Pause) if one.paused}
    grants = await desk.store.entries(RoleGrant)
    schedules = await desk.store.entries(Schedule)
    return Health(
        connections=tuple(
            Connection(
                marketplace=key,
                filed=today.get(key, Recent()).filed_of(Status),
                sent=today.get(key, Recent()).filed_of(_ARRIVED),
                circuit=circuits.get(key),
                pause=pauses.get(key),
            )
            for key in sorted(desk.marketplaces)
        ),
        counts=await desk.store.counts(desk.now()),
        ending=_ending(desk, (await desk.rights()).values()),
        roles=Counter(role for grant in grants for role in grant.roles),
        stopped=tuple(one for one in schedules if one.state is ScheduleState.PAUSED and one.paused_because),
        names=await desk.names(sorted({one.by.user_id for one in pauses.values()})),
    )


def _ending(desk: Desk, rights: Iterable[Right]) -> tuple[Right, ...]:
    """Those that can be relied on today, but not for long, the next to end first."""
    today = desk.today()
    found = [
        (right.ends_on, right.key, right)
        for right in rights
        if right.ends_on and today <= right.ends_on <= today + SOON
    ]
    return tuple(right for _, _, right in sorted(found, key=lambda one: one[:2]))
