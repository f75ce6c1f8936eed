"""Amending: a notice that was not sent yet is changed. It waits here while somebody does so."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.desk import Desk, authorised, authority, filing, policy
from bot.desk.steps import asking, step, submission
from bot.errors import Conflict, Invalid, WrongStatus
from bot.grammar import File
from bot.model import Actor, Declaration, May, Notice, Status

HOLD = timedelta(minutes=10)
"""How long a notice waits for the form that was opened on it."""
AMENDABLE = frozenset({Status.QUEUED, Status.AWAITING_APPROVAL})
_TRIES = 3


async def hold(desk: Desk, notice_id: str, *, by: Actor) -> tuple[Notice, File]:
    """The notice, and what it asks for, to be changed. One about to be sent waits `HOLD` from now on; safe to repeat.

    Raises:
        NotAllowed: not theirs to act on.
        WrongStatus: it was sent, or is over.
    """
    for _ in range(_TRIES):
        notice = await _amendable(desk, notice_id, by)
        asked = filing.asked_of(desk, notice)
        if notice.status is not Status.QUEUED:
            return notice, asked
        after, records = step(
            notice,
            at=desk.now(),
            actor=by,
            kind="held",
            words=f"Held for {HOLD.seconds // 60} minutes, to be amended.",
            sends_at=max(notice.sends_at, desk.now() + HOLD),
        )
        try:
            await desk.store.save(*records, submission(after))
        except Conflict:
            continue
        return after, asked
    raise WrongStatus(f"{notice_id} is being sent at this very moment. Look at the card, and withdraw it there.")


def stamp(notice: Notice) -> str:
    """What of a notice can be amended, in short: a form knows by it whether somebody else was quicker."""
    seller = notice.seller.seller_id if notice.seller else ""
    parts = (notice.violation, notice.right.key, seller, notice.statement, notice.message_to_seller)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


async def amend(desk: Desk, notice_id: str, asked: File, *, affirmed: str | None, seen: str, by: Actor) -> Notice:
    """Change what a notice asks for. The undo window begins anew; what was held back is asked about anew.

    `seen` is the `stamp` of what the form was filled with; `affirmed` the version of the declaration that was ticked.
    Safe to repeat.

    Raises:
        NotAllowed, WrongStatus: as `hold`; or it was changed after the form was opened.
        Incomplete: with all that is missing or wrong.
    """
    notice = await _amendable(desk, notice_id, by)
    person = await authority.allowed(desk, by, May.FILE)
    asked = replace(asked, addresses=(notice.listing.url,), via=filing.through(desk, notice.listing.marketplace))
    draft, right = await filing.checked(desk, asked, person, by=by, channel=notice.channel, affirmed=affirmed)
    now = desk.now()
    changes: dict[str, Any] = {
        "violation": draft.violation,
        "right": right,
        "seller": await filing.seller_of(desk, draft, notice.listing),
        "statement": draft.statement,
        "message_to_seller": draft.message_to_seller,
    }
    wished = replace(notice, right=right, seller=changes["seller"])
    changes["override"] = (await authorised.checked(desk, draft, [wished]))[0].override
    done = notice.declaration.affirmed_by == by.user_id and notice.declaration.text_version == affirmed
    if done and seen != stamp(notice) and not any(value != getattr(notice, name) for name, value in changes.items()):
        return notice  # the same form, sent again
    if seen != stamp(notice):
        raise WrongStatus(f"{notice_id} was changed after this form was opened. Please close it and open it again.")
    told = [name.replace("_", " ") for name, value in changes.items() if value != getattr(notice, name)]
    declaration = Declaration(
        text_version=draft.text_version, signature=person.name, affirmed_by=person.user_id, affirmed_at=now
    )
    rules = await policy.of(desk)
    approval = await policy.approval_again(desk, rules, replace(notice, violation=draft.violation))
    after, records = step(
        notice,
        at=now,
        actor=by,
        kind="amended",
        words=f"Amended: {', '.join(told) or 'nothing'}. The declaration {draft.text_version} was affirmed again.",
        declaration=declaration,
        status=Status.AWAITING_APPROVAL if approval else Status.QUEUED,
        approval=approval,
        sends_at=now + policy.undo_window(desk, rules),
        **changes,
    )
    sending = asking(after, now) if approval else submission(after)
    try:
        await desk.store.save(*records, sending)
    except Conflict:
        other = await desk.store.open_notice(after.open_key or "")
        if other is not None and other.id != notice.id:
            words = f"{other.id} is already open for the same listing and right."
            raise Invalid(words, field="right") from None
        raise WrongStatus(f"{notice_id} is being sent at this very moment.") from None
    return after


async def _amendable(desk: Desk, notice_id: str, by: Actor) -> Notice:
    await authority.allowed(desk, by, May.FILE)
    notice = await desk.find(notice_id)
    await authority.over(desk, [notice], by, "amend it")
    if notice.status not in AMENDABLE:
        late = "it can be amended only before it is sent. Withdraw it, and file anew."
        raise WrongStatus(f"{notice_id} is at “{notice.status.words}”; {late}")
    return notice
