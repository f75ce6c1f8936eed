"""Whatever can be asked in words has somebody who listens, and help that says how."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, get_args

import pytest

from bot import grammar
from bot.grammar.digests import DIGEST_USAGE, DigestCommand, digest_usage
from bot.grammar.offenders import OFFENDER_USAGE, OFFENDER_VERBS, OffenderCommand, offender_usage
from bot.grammar.referrals import REFERRAL_USAGE, REFERRAL_VERBS, ReferralCommand, referral_usage
from bot.grammar.register import REGISTER_USAGE, REGISTER_VERBS, RegisterCommand, register_usage
from handlers import digests, offenders, referrals, takedown
from handlers.register import LISTENERS as REGISTER_LISTENERS

DIGEST_VERBS = ("add", "edit", "preview", "run", "pause", "resume", "remove", "history", "help")


def kinds(union: Any) -> set[type[Any]]:
    """Every kind of command in a union, through unions inside of it."""
    inner = get_args(union)
    return {one for member in inner for one in kinds(member)} if inner else {union}


@pytest.mark.parametrize(
    ("commands", "listeners"),
    [
        pytest.param(grammar.Command, takedown.LISTENERS, id="takedown"),
        pytest.param(RegisterCommand, REGISTER_LISTENERS, id="takedown-admin"),
        pytest.param(OffenderCommand, offenders.LISTENERS, id="offenders"),
        pytest.param(DigestCommand, digests.LISTENERS, id="digest"),
        pytest.param(ReferralCommand, referrals.LISTENERS, id="referrals"),
    ],
)
def test_every_command_has_a_listener_and_no_listener_is_left_over(
    commands: Any, listeners: Mapping[type[Any], Any]
) -> None:
    assert set(listeners) == kinds(commands)


@pytest.mark.parametrize(
    ("command", "verbs", "examples", "usage"),
    [
        pytest.param("/takedown", grammar.VERBS, grammar.USAGE, grammar.usage, id="takedown"),
        pytest.param("/takedown-admin", REGISTER_VERBS, REGISTER_USAGE, register_usage, id="takedown-admin"),
        pytest.param("/offenders", OFFENDER_VERBS - {"list"}, OFFENDER_USAGE, offender_usage, id="offenders"),
        pytest.param("/digest", DIGEST_VERBS, DIGEST_USAGE, digest_usage, id="digest"),
        pytest.param("/referrals", REFERRAL_VERBS - {"list"}, REFERRAL_USAGE, referral_usage, id="referrals"),
    ],
)
def test_help_has_an_example_of_every_verb_and_something_about_every_word_it_names(
    command: str,
    verbs: Collection[str],
    examples: tuple[tuple[str, str], ...],
    usage: Callable[[str | None], str],
) -> None:
    told = usage(None)
    for verb in verbs:
        assert re.search(rf"{command} {verb}\b|; {verb} ends it", told), verb
        assert "There is no help" not in usage(verb)
    (words,) = (words for example, words in examples if example.startswith(f"{command} help"))
    named = words.removeprefix("about one word: ").split(", ")
    assert len(named) > 5
    for word in named:
        assert "There is no help" not in usage(word), word
