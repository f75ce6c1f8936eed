"""The vendors that the marketplace contract is held against: one scene an adapter.

A scene is a pretend vendor on a real socket, written from the vendor's own documents, and the adapter before it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.marketplaces import Marketplace
from bot.marketplaces.http import new_client
from bot.marketplaces.opening import MARKETPLACES
from bot.model import Notice, Status
from bot.sandbox.marketplace import PretendMarketplace
from bot.sandbox.moody import Call
from bot.sandbox.removals import Mood
from bot.sandbox.serving import running
from tests import make
from tests.vendors import HandClock, MemoryVault, opening

TOKEN = "a-token-nobody-knows"


class Vendor(Protocol):
    """What the contract needs of a pretend vendor. `reference` is what it counts by: `Scene.known_as`."""

    log: list[Call]

    def feel(self, mood: Mood, *, writes: int | None = None) -> None: ...

    def filed(self, reference: str) -> int: ...

    def sent(self, reference: str) -> int: ...


@dataclass(kw_only=True)
class Scene:
    """A pretend vendor, the adapter that speaks to it, and what is peculiar to the two.

    `notice` makes one they would take, by number; `known_as` is what the vendor counts it by. `removed` and `rejected`
    are what their yes and no come to here. `renews`: a refused token is renewed, not told. `decides_after` seconds.
    `unwelcome`: the status that a second notice for a listing they have comes to, None where they file it again.
    """

    theirs: Vendor
    ours: Marketplace
    clock: HandClock
    notice: Callable[..., Notice]
    known_as: Callable[[Notice], str]
    removed: Status = Status.REMOVED
    rejected: Status = Status.REJECTED
    renews: bool = False
    decides_after: float = 10
    unwelcome: Status | None = None
    not_json: bool = False
    secrets: tuple[str, ...] = (TOKEN,)
    vault: MemoryVault = field(default_factory=MemoryVault)


Opens = Callable[..., AbstractAsyncContextManager[Scene]]


@asynccontextmanager
async def rest_scene(**changes: Any) -> AsyncIterator[Scene]:
    clock = HandClock()
    theirs = PretendMarketplace(key="acme", name="Acme Market", token=TOKEN, clock=clock, slow_seconds=0.3)
    async with running(theirs.app) as address, new_client() as client:
        table = MARKETPLACES["rest"].table.model_validate(
            {
                "key": "acme",
                "adapter": "rest",
                "name": "Acme Market",
                "base_url": address,
                "token_env": "ACME_TOKEN",
                "token": TOKEN,
                "hosts": ["acme.example"],
                "listing_pattern": "/item/(?P<listing>[0-9]+)",
                "requests_per_second": 500,
                "timeout_seconds": 1,
            }
            | changes
        )
        yield Scene(
            theirs=theirs,
            ours=MARKETPLACES["rest"].opened(table, opening(client, clock)),
            clock=clock,
            notice=lambda number, **more: make.notice(f"TD-{number}", **more),
            known_as=lambda notice: notice.id,
            unwelcome=Status.DUPLICATE,
        )


SCENES: Mapping[str, Opens] = {"rest": rest_scene}
