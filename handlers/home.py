"""Listens for App Home: what is open of one's own, and a button to file."""

from __future__ import annotations

from bot.blocks import home as drawn
from bot.desk import home
from bot.errors import NotAllowed
from bot.model import Actor
from handlers.requests import Request


async def opened(request: Request) -> None:
    """Draw the Home of the person who opened it."""
    event = request.body["event"]
    await request.done()
    if event.get("tab") != "home":
        return
    actor = Actor(user_id=str(event["user"]), team_id=str(request.body.get("team_id") or ""))
    try:
        mine = await home.of(request.desk, by=actor)
    except NotAllowed as refused:
        view = drawn.closed(str(refused))
    else:
        view = drawn.home(mine, name=request.desk.marketplace_name)
    await request.slack.publish_home(actor.user_id, view)
