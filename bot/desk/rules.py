"""The rules of filing, as admins set them: a second person, a daily quota, the undo window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.desk import Desk, authority
from bot.desk.register import changed
from bot.desk.roles import names_of
from bot.desk.schedules import room_of
from bot.errors import Conflict, Incomplete, Invalid, NotAllowed, WrongStatus
from bot.grammar import VIOLATION_TITLES
from bot.model import FILING, SYSTEM, Actor, FilingPolicy, May, Role, Violation

_NUMBERS = (
    ("batch_over", 0, 10_000, "listings"),
    ("daily_quota", 1, 100_000, "listings"),
    ("undo_seconds", 0, 3600, "seconds"),
)
"""Fields with the least and the most they take, and of what."""
_TO_DO = "set the rules of filing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wished:
    """What a form asks for, as typed."""

    violations: tuple[str, ...] = ()
    marketplaces: tuple[str, ...] = ()
    batch_over: str = ""
    daily_quota: str = ""
    undo_seconds: str = ""
    approvers_channel: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The policy with what it means, a line each, and what does not fit together; `done` says what was changed."""

    policy: FilingPolicy
    lines: tuple[tuple[str, str], ...]
    by: str
    warnings: tuple[str, ...]
    done: str = ""


async def of(desk: Desk, *, by: Actor) -> Rules:
    """The rules as they are now. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    return await _rules(desk, await _policy(desk))


async def save(desk: Desk, wished: Wished, *, version: int, by: Actor) -> Rules:
    """Set the rules. `version` is the one the form showed.

    Raises:
        NotAllowed: not an admin.
        Incomplete: with a sentence for each field that is wrong; also when the bot is not in the channel.
        WrongStatus: they were changed after the form was opened.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    had = await _policy(desk)
    if version != had.version:
        raise WrongStatus("Somebody changed the rules after you opened this form. Please close it and look again.")
    after = await _read(desk, wished, had)
    if after == had:
        return await _rules(desk, had, done="Nothing was changed.")
    after = replace(after, version=had.version + 1, by=by, at=desk.now())
    done = _differences(desk, had, after)
    try:
        await desk.store.save(after, await changed(desk, f"policy:{FILING}", by, done))
    except Conflict:
        raise WrongStatus("Somebody changed the rules at this very moment. Please close this and look again.") from None
    return await _rules(desk, after, done=done)


async def _policy(desk: Desk) -> FilingPolicy:
    found = await desk.store.entry(FilingPolicy, FILING)
    return found or FilingPolicy(version=0, by=SYSTEM, at=desk.now())


async def _rules(desk: Desk, policy: FilingPolicy, *, done: str = "") -> Rules:
    by = (await names_of(desk, {policy.by.user_id}))[policy.by.user_id] if policy.version else ""
    lines = tuple(_lines(desk, policy).items())
    return Rules(policy=policy, lines=lines, by=by, warnings=await _warnings(desk, policy), done=done)


async def _read(desk: Desk, wished: Wished, had: FilingPolicy) -> FilingPolicy:
    """What is wished for, checked."""
    wrong: list[tuple[str | None, str]] = []
    if not set(wished.violations) <= set(Violation):
        wrong.append(("violations", "Please choose from the list."))
    if not set(wished.marketplaces) <= {*desk.marketplaces, *had.marketplaces}:
        wrong.append(("marketplaces", "This desk is not connected to all of these."))
    numbers: dict[str, int | None] = {}
    for field, least, most, what in _NUMBERS:
        typed = getattr(wished, field).strip()
        if not typed:
            numbers[field] = None
        elif typed.isascii() and typed.isdecimal() and len(typed) < 10 and least <= int(typed) <= most:
            numbers[field] = int(typed)
        else:
            wrong.append((field, f"A whole number of {what} from {least} to {most}, or nothing."))
    if wished.approvers_channel and wished.approvers_channel != had.approvers_channel:
        try:
            await room_of(desk, wished.approvers_channel, "A request to approve")
        except Invalid as closed:
            wrong.append((closed.field, str(closed)))
    if wrong:
        raise Incomplete(wrong)
    return replace(
        had,
        violations=tuple(one for one in Violation if one in wished.violations),
        marketplaces=tuple(sorted(set(wished.marketplaces))),
        approvers_channel=wished.approvers_channel,
        batch_over=numbers["batch_over"],
        daily_quota=numbers["daily_quota"],
        undo_seconds=numbers["undo_seconds"],
    )


def _lines(desk: Desk, policy: FilingPolicy) -> Mapping[str, str]:
    """What each rule says, by its label."""
    over, channel = policy.batch_over, policy.approvers_channel
    undo = f"{round(desk.undo.total_seconds())} seconds (the setting UNDO_SECONDS)"
    return {
        "Second person for": ", ".join(VIOLATION_TITLES[one] for one in policy.violations) or "no violation",
        "Second person at": ", ".join(map(desk.marketplace_name, policy.marketplaces)) or "no marketplace",
        "Second person for batches": "of any size" if over == 0 else f"of more than {over}" if over else "never",
        "Listings a person may file in a day": "any number" if policy.daily_quota is None else str(policy.daily_quota),
        "Undo window": undo if policy.undo_seconds is None else f"{policy.undo_seconds} seconds",
        "Approvers are asked in": f"the channel {channel}" if channel else "the channel it was filed in",
    }


def _differences(desk: Desk, had: FilingPolicy, after: FilingPolicy) -> str:
    """Each rule that is another one now, in words that stand alone."""
    before, now = _lines(desk, had), _lines(desk, after)
    return " ".join(f"{label}: {now[label]} (before: {before[label]})." for label in now if now[label] != before[label])


async def _warnings(desk: Desk, policy: FilingPolicy) -> tuple[str, ...]:
    """What the rules ask for that nobody could do."""
    if not policy.violations and not policy.marketplaces and policy.batch_over is None:
        return ()
    ids = {*await authority.holders(desk, Role.APPROVER), *await authority.admins(desk)}
    able = [name for id_ in sorted(ids) if (name := await _who_may_approve(desk, id_))]
    if not able:
        return ("A second person is needed, but nobody here can approve: give somebody the role approver.",)
    if len(able) == 1:
        return (f"Only {able[0]} can approve. What {able[0]} files waits until there is another approver.",)
    return ()


async def _who_may_approve(desk: Desk, user_id: str) -> str:
    try:
        return (await authority.allowed(desk, Actor(user_id=user_id), May.APPROVE)).name
    except NotAllowed:
        return ""
