"""Listens for App Home: what somebody finds there by their roles. It is drawn when it is opened, and after every act
that began in it."""

from __future__ import annotations

from bot import grammar
from bot.blocks import Json
from bot.blocks import home as drawn
from bot.blocks import tracking as tracking_drawn
from bot.desk import home, tracking
from bot.errors import NotAllowed
from bot.grammar.home import read_home
from bot.model import Actor
from handlers.requests import Handler, Request
from handlers.trail import trailed

TURNS, LISTS = drawn.TURNS, drawn.LISTS
"""The names of the buttons that draw the Home otherwise, and of those that show a list."""


async def opened(request: Request) -> None:
    """Draw the Home of the person who opened it, at the tab and the page they left it at."""
    event = request.body["event"]
    await request.done()
    if event.get("tab") != "home":
        return
    actor = Actor(user_id=str(event["user"]), team_id=str(request.body.get("team_id") or ""))
    there = event.get("view") or {}
    await _draw(request, actor, str(there.get("private_metadata") or ""), known_hash=str(there.get("hash") or ""))


async def turn(request: Request) -> None:
    """Another tab, another page, or the same anew. The button holds which; what may be seen is looked up."""
    request.looked = True
    await request.done()
    await _draw(request, request.actor, request.value, known_hash=str(request.view.get("hash") or ""))


async def show_notice(request: Request) -> None:
    """A notice with its timeline, and a button for everything that can be done with it."""
    standing = await tracking.status(request.desk, request.value, by=request.actor)
    await request.open(tracking_drawn.status_view(standing, name=request.desk.marketplace_name))


async def show_list(request: Request) -> None:
    """A list, which is turned where it is. The button holds the command, which is read and checked like a typed one."""
    asked = grammar.parse(request.value)
    if isinstance(asked, grammar.ListNotices):
        page = await tracking.listed(request.desk, asked, by=request.actor)
        await request.open(tracking_drawn.listed_view(page, asked, name=request.desk.marketplace_name))


def redrawn(handler: Handler) -> Handler:
    """The same, and the Home where it began is drawn anew afterwards, whatever came of it."""

    async def followed(request: Request) -> None:
        try:
            await handler(request)
        finally:
            if request.trail.home and not request.looked:
                request.services.tasks.start(_follow(request))

    return followed


async def _follow(request: Request) -> None:
    """What was there before shows how things stand now: the Home, and the notice whose view lies beneath a form."""
    await _draw(request, request.actor, request.trail.home)
    beneath, view_id = request.trail.beneath, str(request.view.get("previous_view_id") or "")
    if request.is_submit and view_id and await request.desk.store.notice(beneath):
        standing = await tracking.status(request.desk, beneath, by=request.actor)
        view = tracking_drawn.status_view(standing, name=request.desk.marketplace_name)
        await request.slack.update_view(view_id, trailed(view, request.trail.below))


async def _draw(request: Request, actor: Actor, said: str, *, known_hash: str = "") -> None:
    """Where it was drawn meanwhile, what was read before may be old: it is read again."""
    if not await request.slack.publish_home(actor.user_id, await _view(request, actor, said), known_hash=known_hash):
        await request.slack.publish_home(actor.user_id, await _view(request, actor, said))


async def _view(request: Request, actor: Actor, said: str) -> Json:
    try:
        shown = await home.of(request.desk, read_home(said), by=actor)
    except NotAllowed as refused:
        return drawn.closed(str(refused))
    return drawn.home(shown, name=request.desk.marketplace_name)
