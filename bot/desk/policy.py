"""The policy of filing, as an admin set it: who needs a second person, how many a day, and how long one can undo."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta

from bot.desk import Desk
from bot.errors import NotAllowed
from bot.grammar import VIOLATION_TITLES
from bot.model import FILING, SYSTEM, Actor, Approval, FilingDay, FilingPolicy, Listing, Notice, Violation


async def of(desk: Desk) -> FilingPolicy:
    """The policy as it is now; one that asks for nothing when none was set. Asks the store alone."""
    found = await desk.store.entry(FilingPolicy, FILING)
    return found or FilingPolicy(version=0, by=SYSTEM, at=desk.now())


def undo_window(desk: Desk, rules: FilingPolicy) -> timedelta:
    """The time between filing, or approving, and sending."""
    return desk.undo if rules.undo_seconds is None else timedelta(seconds=rules.undo_seconds)


def second_person(
    desk: Desk, rules: FilingPolicy, violation: Violation, listings: Sequence[Listing]
) -> tuple[str, ...]:
    """Why a second person has to approve this filing, in clauses; empty when nobody has to. All of it or nothing."""
    because = [f"it is about {VIOLATION_TITLES[violation]}"] if violation in rules.violations else []
    keys = dict.fromkeys(listing.marketplace for listing in listings)
    because += [f"it goes to {desk.marketplace_name(key)}" for key in keys if key in rules.marketplaces]
    if rules.batch_over is not None and len(listings) > rules.batch_over:
        because.append(f"it is {len(listings)} listings at once, where more than {rules.batch_over} need one")
    return tuple(because)


def approval(desk: Desk, rules: FilingPolicy, violation: Violation, listings: Sequence[Listing]) -> Approval | None:
    """What is asked of a second person from now on; None when nobody is needed."""
    because = second_person(desk, rules, violation, listings)
    return Approval(because=because, asked_at=desk.now(), channel=rules.approvers_channel) if because else None


async def approval_again(desk: Desk, rules: FilingPolicy, notice: Notice) -> Approval | None:
    """What is asked of a second person about a notice that was changed.

    Whatever was once held back is asked about anew: nobody has approved what it says now.
    """
    batch = await desk.store.batch(notice.batch_id)
    needed = approval(desk, rules, notice.violation, [one.listing for one in batch])
    if needed is not None or notice.approval is None:
        return needed
    return Approval(because=notice.approval.because, asked_at=desk.now(), channel=notice.approval.channel)


async def check_quota(desk: Desk, rules: FilingPolicy, by: Actor, count: int) -> None:
    """Whether a person may file so many more today, a day of UTC. Whatever they filed counts, also what was undone.

    Where it is about to be filed, `day_of_filing` was read before, and is saved with it.

    Raises:
        NotAllowed: beside the field `addresses`.
    """
    if rules.daily_quota is None:
        return
    filed = await desk.store.filed_on(by.user_id, desk.today())
    if filed + count > rules.daily_quota:
        these = "this is one more" if count == 1 else f"these are {count}"
        raise NotAllowed(
            f"You have filed {filed} of {rules.daily_quota} today; {these}. "
            "The day ends at midnight UTC, and what was undone or refused counts too. An admin can raise the quota.",
            field="addresses",
        )


def turn(desk: Desk, rules: FilingPolicy, by: Actor) -> AbstractAsyncContextManager[object]:
    """One filing of a person after the other, where a quota counts them: at once, each would conflict with the rest."""
    return nullcontext() if rules.daily_quota is None else desk.turns.of(by.user_id)


async def day_of_filing(desk: Desk, rules: FilingPolicy, by: Actor) -> tuple[FilingDay, ...]:
    """What to save with a filing: of two at once one conflicts by it, and counts anew. Nothing without a quota."""
    if rules.daily_quota is None:
        return ()
    day = FilingDay(submitter=by.user_id, day=desk.today(), version=1)
    there = await desk.store.entry(FilingDay, day.key)
    return (replace(day, version=there.version + 1 if there else 1),)
