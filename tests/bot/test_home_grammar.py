"""Which part of a Home is looked at, as its buttons carry it."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.grammar.home import ShowHome, home_as_typed, read_home
from bot.model import Tab

pages = st.integers(1, 100_000)


@given(st.one_of(st.none(), st.sampled_from(Tab)), pages, pages, pages)
def test_what_a_button_carries_is_read_back_the_same(tab: Tab | None, waiting: int, open_: int, page: int) -> None:
    which = ShowHome(tab=tab, waiting=waiting, open=open_, page=page)
    assert read_home(home_as_typed(which)) == which


@given(st.text())
@example("home desk page:0")
@example("home page:999999 work")
@example("home " + "x " * 5000)
def test_what_is_old_or_forged_shows_a_home_all_the_same(said: str) -> None:
    which = read_home(said)
    assert min(which.waiting, which.open, which.page) >= 1


def test_only_what_is_understood_counts() -> None:
    assert read_home("home nowhere desk page:-1 open:2") == ShowHome(tab=Tab.DESK, open=2)
    assert read_home("list all") == ShowHome()
