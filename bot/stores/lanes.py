"""Which delivery is due next, lane by lane, without looking at all of them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count

from bot.model import Delivery

_Entry = tuple[float, int, Delivery]
"""When, as a timestamp, since those compare fast; the order of arrival; what."""
_SLACK = 64


def claimable_at(delivery: Delivery) -> float:
    """When it may be handed out, as a timestamp: due, and any lease over. A parked one never is."""
    due = delivery.due_at.timestamp()
    return max(due, delivery.lease_until.timestamp()) if delivery.lease_until else due


class Lanes:
    """An index over `deliveries`. An entry whose delivery was replaced or removed there is stale, and skipped."""

    def __init__(self, deliveries: Mapping[str, Delivery]) -> None:
        self._deliveries = deliveries
        self._lanes: dict[str, _Lane] = {}
        self._order = count()

    def add(self, delivery: Delivery) -> None:
        """Note a delivery that was put into `deliveries`."""
        if not delivery.parked:
            lane = self._lanes.setdefault(delivery.lane, _Lane())
            lane.add((claimable_at(delivery), next(self._order), delivery), self._current)

    def due(self, now: datetime) -> tuple[str, ...]:
        """The lanes with something to hand out."""
        due = tuple(name for name, lane in self._lanes.items() if lane.due(now.timestamp(), self._current))
        for name in [name for name, lane in self._lanes.items() if lane.empty]:
            del self._lanes[name]
        return due

    def oldest(self, lane: str, now: datetime, limit: int, *, busy: Callable[[Delivery], bool]) -> tuple[Delivery, ...]:
        """Up to `limit` deliveries to hand out, oldest due first, but none that is `busy`. Changes nothing."""
        found = self._lanes.get(lane)
        return found.oldest(now.timestamp(), limit, self._current, busy) if found else ()

    def _current(self, delivery: Delivery) -> bool:
        return self._deliveries.get(delivery.id) is delivery


class _Lane:
    """Two heaps: `later` by when an entry may be handed out, `ready` by when it was due."""

    def __init__(self) -> None:
        self.later: list[_Entry] = []
        self.ready: list[_Entry] = []
        self._room = _SLACK

    @property
    def empty(self) -> bool:
        return not self.later and not self.ready

    def add(self, entry: _Entry, current: Callable[[Delivery], bool]) -> None:
        heapq.heappush(self.later, entry)
        if len(self.later) + len(self.ready) > self._room:
            self._sweep(current)

    def due(self, now: float, current: Callable[[Delivery], bool]) -> bool:
        for entry in self._handed(now, current):
            heapq.heappush(self.ready, entry)
            return True
        return False

    def oldest(
        self,
        now: float,
        limit: int,
        current: Callable[[Delivery], bool],
        busy: Callable[[Delivery], bool],
    ) -> tuple[Delivery, ...]:
        seen: list[_Entry] = []
        found: list[Delivery] = []
        for entry in self._handed(now, current) if limit > 0 else ():
            seen.append(entry)
            if not busy(entry[2]):
                found.append(entry[2])
            if len(found) == limit:
                break
        for entry in seen:
            heapq.heappush(self.ready, entry)
        return tuple(found)

    def _handed(self, now: float, current: Callable[[Delivery], bool]) -> Iterator[_Entry]:
        """Take entries out of `ready` in order; those that are not (or no longer) ready at `now` go back to `later`."""
        while self.later and self.later[0][0] <= now:
            _, order, delivery = heapq.heappop(self.later)
            heapq.heappush(self.ready, (delivery.due_at.timestamp(), order, delivery))
        while self.ready:
            entry = heapq.heappop(self.ready)
            if not current(entry[2]):
                continue
            if claimable_at(entry[2]) <= now:
                yield entry
            else:  # a caller with an earlier clock than the last one
                heapq.heappush(self.later, (claimable_at(entry[2]), entry[1], entry[2]))

    def _sweep(self, current: Callable[[Delivery], bool]) -> None:
        """Drop stale entries, once they may be half of all."""
        entries = [entry for entry in (*self.later, *self.ready) if current(entry[2])]
        self.later = [(claimable_at(delivery), order, delivery) for _, order, delivery in entries]
        heapq.heapify(self.later)
        self.ready = []
        self._room = 2 * len(self.later) + _SLACK
