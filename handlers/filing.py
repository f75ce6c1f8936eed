"""Listens for filing: the preview, the form, *File*, *Undo*."""

from __future__ import annotations

from bot.blocks import Json, forms, refusal
from bot.blocks import filing as drawn
from bot.desk import accuracy, authority, filing
from bot.errors import Invalid, Refused
from bot.grammar import File, InBulk
from bot.model import MESSAGE_LIMIT, SELLER_LIMIT, STATEMENT_LIMIT, WHY_LIMIT, Filed, May, Violation
from handlers import bulk
from handlers.evidence import attached
from handlers.filled import chosen, typed
from handlers.requests import Request

_NOTHING = File(addresses=(), violation=None, right=None, seller=None, statement="", via=None)


async def ask(request: Request, asked: File) -> None:
    """Answer with a preview, or with the form when something is missing."""
    if len(asked.addresses) > filing.MOST_AT_ONCE:
        await bulk.ask(request, InBulk(asked=asked))
        return
    if not await filing.complete(request.desk, asked):
        await _open(request, asked, channel=request.channel)
        return
    shown = await filing.preview(request.desk, asked, by=request.actor, channel=request.channel)
    await request.answer(drawn.preview(shown, name=request.desk.marketplace_name))


async def ask_form(request: Request, asked: File) -> None:
    """The form, filled with what is known."""
    if len(asked.addresses) > filing.MOST_AT_ONCE:
        await bulk.open_form(request, asked)
        return
    await _open(request, asked, channel=request.channel)


async def open_empty(request: Request) -> None:
    await _open(request, _NOTHING, channel=request.channel)


async def open_form(request: Request) -> None:
    """A button that opens the empty form."""
    await open_empty(request)


async def change(request: Request) -> None:
    """Open the form with what the preview held."""
    asked = await filing.asked(request.desk, request.value, by=request.actor)
    await _open(request, asked, channel=request.channel)


async def again(request: Request) -> None:
    """The button on what came back: the form with what was filed before, and nothing declared yet."""
    asked = await filing.again(request.desk, request.value, by=request.actor)
    await _open(request, asked, channel=request.channel)


async def cancel(request: Request) -> None:
    await request.dismiss()


async def file(request: Request) -> None:
    """The press that affirms the declaration."""
    done = await filing.file(request.desk, request.value, by=request.actor)
    shown = drawn.filed(done, name=request.desk.marketplace_name, by_hand=_by_hand(request, done))
    await request.answer(shown, replace=True)


async def submit(request: Request) -> None:
    """The form, filled in."""
    values = request.view["state"]["values"]
    asked = read(values)
    if len(asked.addresses) > filing.MOST_AT_ONCE:
        if asked.attached:
            words = "Files go with up to 20 listings at once. Take them out here; add evidence to the notices later."
            raise Invalid(words, field="evidence")
        await bulk.take(request, asked)
        return
    done = await filing.file_form(
        request.desk,
        asked,
        affirmed=ticked(values),
        by=request.actor,
        channel=request.opened_in,
        key=str(request.view["id"]),
    )
    gauges = await accuracy.gauges(request.desk, [notice.listing.marketplace for notice in done.notices])
    name, by_hand = request.desk.marketplace_name, _by_hand(request, done)
    view = drawn.filed_view(done, name=name, by_hand=by_hand, gauges=gauges)
    await request.show(view)


def _by_hand(request: Request, done: Filed) -> bool:
    """Whether a person files all of it in a portal."""
    markets = request.desk.marketplaces
    keys = {notice.listing.marketplace for notice in done.notices}
    return all(key in markets and markets[key].capabilities.by_hand for key in keys)


async def undo(request: Request) -> None:
    taken_back, too_late = await filing.undo(request.desk, request.value, by=request.actor)
    await request.answer(drawn.undone(taken_back, too_late), replace=True)


async def _open(request: Request, given: File, *, channel: str) -> None:
    """Open the form before Slack is asked who they are, since its trigger lives three seconds; then see that they may.

    Whoever has no role of their own is looked at first: a form shows which rights there are.
    """
    desk = request.desk
    await authority.at_a_glance(desk, request.actor, May.FILE)
    _refuse_what_no_form_holds(given)
    view = forms.filing(
        given,
        (await desk.rights()).values(),
        today=desk.today(),
        channel=channel,
        name=desk.marketplace_name,
        marketplaces=sorted(desk.marketplaces),
        ways=[key for key, one in desk.marketplaces.items() if one.capabilities.any_address],
        override=await filing.shows_override(desk, given, request.actor),
    )
    view_id = await request.open(view)
    request.services.tasks.start(_check(request, view_id))


def _refuse_what_no_form_holds(given: File) -> None:
    """A form that showed less than was typed would file something else."""
    for text, limit, field in (
        ("\n".join(given.addresses), forms.ADDRESSES_LIMIT, "addresses"),
        (given.statement, STATEMENT_LIMIT, "statement"),
        (given.message, MESSAGE_LIMIT, "message"),
        (given.seller or "", SELLER_LIMIT, "seller"),
        (given.override or "", WHY_LIMIT, "override"),
    ):
        if len(text) > limit:
            raise Invalid(f"The {field} has {len(text)} characters; {limit} is the most.", field=field)


async def _check(request: Request, view_id: str) -> None:
    try:
        await authority.allowed(request.desk, request.actor, May.FILE)
    except Refused as refused:
        await request.slack.update_view(view_id, forms.notice_view("Not possible", refusal(str(refused))))


def read(values: Json) -> File:
    """What a form holds."""
    violation = chosen(values, "violation")
    return File(
        addresses=_addresses(typed(values, "addresses")),
        violation=Violation(violation) if violation in set(Violation) else None,
        right=chosen(values, "right"),
        seller=typed(values, "seller") or None,
        statement=typed(values, "statement"),
        via=chosen(values, "via"),
        override=typed(values, "override") or None,
        message=typed(values, "message"),
        attached=attached(values),
    )


def _addresses(text: str) -> tuple[str, ...]:
    """One a line or a word; what does not look like an address is kept, so that it is refused by name."""
    return tuple(text.split())


def ticked(values: Json) -> str | None:
    """The version of the declaration whose box is ticked."""
    ticked = values.get("declaration", {}).get("declaration", {}).get("selected_options") or []
    return str(ticked[0]["value"]) if ticked else None
