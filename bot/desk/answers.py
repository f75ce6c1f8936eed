"""Answering the seller's proof, where a marketplace asks us: it is accepted, or the complaint kept for a reason."""

from __future__ import annotations

from bot.desk import Desk, authority
from bot.desk.steps import step, to_marketplace
from bot.errors import Conflict, Invalid, WrongStatus
from bot.model import WHY_LIMIT, Actor, Answer, DeliveryKind, May, Notice


async def asked(desk: Desk, notice_id: str, *, by: Actor) -> Notice:
    """The notice whose seller's proof waits for an answer.

    Raises:
        NotAllowed: neither the submitter nor an admin.
        NotFound, WrongStatus: there is none, or nothing is asked of us (any more).
    """
    await authority.allowed(desk, by, May.FILE)
    notice = await desk.find(notice_id)
    await authority.over(desk, [notice], by, "answer for it")
    if notice.answer is not None:
        raise WrongStatus(f"{notice.id} was answered already: the complaint is {_said(notice.answer)}.")
    if not notice.answerable:
        raise WrongStatus(f"{notice.id} is at “{notice.status.words}”; no answer is asked of us.")
    return notice


async def accept(desk: Desk, notice_id: str, *, by: Actor) -> Notice:
    """Accept the seller's proof, so that the listing comes back. Raises: as `asked`."""
    return await _give(desk, notice_id, Answer(accepts=True, by=by, at=desk.now()), by)


async def keep(desk: Desk, notice_id: str, choice: str, words: str, *, by: Actor) -> Notice:
    """Keep the complaint, for one of the reasons the marketplace offers.

    Raises:
        NotAllowed, NotFound, WrongStatus: as `asked`.
        Invalid: no such reason, or no words or too many, beside the field.
    """
    notice = await asked(desk, notice_id, by=by)
    words = words.strip()
    if choice not in {one.key for one in notice.choices}:
        raise Invalid("Please choose one of the reasons they offer.", field="choice")
    if not words or len(words) > WHY_LIMIT:
        raise Invalid(f"Please say why in at most {WHY_LIMIT} characters; the seller reads it.", field="words")
    return await _give(desk, notice_id, Answer(accepts=False, choice=choice, words=words, by=by, at=desk.now()), by)


async def _give(desk: Desk, notice_id: str, answer: Answer, by: Actor) -> Notice:
    for _ in range(3):
        notice = await asked(desk, notice_id, by=by)
        name = desk.marketplace_name(notice.listing.marketplace)
        because = next((f": {one.words}" for one in notice.choices if one.key == answer.choice), "")
        told = f" Told: {answer.words}" if answer.words else ""
        words = f"Answered {name}: the complaint is {_said(answer)}{because}.{told}"
        after, records = step(notice, at=desk.now(), actor=by, kind="answer", words=words, answer=answer)
        try:
            await desk.store.save(*records, to_marketplace(DeliveryKind.ANSWER, after, desk.now()))
        except Conflict:
            continue
        return after
    raise WrongStatus(f"{notice_id} is changing at this very moment. Please try again.")


def _said(answer: Answer) -> str:
    return "dropped, the seller's proof is accepted" if answer.accepts else "kept"
