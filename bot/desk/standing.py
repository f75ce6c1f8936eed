"""How the desk stands, for whoever watches over it: queue, circuits, pauses, dates that come near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.desk import Desk
from bot.model import Circuit, Notice, Pause, Query, Sort
from bot.observe.gauges import CircuitState, Dates, Standing

NEAR = timedelta(days=1)
"""How far ahead a date of ours is near."""
MOST = 50
"""Notices that are looked at for it; those with the nearest dates."""


async def standing(desk: Desk, ready: Mapping[str, bool]) -> Standing:
    """All of it, from the store. Raises: StoreError: it cannot be read just now."""
    now = desk.now()
    circuits = {one.marketplace: one for one in await desk.store.entries(Circuit)}
    pauses = {one.key: one.paused for one in await desk.store.entries(Pause)}
    return Standing(
        now=now,
        counts=await desk.store.counts(now),
        circuits={key: _state(circuits.get(key), now) for key in desk.marketplaces},
        paused={key: pauses.get(key, False) for key in desk.marketplaces},
        dates=await _dates(desk, now),
        ready=ready,
    )


def _state(circuit: Circuit | None, now: datetime) -> CircuitState:
    if circuit is None or circuit.open_until is None:
        return CircuitState.CLOSED
    return CircuitState.HALF if circuit.closed_at(now) else CircuitState.OPEN


async def _dates(desk: Desk, now: datetime) -> Dates:
    page = await desk.store.notices(Query(waits=True, sort=Sort.DEADLINE, limit=MOST))
    near = [one for one in page.notices if one.deadline is not None and one.deadline.at <= now + NEAR]
    return Dates(near=Counter((one.contested, _on_it(desk, one)) for one in near))


def _on_it(desk: Desk, notice: Notice) -> bool:
    """Whether whoever looks after it is still here, as far as is known without asking Slack."""
    person = desk.people.remembered(notice.looked_after_by)
    return person is None or not person.deleted
