"""Evidence: files that people hand in with a notice, fetched from Slack afterwards and kept by their SHA-256."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import orjson

from bot.desk import Desk, authority, portals
from bot.desk.announcing import announced
from bot.desk.steps import step, thread_reply, to_marketplace, unique
from bot.errors import Conflict, Invalid, NotFound, WrongStatus
from bot.evidence import FILES_A_NOTICE, Stored, check_count
from bot.file_kinds import label
from bot.model import (
    SYSTEM,
    Actor,
    AnnouncementKind,
    Attached,
    Delivery,
    DeliveryKind,
    Evidence,
    May,
    Notice,
    Record,
    Status,
    named,
)

LANE = "evidence"
PATIENCE = timedelta(minutes=10)
"""How long a notice waits for evidence that goes with it, from when it would have been sent."""
_LOOK_AGAIN = timedelta(seconds=5)
_TRIES = 5
_SHOWN_OF_HASH = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedIn:
    """A file to be fetched: for the whole batch of its form, or for the one notice or test purchase it was added to."""

    file: Attached
    by: Actor
    at: datetime
    what: Literal["batch", "notice", "purchase"]

    @classmethod
    def of(cls, delivery: Delivery) -> HandedIn:
        said = orjson.loads(delivery.words)
        return cls(
            file=Attached(file_id=said["file_id"], name=said["name"]),
            by=Actor(user_id=said["user_id"], team_id=said["team_id"]),
            at=datetime.fromisoformat(said["at"]),
            # Before purchases had photos, only this was said.
            what=said.get("what") or ("batch" if said["whole_batch"] else "notice"),
        )

    def kept_as(self, stored: Stored) -> Evidence:
        return Evidence(
            sha256=stored.sha256,
            name=stored.name,
            size=stored.size,
            media_type=stored.media_type,
            captured_at=self.at,
            by=self.by,
        )

    def delivery(self, subject: str) -> Delivery:
        """Fetch it, for the batch, the notice or the purchase `subject`."""
        words = {
            "file_id": self.file.file_id,
            "name": self.file.name,
            "user_id": self.by.user_id,
            "team_id": self.by.team_id,
            "at": self.at.isoformat(),
            "what": self.what,
        }
        return Delivery(
            id=f"evidence:{self.what}:{subject}:{self.file.file_id}",
            kind=DeliveryKind.EVIDENCE,
            lane=LANE,
            subject=subject,
            due_at=self.at,
            words=orjson.dumps(words).decode(),
        )


def fetches(batch_id: str, attached: Sequence[Attached], by: Actor, at: datetime) -> tuple[Delivery, ...]:
    """What fetches the files of a form, for all notices that it files."""
    return tuple(HandedIn(file=one, by=by, at=at, what="batch").delivery(batch_id) for one in attached)


async def shown(desk: Desk, notice_id: str, *, by: Actor) -> tuple[Notice, Mapping[str, str]]:
    """A notice with its evidence, and the names of those who handed it in. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.READ)
    notice = await desk.find(notice_id)
    return notice, await desk.names(one.by.user_id for one in notice.evidence)


async def addable(desk: Desk, notice_id: str, *, by: Actor) -> Notice:
    """The notice, if this person may add evidence to it. Raises: NotAllowed, NotFound."""
    await authority.allowed(desk, by, May.FILE, "add evidence")
    notice = await desk.find(notice_id)
    await authority.over(desk, [notice], by, "add evidence to it")
    return notice


async def add(desk: Desk, notice_id: str, attached: Sequence[Attached], *, by: Actor) -> Notice:
    """Have files of a form fetched and kept with a notice. Safe to repeat.

    Raises:
        NotAllowed: not theirs to act on.
        Invalid: no files, or more than a notice takes; beside the field `evidence`.
    """
    for _ in range(_TRIES):
        notice = await addable(desk, notice_id, by=by)
        fresh = [one for one in attached if one not in notice.fetching]
        if not attached:
            raise Invalid("Please attach at least one file.", field="evidence")
        check_count(len(notice.evidence) + len(notice.fetching), len(fresh))
        if not fresh:
            return notice
        now = desk.now()
        words = f"Handed in as evidence: {_names(fresh)}."
        after, records = step(
            notice, at=now, actor=by, kind="evidence", words=words, fetching=(*notice.fetching, *fresh)
        )
        fetching = [HandedIn(file=one, by=by, at=now, what="notice").delivery(notice_id) for one in fresh]
        try:
            await desk.store.save(*records, *fetching)
        except Conflict:
            continue
        return after
    raise WrongStatus(f"{notice_id} is changing at this very moment. Please try again.")


async def sending(desk: Desk, of: str, *, by: Actor) -> tuple[Evidence, ...]:
    """The evidence of a notice or a lot, each file once. That it is sent to this person is on record first.

    Raises:
        NotAllowed.
        NotFound: there is no such notice, or no evidence.
    """
    person = await authority.allowed(desk, by, May.READ)
    for _ in range(_TRIES):
        notices = await portals.of_lot(desk, of) if of.startswith(portals.LOT) else (await desk.find(of),)
        files = {one.sha256: one for notice in notices for one in notice.evidence if one.gone_at is None}
        if not files:
            raise NotFound(f"No evidence is kept with {of}.")
        records: list[Record] = []
        for notice in (one for one in notices if one.evidence):
            words = f"Evidence sent to {person.name}: {', '.join(one.name for one in notice.evidence)}."
            records += step(notice, at=desk.now(), actor=by, kind="evidence_sent", words=words)[1]
        try:
            await desk.store.save(*unique(records))
        except Conflict:
            continue
        return tuple(files.values())
    raise WrongStatus(f"{of} is changing at this very moment. Please try again.")


async def kept(desk: Desk, delivery: Delivery, stored: Stored) -> None:
    """The file is on disk: the notices have it from now on. The same file twice is one.

    Raises:
        Conflict: they keep changing; the file may be fetched again, which changes nothing.
    """
    handed = HandedIn.of(delivery)
    file = handed.kept_as(stored)

    def change(notice: Notice) -> tuple[str, tuple[Evidence, ...]]:
        there = next((one for one in notice.evidence if one.sha256 == file.sha256), None)
        if there is not None:
            return f"Handed in again: {file.name} is kept already, as {there.name}.", notice.evidence
        if len(notice.evidence) >= FILES_A_NOTICE:
            return f"Not kept as evidence: {file.name}. A notice takes {FILES_A_NOTICE} files at most.", notice.evidence
        words = f"Evidence kept: {file.title}, SHA-256 {file.sha256[:_SHOWN_OF_HASH]}…"
        return words, (*notice.evidence, file)

    await _each(desk, delivery, handed, change, {"sha256": file.sha256, "size": str(file.size)})


async def refused(desk: Desk, delivery: Delivery, why: str) -> None:
    """The file is not kept, and whoever handed it in is told. Raises: Conflict: the notices keep changing."""
    handed = HandedIn.of(delivery)
    words = f"Not kept as evidence: {label(handed.file.name)}. {why}"
    await _each(desk, delivery, handed, lambda notice: (words, notice.evidence), {}, tell=words)


async def in_time(desk: Desk, notice: Notice, delivery: Delivery) -> Notice | None:
    """The notice, as it may be sent; None when it still waits for evidence, which goes with it to this marketplace.

    Raises:
        Conflict: it changed meanwhile.
    """
    takes = desk.marketplaces[notice.listing.marketplace].capabilities.carries_evidence
    if not notice.fetching or not takes or notice.status is not Status.QUEUED:
        return notice
    now = desk.now()
    if now < notice.sends_at + PATIENCE:
        # Put in anew, not deferred: waiting is no failed attempt.
        await desk.store.save(to_marketplace(DeliveryKind.SUBMIT, notice, now + _LOOK_AGAIN), settles=delivery)
        return None
    words = f"Sent without {_names(notice.fetching)}, which has not come from Slack. It is kept here once it comes."
    after, records = step(notice, at=now, actor=SYSTEM, kind="evidence", words=words, fetching=())
    # One line for all that were filed together.
    said = replace(thread_reply(after, words, now), id=f"reply:evidence:{notice.batch_id}")
    await desk.store.save(*records, said)
    return after


async def _each(
    desk: Desk,
    delivery: Delivery,
    handed: HandedIn,
    change: Callable[[Notice], tuple[str, tuple[Evidence, ...]]],
    raw: Mapping[str, str],
    *,
    tell: str = "",
) -> None:
    """Write down of each notice what became of the file, and finish its delivery, in one step."""
    for _ in range(_TRIES):
        notices = await _meant(desk, delivery, handed)
        records: list[Record] = []
        for notice in notices:
            words, evidence = change(notice)
            records += step(
                notice,
                at=desk.now(),
                actor=handed.by,
                kind="evidence",
                words=words,
                raw=dict(raw),
                where=f"Slack file {handed.file.file_id}",
                evidence=evidence,
                fetching=tuple(one for one in notice.fetching if one.file_id != handed.file.file_id),
            )[1]
        if tell and notices:
            records += announced(
                AnnouncementKind.EVIDENCE,
                f"{delivery.id}:{handed.at.isoformat()}",
                channel=handed.by.user_id,
                at=desk.now(),
                words=f"{named(notices)}: {tell}",
                notice_id=notices[0].id,
            )
        try:
            await desk.store.save(*unique(records), settles=delivery)
        except Conflict:
            continue
        return
    raise Conflict("The notices keep changing.")


async def _meant(desk: Desk, delivery: Delivery, handed: HandedIn) -> Sequence[Notice]:
    if handed.what == "batch":
        return await desk.store.batch(delivery.subject)
    notice = await desk.store.notice(delivery.subject)
    return (notice,) if notice is not None else ()


def _names(files: Sequence[Attached]) -> str:
    return ", ".join(label(one.name) for one in files)
