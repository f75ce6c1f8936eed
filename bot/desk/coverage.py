"""Coverage: a notice needs a right that can be acted on, and that holds where the marketplace sells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from urllib.parse import urlsplit

from bot.desk import Desk
from bot.desk.steps import not_sent
from bot.errors import Invalid
from bot.model import (
    RELIES_ON,
    Delivery,
    Listing,
    Notice,
    Registration,
    Right,
    Violation,
)
from bot.territories import Cover, cover, sells_in


def usable(right: Right, day: date) -> bool:
    """Whether a notice may rest on it at all."""
    return right.live_on(day) and right.may_act_on(day)


async def lapsed(desk: Desk, notice: Notice) -> str:
    """Why its right cannot be relied on any more, as it is on file today; empty when it can."""
    registered = await desk.store.entry(Registration, notice.right.key)
    right, today = registered.right if registered else notice.right, desk.today()
    if registered is not None and registered.retired:
        return f"{right.key} was retired."
    if not right.live_on(today):
        return f"{right.key} expired on {right.expires_on:%d %B %Y}."
    if not right.may_act_on(today):
        return f"The power of attorney for {right.key} ended on {right.power_of_attorney_expires_on:%d %B %Y}."
    if not _reaches(desk, right, notice.listing):
        there = _listed(territory(desk, notice.listing))
        return f"{right.key} covers {_listed(right.jurisdictions)}; {_called(desk, notice.listing)} sells in {there}."
    return ""


async def stopped(desk: Desk, notice: Notice, *, settles: Delivery) -> bool:
    """Just before it is sent: whether its right has lapsed meanwhile. Then it is not sent. Raises: Conflict."""
    words = await lapsed(desk, notice)
    if words:
        await desk.store.save(*not_sent(notice, desk.now(), words), settles=settles)
    return bool(words)


def refuse_without_power(right: Right, day: date) -> None:
    """Raises: Invalid, beside the field `right`: the agent's power of attorney has ended."""
    if not right.may_act_on(day):
        assert right.power_of_attorney_expires_on is not None
        raise Invalid(
            f"The power of attorney for {right.key} expired on {right.power_of_attorney_expires_on:%d %B %Y}; "
            "an admin can enter a new one.",
            field="right",
        )


def refuse_elsewhere(
    desk: Desk, right: Right, listings: Iterable[Listing], *, others: Collection[Right], violation: Violation
) -> None:
    """Raises: Invalid, beside the field `right`: it does not hold where one of the listings is sold.

    It names those of the `others` that do.
    """
    lost = next((one for one in listings if not _reaches(desk, right, one)), None)
    if lost is not None:
        fitting = [one for one in others if one.kind in RELIES_ON[violation] and usable(one, desk.today())]
        do = ", ".join(sorted(one.key for one in fitting if _reaches(desk, one, lost)))
        there = f"Rights that do: {do}." if do else "No right here does: ask an admin to enter one."
        raise Invalid(
            f"{right.key} covers {_listed(right.jurisdictions)}; "
            f"{_called(desk, lost)} sells in {_listed(territory(desk, lost))}. {there}",
            field="right",
        )


def only_one(desk: Desk, rights: Sequence[Right], listings: Sequence[Listing]) -> Right | None:
    """The one of these rights that holds wherever the listings are sold; None where a person must choose.

    Raises:
        Invalid: there are some, and none of them holds there; beside the field `right`.
    """
    reaching = [one for one in rights if all(_reaches(desk, one, listing) for listing in listings)]
    if reaching or not rights:
        return reaching[0] if len(reaching) == 1 else None
    if len(rights) == 1:
        refuse_elsewhere(desk, rights[0], listings, others=(), violation=Violation.OTHER)
    where = ", ".join(dict.fromkeys(_listed(there) for one in listings if (there := territory(desk, one))))
    none = f"No right here covers {where}, where this is sold. Ask an admin to enter one."
    apart = f"No single right here covers {where}, where these are sold. File them apart, or ask an admin to enter one."
    raise Invalid(none if len(listings) == 1 else apart, field="right")


def notes(desk: Desk, right: Right, listings: Iterable[Listing]) -> tuple[str, ...]:
    """Where a right holds in a part only of where something is sold."""
    said = [
        f"{right.key} covers {_listed(right.jurisdictions)}; {_called(desk, one)} sells in {_listed(there)}. "
        "The notice holds for that part only."
        for one in listings
        if cover(right.jurisdictions, there := territory(desk, one)) is Cover.PART
    ]
    return tuple(dict.fromkeys(said))


def territory(desk: Desk, listing: Listing) -> tuple[str, ...]:
    """Where it is sold: what the desk file says of the marketplace, or else the address; empty when neither does.

    Of a marketplace this desk is not connected to nothing is said: that is refused for another reason.
    """
    marketplace = desk.marketplaces.get(listing.marketplace)
    return (marketplace.capabilities.territory or sells_in(listing)) if marketplace else ()


def _reaches(desk: Desk, right: Right, listing: Listing) -> bool:
    return cover(right.jurisdictions, territory(desk, listing)) is not Cover.NONE


def _called(desk: Desk, listing: Listing) -> str:
    """The marketplace; where only the address says which country it is, its host."""
    marketplace = desk.marketplaces.get(listing.marketplace)
    if marketplace is not None and marketplace.capabilities.territory:
        return marketplace.name
    return (urlsplit(listing.canonical).hostname or listing.marketplace).removeprefix("www.")


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")
