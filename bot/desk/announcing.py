"""Announcing: what somebody has to know outside a card, a reply or a digest, told once."""

from __future__ import annotations

from datetime import datetime

from bot.desk import Desk, authority
from bot.model import Announcement, AnnouncementKind, Delivery, DeliveryKind, Record


def announced(
    kind: AnnouncementKind,
    key: str,
    *,
    channel: str,
    at: datetime,
    words: str,
    seller: str = "",
    schedule_id: str = "",
    notice_id: str = "",
    otherwise: str = "",
) -> tuple[Record, Record]:
    """What somebody has to know, with the delivery that carries it. `channel` may be a person's id."""
    announcement = Announcement(
        key=key,
        version=1,
        kind=kind,
        channel=channel,
        at=at,
        words=words,
        seller=seller,
        schedule_id=schedule_id,
        notice_id=notice_id,
        otherwise=otherwise,
    )
    delivery = Delivery(
        id=f"announce:{key}", kind=DeliveryKind.ANNOUNCE, lane=f"slack:{channel}", subject=key, due_at=at
    )
    return announcement, delivery


async def to_admins(
    desk: Desk, kind: AnnouncementKind, key: str, words: str, *, schedule_id: str = "", notice_id: str = ""
) -> tuple[Record, ...]:
    """Tell the admins: in their channel, where there is one, and else each in their direct messages."""
    return tuple(
        record
        for place in ((desk.admin_channel,) if desk.admin_channel else await authority.admins(desk))
        for record in announced(
            kind,
            f"{key}:{place}",
            channel=place,
            at=desk.now(),
            words=words,
            schedule_id=schedule_id,
            notice_id=notice_id,
        )
    )
