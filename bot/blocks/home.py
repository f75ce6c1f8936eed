"""How App Home looks."""

from __future__ import annotations

from bot.blocks import Json, Name, as_written, button, buttons, ours, plain, small, theirs
from bot.model import Page


def home(mine: Page, *, name: Name) -> Json:
    """One's own open notices, with the way to file another."""
    blocks = [
        _HEAD,
        *buttons([button("File a takedown request", "filing.open", "home", primary=True)]),
        ours(f"*Your open notices* · {mine.total}"),
    ]
    for notice in mine.notices:
        line = f"{notice.id} · {notice.status.words} · {name(notice.listing.marketplace)} {notice.listing.listing_id}"
        blocks.append(as_written(line, button(f"Show {notice.id}", "tracking.details", notice.id)))
    if not mine.total:
        blocks.append(ours("Nothing is open. File with the button, or type `/takedown`."))
    elif mine.total > len(mine.notices):
        blocks.append(ours("`/takedown list mine` shows them all."))
    blocks.append(small("`/offenders` says who keeps coming back; `/digest` has a channel told of it."))
    return _view(blocks)


def closed(words: str) -> Json:
    """What somebody sees who may not use the desk."""
    return _view([_HEAD, theirs(words)])


def _view(blocks: list[Json]) -> Json:
    return {"type": "home", "blocks": blocks}


_HEAD: Json = {"type": "header", "text": plain("Takedown Desk")}
