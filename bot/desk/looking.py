"""Verified gone: a removed listing is looked at again, where the desk file asks for it, and one that returns reopens.

A look changes something only when it is sure. That a listing is there, or is not, has to be seen twice, an hour apart:
pages are kept in caches, and a server in trouble may say of anything that it is not found.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.desk import Desk
from bot.desk.announcing import announced
from bot.desk.sellers import learned
from bot.desk.steps import step
from bot.errors import Conflict
from bot.looking import Judgement, Sight
from bot.model import SYSTEM, AnnouncementKind, ComeBack, Delivery, DeliveryKind, Notice, Record, Status

LOOKED_AT = frozenset({Status.REMOVED, Status.GONE})
LOOKS = (
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=30),
)
"""When a listing is looked at, from the moment it was said to be gone."""
AGAIN = timedelta(hours=1)
"""How soon a second look has to agree with the first."""

_SEEN = {Sight.THERE: "seen", Sight.GONE: "gone"}
_TRIES = 5


def watch(desk: Desk, before: Notice, after: Notice) -> tuple[Delivery, ...]:
    """Have a listing looked at, once it is said to be gone."""
    if before.status in LOOKED_AT or not wanted(desk, after):
        return ()
    now = desk.now()
    return (_look(after, now + LOOKS[0], since=now),)


def wanted(desk: Desk, notice: Notice) -> bool:
    """Whether this listing is to be looked at, as things stand now."""
    return notice.status in LOOKED_AT and notice.listing.marketplace in desk.looks


async def looked(desk: Desk, delivery: Delivery, said: Judgement) -> None:
    """Write down what a look said, and plan the next. Where the notice has moved on meanwhile nothing changes.

    Raises:
        Conflict: the delivery is somebody else's now.
    """
    for attempt in range(_TRIES):
        notice = await desk.store.notice(delivery.subject)
        if notice is None or not wanted(desk, notice):
            await desk.store.save(settles=delivery)
            return
        records = await _told(desk, notice, delivery, said)
        try:
            await desk.store.save(*records, settles=delivery)
        except Conflict:
            moved = await desk.store.notice(notice.id)
            if attempt + 1 == _TRIES or moved is None or moved.version == notice.version:
                raise
            continue
        return


async def _told(desk: Desk, notice: Notice, delivery: Delivery, said: Judgement) -> tuple[Record, ...]:
    now = desk.now()
    since, before = _state(delivery)
    # One look that another does not bear out is not gone after: a page that changes by the hour is not asked by it.
    if before is None and _is_news(notice, said.sight):
        words = f"{_sentence(said)} Looking again in an hour, before anything changes."
        _, records = _stepped(notice, now, said, words)
        return (*records, _look(notice, now + AGAIN, since=since, seen=said.sight))
    certain = before is said.sight and _is_news(notice, said.sight)
    if certain and said.sight is Sight.THERE:
        if notice.verified_gone_at is not None:
            return await _returned(desk, notice, said)
        return (*_still_there(desk, notice, said), *_next(notice, since, now))
    gone: dict[str, Any] = {"verified_gone_at": now} if certain else {}
    _, records = _stepped(notice, now, said, _sentence(said), **gone)
    return (*records, *_next(notice, since, now))


def _is_news(notice: Notice, sight: Sight) -> bool:
    """Whether something would change, were it certain."""
    if sight is Sight.GONE:
        return notice.verified_gone_at is None
    return sight is Sight.THERE and (notice.verified_gone_at is not None or notice.still_seen_at is None)


async def _returned(desk: Desk, notice: Notice, said: Judgement) -> tuple[Record, ...]:
    """It was gone, and is there again."""
    now = desk.now()
    after, records = _stepped(
        notice,
        now,
        said,
        f"{_sentence(said)} It was gone and is back: seen twice, an hour apart.",
        kind="returned",
        reply=True,
        status=Status.REINSTATED,
        reason=f"We saw the listing again on {now:%d %B %Y}.",
        decided_at=now,
        came_back=_why(notice),
        seen_back_at=now,
    )
    return (*records, *await learned(desk, notice, after))


def _why(notice: Notice) -> ComeBack | None:
    """A page does not say why it is back.

    It is held against the seller only after a removal that nobody contested, and that was one: what stayed for a while
    though they said removed may have stayed all the time.
    """
    if notice.contested:
        return ComeBack.COUNTER_NOTICE
    if notice.still_seen_at is not None:
        return None
    upheld = notice.status is Status.REMOVED or notice.removed_at is not None
    return ComeBack.RELISTED if upheld else None


def _still_there(desk: Desk, notice: Notice, said: Judgement) -> tuple[Record, ...]:
    """They say that it is gone, and it never was: whoever filed is told, once, and nothing counts."""
    now, name = desk.now(), desk.marketplace_name(notice.listing.marketplace)
    words = (
        f"{name} says that {notice.id} is {notice.status.words}; we still see the listing. Please have a look there."
    )
    _, records = _stepped(notice, now, said, f"{_sentence(said)} {words}", kind="still_there", still_seen_at=now)
    told = announced(
        AnnouncementKind.LISTING,
        f"still-there:{notice.id}:{notice.version}",
        channel=notice.submitter.user_id,
        at=now,
        words=words,
        notice_id=notice.id,
    )
    return (*records, *told)


def _stepped(
    notice: Notice, now: datetime, said: Judgement, words: str, *, kind: str = "looked", **changes: Any
) -> tuple[Notice, tuple[Record, ...]]:
    raw = {"sight": said.sight.value, "http": said.status}
    page = f"the page of {notice.listing.marketplace} {notice.listing.listing_id}"
    return step(notice, at=now, actor=SYSTEM, kind=kind, words=words, raw=raw, where=page, **changes)


def _sentence(said: Judgement) -> str:
    return f"Looked at the listing: {said.words}."


def _next(notice: Notice, since: datetime, now: datetime) -> tuple[Delivery, ...]:
    """The next look that is still to come; those that time has passed are left out."""
    due = next((since + wait for wait in LOOKS if since + wait > now), None)
    return (_look(notice, due, since=since),) if due else ()


def _look(notice: Notice, due_at: datetime, *, since: datetime, seen: Sight | None = None) -> Delivery:
    return Delivery(
        id=f"look:{notice.id}",
        kind=DeliveryKind.LOOK,
        lane=f"look:{notice.listing.marketplace}",
        subject=notice.id,
        due_at=due_at,
        words=f"{since.isoformat()} {_SEEN[seen]}" if seen else since.isoformat(),
    )


def _state(delivery: Delivery) -> tuple[datetime, Sight | None]:
    """Since when it is said to be gone, and what the look said that this one has to bear out."""
    since, _, seen = delivery.words.partition(" ")
    return datetime.fromisoformat(since), next((sight for sight, word in _SEEN.items() if word == seen), None)
