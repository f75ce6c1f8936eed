"""Who carries a lane: one process at a time, for as long as its lease runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, literal, or_
from sqlalchemy.dialects.postgresql import insert

from bot.stores.sql.counting import Counting
from bot.stores.sql.engine import Ready
from bot.stores.sql.tables import Moment, lanes

_offered = insert(lanes).values(
    lane=bindparam("lane"), holder=bindparam("holder"), until=bindparam("until", type_=Moment)
)
_HOLD = Ready(
    _offered.on_conflict_do_update(
        index_elements=["lane"],
        set_={"holder": _offered.excluded.holder, "until": _offered.excluded.until},
        where=or_(lanes.c.holder == _offered.excluded.holder, lanes.c.until <= bindparam("now", type_=Moment)),
    ).returning(literal(1))
)


class Holding(Counting):
    """The methods of `bot.stores.Store` that keep several processes off each other's lanes, and wake them."""

    async def hold_lane(self, lane: str, holder: str, now: datetime, lease: timedelta) -> bool:
        if not self._database.postgres:
            return True  # one process has the file
        return bool(await self._change(_HOLD, {"lane": lane, "holder": holder, "until": now + lease, "now": now}))

    async def release_lanes(self, holder: str) -> None:
        if self._database.postgres:
            await self._database.execute(delete(lanes).where(lanes.c.holder == holder))
            self._listening.stir()

    async def stirred(self, seconds: float) -> None:
        await self._listening.stirred(seconds)
