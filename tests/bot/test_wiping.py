"""Words and people are taken out of any value, and nothing else is touched."""

from dataclasses import replace

import pytest

from bot.model import Actor
from bot.wiping import Wipe, worth
from tests import make

WIPE = Wipe(words=("Ann Winter", "+49 30 123456"), user_id="U0ANN", stand_in="erased person 1")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Filed by Ann Winter.", "Filed by erased person 1."),
        ("ANN WINTER and <@U0ANN>", "erased person 1 and <@erased person 1>"),
        ("call +49 30 123456!", "call erased person 1!"),
        ("Ann Winters, U0ANNA, +49 30 1234567", "Ann Winters, U0ANNA, +49 30 1234567"),
        ("nobody", "nobody"),
    ],
)
def test_a_text_loses_the_words_where_they_stand_alone(text: str, after: str) -> None:
    assert WIPE.of(text) == after


def test_an_exact_word_is_found_only_as_it_is_written() -> None:
    wipe = Wipe(words=("Mark Twain",), exact=("Mark",), user_id="U0MARK", stand_in="x")
    assert wipe.of("MARK TWAIN, Mark and u0mark: a mark, MARK, Marks") == "x, x and x: a mark, MARK, Marks"


def test_in_scripts_without_spaces_they_are_found_inside_a_sentence() -> None:
    assert Wipe(words=("王小明明",), stand_in="x").of("卖家王小明明说") == "卖家x说"


def test_a_value_is_wiped_all_the_way_down_and_is_the_same_when_there_was_nothing() -> None:
    ann = Actor(user_id="U0ANN", team_id="T1")
    notice = make.notice(
        submitter=ann, statement="Ask Ann Winter.", evidence=(make.evidence("Ann Winter.png", by=ann),)
    )
    after = WIPE.of(notice)
    assert after.submitter == Actor(user_id="erased person 1")
    assert after.statement == "Ask erased person 1."
    assert (after.evidence[0].name, after.evidence[0].by.user_id) == ("erased person 1.png", "erased person 1")
    assert replace(after, submitter=ann, statement=notice.statement, evidence=notice.evidence) == notice
    assert WIPE.of(after) is after
    assert WIPE.of(notice, but=("submitter",)).submitter == ann
    assert WIPE.of({"who": ["U0ANN", {"deep": "Ann Winter"}], "n": 1}) == {
        "who": ["erased person 1", {"deep": "erased person 1"}],
        "n": 1,
    }


def test_what_is_too_short_to_be_looked_for_is_left_out() -> None:
    assert worth({"Bo", " Ann Winter ", "", "Anna"}) == ("Ann Winter", "Anna")
