"""Listens for test purchases: the form, the list, the page of one, and its steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.blocks import purchases as drawn
from bot.blocks.evidence import being_fetched
from bot.desk import purchases
from bot.desk.purchase_forms import Order, Step
from bot.errors import Invalid
from bot.grammar import case_commands as grammar
from bot.model import Purchase, PurchaseState
from handlers.evidence import attached, send_files
from handlers.filled import day, typed
from handlers.requests import Request


async def show(request: Request) -> None:
    await _page(request, request.value)


async def pick(request: Request) -> None:
    await _page(request, request.chosen)


async def show_all(request: Request) -> None:
    await _list(request, request.value)


async def ask_order(request: Request) -> None:
    await _open(request, request.value)


async def submit_order(request: Request) -> None:
    values = request.view["state"]["values"]
    said = Order(
        listing=typed(values, "listing"),
        order_id=typed(values, "order_id"),
        ordered_on=day(values, "ordered_on"),
        cost=typed(values, "cost"),
        currency=typed(values, "currency"),
        note=typed(values, "note"),
    )
    seller, photos = str(request.view.get("private_metadata") or ""), attached(values)
    made = await purchases.order(request.desk, seller, said, photos, by=request.actor)
    await request.show_message(made.id, drawn.told(f"{made.id} is entered: ordered.{_coming(len(photos))}", made))


async def ask_received(request: Request) -> None:
    await _ask(request, PurchaseState.RECEIVED)


async def ask_counterfeit(request: Request) -> None:
    await _ask(request, PurchaseState.COUNTERFEIT)


async def ask_genuine(request: Request) -> None:
    await _ask(request, PurchaseState.GENUINE)


async def submit_step(request: Request) -> None:
    purchase_id, _, to = str(request.view.get("private_metadata") or "").partition(" ")
    if to not in set(PurchaseState):
        raise Invalid("This form is broken. Please close it and open it again.")
    values = request.view["state"]["values"]
    said = Step(on=day(values, "on"), who=typed(values, "who"), note=typed(values, "note"))
    photos = attached(values)
    after = await purchases.take(request.desk, purchase_id, PurchaseState(to), said, photos, by=request.actor)
    await request.show_message(after.id, drawn.told(f"{_now(after)}{_coming(len(photos))}", after))


async def cancelled(request: Request) -> None:
    after = await purchases.take(request.desk, request.value, PurchaseState.CANCELLED, Step(), by=request.actor)
    await request.answer(drawn.told(_now(after), after))


async def send(request: Request) -> None:
    """The photos go to the direct messages of whoever asks, after the answer."""
    files = await purchases.sending(request.desk, request.value, by=request.actor)
    many = "1 photo comes" if len(files) == 1 else f"{len(files)} photos come"
    looked = await purchases.look(request.desk, request.value, by=request.actor)
    await request.answer(drawn.told(f"{many} to our direct messages.", looked.purchase))
    request.services.tasks.start(send_files(request, request.value, files))


async def _order(request: Request, asked: grammar.OrderPurchase) -> None:
    await _open(request, asked.seller)


async def _listed(request: Request, asked: grammar.ListPurchases) -> None:
    await _list(request, asked.seller)


async def _shown(request: Request, asked: grammar.ShowPurchase) -> None:
    await _page(request, asked.purchase_id)


async def _open(request: Request, asked: str) -> None:
    seller, title, today = await purchases.asked_order(request.desk, asked, by=request.actor)
    await request.open(drawn.order_form(seller, title, today=today))


async def _ask(request: Request, to: PurchaseState) -> None:
    found, today = await purchases.asked_step(request.desk, request.value, to, by=request.actor)
    await request.open(drawn.step_form(found, to, today=today))


async def _list(request: Request, asked: str) -> None:
    found = await purchases.listed(request.desk, asked, by=request.actor)
    await request.answer(drawn.listed(found.purchases, title=found.title, seller=found.seller))


async def _page(request: Request, purchase_id: str) -> None:
    looked = await purchases.look(request.desk, purchase_id, by=request.actor)
    await request.answer(drawn.page(looked.purchase, title=looked.title, changes=looked.changes, names=looked.names))


def _now(purchase: Purchase) -> str:
    if purchase.state.decided:
        besides = purchase.notice_id and purchase.state is PurchaseState.COUNTERFEIT
        unless = f", unless {purchase.notice_id} is upheld and counts for both" if besides else ""
        return f"{purchase.id} was found {purchase.state}. It counts in the score from now on{unless}."
    return f"{purchase.id} is {purchase.state} now."


def _coming(count: int) -> str:
    return f" {being_fetched(count)}; its page says when {'it is' if count == 1 else 'they are'} kept." if count else ""


LISTENERS: Mapping[type[Any], Callable[[Request, Any], Awaitable[None]]] = {
    grammar.OrderPurchase: _order,
    grammar.ListPurchases: _listed,
    grammar.ShowPurchase: _shown,
}
