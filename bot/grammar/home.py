"""Which part of a Home is looked at: written as a command, so that buttons and the Home itself can carry it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.grammar.lists import MOST_PAGES
from bot.model import Tab

_TABS: Mapping[str, Tab] = {tab.value: tab for tab in Tab}
_PAGE = re.compile(r"(waiting|open|page):([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowHome:
    """A tab, or None for the first there is; and the page of each list, from 1: what waits, what is open, the queue."""

    tab: Tab | None = None
    waiting: int = 1
    open: int = 1
    page: int = 1


def read_home(said: str) -> ShowHome:
    """`home work open:3`. It comes back from Slack and may be old or forged: what is not understood is left out."""
    word, *rest = said.split()[:6] or [""]
    if word != "home":
        return ShowHome()
    tab = next((_TABS[one] for one in rest if one in _TABS), None)
    pages = {found[1]: max(1, min(int(found[2]), MOST_PAGES)) for one in rest if (found := _PAGE.fullmatch(one))}
    return ShowHome(tab=tab, waiting=pages.get("waiting", 1), open=pages.get("open", 1), page=pages.get("page", 1))


def home_as_typed(which: ShowHome) -> str:
    """What `read_home` reads as the same."""
    pages = {"waiting": which.waiting, "open": which.open, "page": which.page}
    words = ["home", *([which.tab.value] if which.tab else [])]
    return " ".join([*words, *(f"{key}:{page}" for key, page in pages.items() if page != 1)])
