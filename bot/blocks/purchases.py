"""How test purchases look: the list, the page of one, the forms that take it further. Only for who may refer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import slackblocks as sb

from bot import currencies
from bot.blocks import Json, Message, as_written, button, buttons, message, ours, small, theirs
from bot.blocks.evidence import being_fetched
from bot.blocks.forms import MOST_FILES, modal, plain_text
from bot.blocks.tables import ask_first, header, name_cut, one_line, select, whole_lines
from bot.evidence import BYTES_A_FILE
from bot.grammar.days import in_full
from bot.model import NOTE_LIMIT, Change, Purchase, PurchaseState
from bot.offenders import token

ORDER_LIMIT, LISTING_LIMIT, WHO_LIMIT = 100, 500, 200
_SHOWN_OF_HASH = 12
_CHANGES = 15
_LISTED = 20
_LINE = 400
_TITLE = 120


def line(purchase: Purchase) -> str:
    """`TP-3 · counterfeit, found Fri 27 Nov 2026 · order 112-7 of Tue 3 Nov 2026 · 49.90 EUR · 2 photos`."""
    state = str(purchase.state)
    if purchase.state.decided and purchase.decided_on:
        state += f", found {in_full(purchase.decided_on)}"
    elif purchase.state is PurchaseState.RECEIVED and purchase.received_on:
        state += f" {in_full(purchase.received_on)}"
    photos = len(purchase.photos)
    parts = [
        purchase.id,
        state,
        f"order {one_line(purchase.order_id)} of {in_full(purchase.ordered_on)}",
        currencies.in_words(purchase.cost, purchase.currency),
        f"{photos} photo{'' if photos == 1 else 's'}" if photos else "",
    ]
    return " · ".join(part for part in parts if part)


def opens(purchase: Purchase) -> Json:
    return button(purchase.id, "purchases.show", purchase.id)


def pick(purchases: Sequence[Purchase]) -> list[Json]:
    """The menu *Show purchase…*, as an element of a row, or nothing."""
    return select("Show purchase…", "purchases.pick", [(line(one), one.id) for one in purchases])


def page(purchase: Purchase, *, title: str, changes: Sequence[Change], names: Mapping[str, str]) -> Message:
    """All about a test purchase. `title` is the seller's; `changes` newest first; `names` of people by user id."""
    head = f"Test purchase {purchase.id}"
    facts = _facts(purchase, title)
    photos = [f"{one.title} · SHA-256 {one.sha256[:_SHOWN_OF_HASH]}…" for one in purchase.photos]
    coming = f"{being_fetched(len(purchase.fetching))}." if purchase.fetching else ""
    pictures = ["Photos:", *photos, coming] if photos or coming else []
    happened = [_change(one, names) for one in changes[:_CHANGES]]
    blocks = [header(head), as_written("\n".join(facts))]
    if photos or coming:
        shown = [one_line(one, _LINE) for one in photos]
        blocks += [ours("*Photos*"), as_written("\n".join([*shown, *([coming] if coming else [])]))]
    blocks += [ours("*What happened*"), as_written("\n".join(happened)), *buttons(verbs(purchase))]
    text = whole_lines([head, *facts, *pictures, "What happened:"], happened, [], more=_more)
    return Message(text=text, blocks=tuple(blocks))


def verbs(purchase: Purchase) -> list[Json]:
    """What can be done about it, as it stands."""
    state, about = purchase.state, purchase.id
    drawn = []
    if state is PurchaseState.ORDERED:
        drawn.append(button("Received…", "purchases.received", about, primary=True))
    if state in (PurchaseState.RECEIVED, PurchaseState.GENUINE):
        drawn.append(button("Counterfeit…", "purchases.counterfeit", about))
    if state in (PurchaseState.RECEIVED, PurchaseState.COUNTERFEIT):
        drawn.append(button("Genuine…", "purchases.genuine", about))
    if state in (PurchaseState.ORDERED, PurchaseState.RECEIVED):
        asking = f"{purchase.id} stays on record and counts for nothing."
        cancel = button("Cancelled", "purchases.cancelled", about)
        drawn.append(ask_first(cancel, title="Cancelled?", words=asking, confirm="It was cancelled"))
    if purchase.photos:
        drawn.append(button("Send me the photos", "purchases.send", about))
    return [*drawn, button("All of this seller", "purchases.list", token(purchase.seller))]


def listed(purchases: Sequence[Purchase], *, title: str, seller: str) -> Message:
    """The test purchases from an offender, newest first."""
    count = len(purchases)
    head = f"{count} test purchase{'' if count == 1 else 's'} from {name_cut(title, _TITLE)}"
    head = head if count else f"No test purchases from {name_cut(title, _TITLE)}"
    lines = [_listed(one, seller) for one in purchases[:_LISTED]]
    more = f"And {count - _LISTED} earlier." if count > _LISTED else ""
    blocks = [
        header(head),
        *([as_written("\n".join(lines))] if lines else []),
        *([small(more)] if more else []),
        *buttons([*pick(purchases), button("Test purchase…", "purchases.order", token(seller))]),
    ]
    return Message(text=whole_lines([head], lines, [more], more=lambda left: ""), blocks=tuple(blocks))


def told(words: str, purchase: Purchase) -> Message:
    """A short private answer, with the way to the purchase."""
    return message([words], [theirs(words), *buttons([opens(purchase)])])


def order_form(seller: str, title: str, *, today: date) -> Json:
    """Asks what was ordered. Metadata: the seller's key."""
    return modal(
        "Test purchase",
        [
            sb.SectionBlock(text=plain_text(f"From {one_line(title, 500)}")),
            _text("listing", "Listing or notice", LISTING_LIMIT, hint="An address, an id, or TD-12.", optional=True),
            _text("order_id", "Order id", ORDER_LIMIT),
            _day("ordered_on", "Ordered on", today),
            _text("cost", "Cost", 20, hint="What was paid in all, such as 49.90.", optional=True),
            _text("currency", "Currency", 40, hint="Three letters, such as EUR, USD or CNY.", optional=True),
            _note(),
            photos(),
        ],
        submit="Enter",
        close="Cancel",
        callback_id="purchases.order",
        private_metadata=seller,
    )


def step_form(purchase: Purchase, to: PurchaseState, *, today: date) -> Json:
    """Asks what is to be said of its next step. Metadata: its id and the state."""
    decided = to.decided
    who = _text(
        "who",
        "Found by",
        WHO_LIMIT,
        hint="A person of the brand, or a laboratory. A dossier without our people's names leaves it out.",
    )
    counts = "It weighs in the score as an upheld notice of counterfeit goods does."
    if purchase.notice_id:
        counts = f"{counts} While {purchase.notice_id} is upheld and counts, that one stands for both."
    return modal(
        f"{purchase.id}: {to}",
        [
            sb.SectionBlock(
                text=plain_text(line(purchase) + (f"\n{counts}" if to is PurchaseState.COUNTERFEIT else ""))
            ),
            _day("on", "Found on" if decided else "Received on", today),
            *([who] if decided else []),
            _note(),
            photos(),
        ],
        submit="Save",
        close="Cancel",
        callback_id="purchases.step",
        private_metadata=f"{purchase.id} {to}",
    )


def photos() -> sb.InputBlock:
    """Takes photos, as evidence is taken."""
    most = f"Up to {MOST_FILES} files of up to {BYTES_A_FILE // 1_000_000} MB at once."
    files = sb.FileInput("evidence", max_files=MOST_FILES)
    return sb.InputBlock(plain_text("Photos"), files, block_id="evidence", optional=True, hint=plain_text(most))


def _facts(purchase: Purchase, title: str) -> list[str]:
    rows = [
        f"{purchase.state.value.capitalize()}.",
        f"Seller: {name_cut(title, _TITLE)}",
        f"Order: {one_line(purchase.order_id)}, ordered on {in_full(purchase.ordered_on)}",
        f"Received on {in_full(purchase.received_on)}" if purchase.received_on else "",
        f"Found {purchase.state} on {in_full(purchase.decided_on)} by {one_line(purchase.decided_by, 200)}"
        if purchase.decided_on
        else "",
        f"Cost: {currencies.in_words(purchase.cost, purchase.currency)}" if purchase.cost is not None else "",
        f"Notice: {purchase.notice_id}" if purchase.notice_id else "",
        f"Listing: {one_line(purchase.listing, _LINE)}" if purchase.listing else "",
        f"Note: {one_line(purchase.note, _LINE)}" if purchase.note else "",
    ]
    return [row for row in rows if row]


def _more(left: int) -> str:
    return f"and {left} more" if left else ""


def _listed(purchase: Purchase, seller: str) -> str:
    other = f" · {one_line(purchase.seller)}" if purchase.seller != seller else ""
    return f"{line(purchase)}{other}"


def _change(one: Change, names: Mapping[str, str]) -> str:
    who = one_line(names.get(one.actor.user_id, one.actor.user_id))
    return f"{one.at:%d %b %Y %H:%M} UTC, {who}: {one_line(one.words, _LINE)}"


def _text(block: str, label: str, most: int, *, hint: str = "", optional: bool = False) -> sb.InputBlock:
    asked = sb.PlainTextInput(block, max_length=most)
    more = plain_text(hint) if hint else None
    return sb.InputBlock(plain_text(label), asked, block_id=block, optional=optional, hint=more)


def _day(block: str, label: str, today: date) -> sb.InputBlock:
    return sb.InputBlock(plain_text(label), sb.DatePicker(block, initial_date=today.isoformat()), block_id=block)


def _note() -> sb.InputBlock:
    words = sb.PlainTextInput("note", multiline=True, max_length=NOTE_LIMIT)
    return sb.InputBlock(plain_text("Note"), words, block_id="note", optional=True)
