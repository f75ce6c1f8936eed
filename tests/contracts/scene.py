"""What a scene of the marketplace contract is: a pretend vendor, and the adapter that speaks to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from bot.marketplaces import Marketplace
from bot.model import Listing, Notice, Status
from bot.sandbox.moody import Call
from bot.sandbox.removals import Mood
from tests.vendors import HandClock, MemoryVault

TOKEN = "a-token-nobody-knows"


def shop_page(marketplace: str, number: int, host: str = "fake-acme.example") -> Listing:
    """A page of a counterfeit shop."""
    address = f"https://{host}/shoes/{number}"
    return Listing(marketplace=marketplace, listing_id=f"page{number}", url=address, canonical=address)


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
    `not_json`: their answer to a filing is no JSON, so that a broken one may look whole. `patience`: the seconds they
    say to wait when asked too often, None where their protocol has no room for it. `break_takes_nothing`: where they
    document that of their own errors, and so nothing is unknown after one.
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
    patience: float | None = 2
    break_takes_nothing: str = ""
    secrets: tuple[str, ...] = (TOKEN,)
    vault: MemoryVault = field(default_factory=MemoryVault)


Opens = Callable[..., AbstractAsyncContextManager[Scene]]
