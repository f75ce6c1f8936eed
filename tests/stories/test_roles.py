"""Each role tries each verb, typed: what it may not do is refused in words, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import ALLOWS, SYSTEM, Actor, May, Role, RoleGrant, Status
from bot.sandbox.persona import Persona
from bot.stores.rows import ENTRIES
from tests import make
from tests.stories.world import CHANNEL, World

NEW = "https://acme.example/item/900"
VERBS: Mapping[str, May | None] = {
    "/takedown help": None,
    "/takedown whoami": None,
    f"/takedown {NEW} counterfeit": May.FILE,
    "/takedown bulk": May.FILE,
    "/takedown status TD-1": May.READ,
    "/takedown list": May.READ,
    "/takedown export csv": May.READ,
    "/takedown note TD-1 hello": May.FILE,
    "/takedown retract TD-1 1 wrong": May.FILE,
    "/takedown evidence TD-1": May.READ,
    "/takedown amend TD-1": May.FILE,
    "/takedown withdraw TD-1": May.FILE,
    "/takedown retry TD-2": May.FILE,
    "/takedown snooze TD-2 1d": May.FILE,
    "/takedown owner TD-1 @ann": May.FILE,
    "/takedown ref TD-2 X-1": May.FILE,
    "/takedown outcome TD-2 removed": May.FILE,
    "/takedown approvals": May.APPROVE,
    "/takedown approve TD-3": May.APPROVE,
    "/takedown refuse TD-3 because": May.APPROVE,
    "/offenders": May.READ,
    "/offenders show acme:S-1": May.READ,
    "/offenders why acme:S-1": May.READ,
    "/offenders suggestions": May.READ,
    "/offenders watch acme:S-1": May.READ,
    "/offenders mute acme:S-1": May.READ,
    "/offenders link acme:S-1 acme:S-2 the same address": May.FILE,
    "/offenders unlink acme:S-1 acme:S-2 not the same": May.FILE,
    "/offenders identify acme:S-1 phone +49 30 1234567": May.FILE,
    "/offenders forget acme:S-1 phone +49 30 1234567": May.FILE,
    "/offenders cases": May.REFER,
    "/offenders assign acme:S-1 @bo": May.REFER,
    "/offenders case acme:S-1": May.REFER,
    "/offenders note acme:S-1 hello": May.REFER,
    "/offenders next acme:S-1 tomorrow call": May.REFER,
    "/offenders case acme:S-1 investigating": May.REFER,
    "/offenders purchase acme:S-1": May.REFER,
    "/offenders purchases acme:S-1": May.REFER,
    "/offenders purchase TP-1": May.REFER,
    "/offenders refer acme:S-1 pipcu": May.REFER,
    "/offenders refer acme:S-1": May.REFER,
    "/referrals": May.REFER,
    "/referrals help": None,
    "/referrals RF-1": May.REFER,
    "/referrals handed RF-1 to Inspector Lee": May.REFER,
    "/referrals acknowledged RF-1": May.REFER,
    "/referrals case RF-1 CR/118": May.REFER,
    "/referrals raid RF-1": May.REFER,
    "/referrals charge RF-1": May.REFER,
    "/referrals close RF-1 convicted": May.REFER,
    "/referrals withdraw RF-1 settled": May.REFER,
    "/referrals remind RF-1 2031-01-31": May.REFER,
    "/referrals send RF-1": May.REFER,
    "/digest": May.READ,
    "/digest add #brand-protection weekly mon 09:00": May.ADMINISTER,
    "/digest preview DG-1": May.ADMINISTER,
    "/digest history DG-1": May.READ,
    "/digest run DG-1": May.ADMINISTER,
    "/digest pause DG-1": May.ADMINISTER,
    "/digest resume DG-1": May.ADMINISTER,
    "/digest edit DG-1 10:00": May.ADMINISTER,
    "/digest remove DG-1": May.ADMINISTER,
    "/takedown-admin rights": May.READ,
    "/takedown-admin right NORDLICHT-EU": May.READ,
    "/takedown-admin right retire NORDLICHT-EU sold": May.ADMINISTER,
    "/takedown-admin authorised": May.READ,
    "/takedown-admin authorise acme:S-9 a licensee": May.ADMINISTER,
    "/takedown-admin": May.ADMINISTER,
    "/takedown-admin help": None,
    "/takedown-admin whoami": None,
    "/takedown-admin roles": May.ADMINISTER,
    "/takedown-admin role @bo viewer": May.ADMINISTER,
    "/takedown-admin role @brand-team viewer": May.ADMINISTER,
    "/takedown-admin role @bo none": May.ADMINISTER,
    "/takedown-admin role @ann": May.ADMINISTER,
    "/takedown-admin policy": May.ADMINISTER,
    "/takedown-admin marketplaces": May.ADMINISTER,
    "/takedown-admin pause acme their portal moves": May.ADMINISTER,
    "/takedown-admin resume acme": May.ADMINISTER,
    "/takedown-admin agency": May.ADMINISTER,
    "/takedown-admin agency pipcu": May.ADMINISTER,
    "/takedown-admin agency on pipcu": May.ADMINISTER,
    "/takedown-admin agency off pipcu": May.ADMINISTER,
    "/takedown-admin agency edit pipcu": May.ADMINISTER,
    "/takedown-admin agency add": May.ADMINISTER,
    "/takedown-admin history": May.ADMINISTER,
    "/takedown-admin holds": May.ADMINISTER,
    "/takedown-admin hold acme:S-1 a letter of the court": May.ADMINISTER,
    "/takedown-admin unhold acme:S-1 it is over": May.ADMINISTER,
    "/takedown-admin retention": May.ADMINISTER,
    "/takedown-admin retention evidence 400": May.ADMINISTER,
    "/takedown-admin retention run": May.ADMINISTER,
    "/takedown-admin privacy export @bo": May.ADMINISTER,
    "/takedown-admin privacy erase @bo": May.ADMINISTER,
    "/takedown-admin audit TD-1": May.ADMINISTER,
}
SAYS_NO = ("takes the role", "You have no role on this desk")


@pytest.mark.parametrize("role", [None, *Role])
async def test_each_role_does_what_it_says_and_nothing_else(world: World, role: Role | None) -> None:
    mia = world.mia
    await prepared(world, role)
    for typed, do in VERBS.items():
        before = await records(world)
        seen = await mia.types(typed, channel=CHANNEL)
        assert seen.error is None, (typed, seen)
        said = await answer_of(world, mia, seen.reply.words if seen.reply else "", str(seen.view or ""))
        refused = any(words in said for words in SAYS_NO)
        if do is None or (role is not None and do in ALLOWS[role]):
            assert not refused, (typed, said)
        else:
            assert refused, (typed, said)
            assert await records(world) == before, f"{typed} was refused, and yet changed something"
        await leave(mia)


@pytest.mark.parametrize("name", ["gil", "otto"])
async def test_guests_and_people_of_other_teams_do_nothing_whatever_was_granted(world: World, name: str) -> None:
    person = world.person(name)
    await world.app.desk.store.save(make.role(person.id, *Role))
    await prepared(world, Role.VIEWER)
    for typed, do in VERBS.items():
        if do is None:
            continue
        before = await records(world)
        seen = await person.types(typed, channel=CHANNEL)
        said = await answer_of(world, person, seen.reply.words if seen.reply else "", str(seen.view or ""))
        assert "use the takedown desk" in said, (typed, said)
        assert await records(world) == before
        await leave(person)


async def prepared(world: World, role: Role | None) -> None:
    """Notices in several states that are somebody else's, a schedule, and Mia in her role."""
    store, desk = world.app.desk.store, world.app.desk
    had = await store.entry(RoleGrant, world.mia.id)
    assert had is not None
    roles = (role,) if role else ()
    await store.save(RoleGrant(holder=had.holder, version=had.version + 1, roles=roles, by=SYSTEM, at=desk.now()))
    now = desk.now()
    for number, status in enumerate((Status.QUEUED, Status.UNCERTAIN, Status.AWAITING_APPROVAL), 1):
        notice = make.notice(f"TD-{number}", status=status, at=now, channel="C0BRAND", batch_id=f"TD-{number}")
        notice = replace(notice, sends_at=now + timedelta(days=1), seller=make.seller("S-1"))
        await store.save(notice, make.event(notice))
    await store.save(make.upheld("TD-4", at=now), make.upheld("TD-5", by="S-2", at=now))
    # Set up by somebody who is here: of others the bell of every minute pauses it, in the middle of a test.
    ada = Actor(user_id=world.ada.id)
    schedule = make.schedule(channel="C0BRAND", channel_name=CHANNEL, window_days=30, since=now)
    await store.save(replace(schedule, created_by=ada, changed_by=ada))


async def records(world: World) -> dict[str, object]:
    """What could have changed; what was only asked for, such as a preview, counts too."""
    store = world.app.desk.store
    ids = [f"TD-{number}" for number in range(1, 10)]
    notices = {one: await store.notice(one) for one in ids}
    events = {f"{one} events": await store.events(one) for one in ids}
    entries = {table: await store.entries(kind) for table, kind in ENTRIES.items() if table not in _BY_THE_CLOCK}
    return {**notices, **events, **entries}


_BY_THE_CLOCK = frozenset({"announcements", "circuits", "occurrences", "alarms"})
"""What the desk writes by itself meanwhile."""


async def leave(person: Persona) -> None:
    """Close every form."""
    for view in reversed(person.views):
        await person.closes(view)


async def answer_of(world: World, person: Persona, reply: str, view: str) -> str:
    """All that the person was answered. A form that was opened first is closed again with the reason."""
    if view:
        await world.sandbox.settled()
        return str(person.views[-1].payload) if person.views else view
    return reply
