"""The names of violations: as titles, and as people type them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.grammar.nearness import nearest
from bot.model import Violation

VIOLATION_TITLES: Mapping[Violation, str] = {
    Violation.COUNTERFEIT: "counterfeit goods",
    Violation.TRADEMARK: "use of a trade mark without consent",
    Violation.PARALLEL_IMPORT: "genuine goods from another market",
    Violation.COPYRIGHT: "copied work",
    Violation.COPYRIGHT_IMAGE: "copied pictures",
    Violation.DESIGN: "copied design",
    Violation.PATENT: "use of a patent without consent",
    Violation.OTHER: "something else",
}

_ALIASES: Mapping[Violation, str] = {
    Violation.COUNTERFEIT: "counterfeits counterfeiting counterfeited fake fakes knockoff knock-off replica replicas",
    Violation.TRADEMARK: "tm trademarks trade-mark trade_mark trademarked",
    Violation.PARALLEL_IMPORT: "parallel parallel-import parallel_imports grey gray grey-market gray-market "
    "grey_market gray_market greymarket graymarket",
    Violation.COPYRIGHT: "copyrights copyrighted",
    Violation.COPYRIGHT_IMAGE: "copyright-image copyright_images image images photo photos picture pictures",
    Violation.DESIGN: "designs",
    Violation.PATENT: "patents",
    Violation.OTHER: "",
}

NAMES: Mapping[str, Violation] = {
    **{alias: violation for violation, aliases in _ALIASES.items() for alias in aliases.split()},
    **{str(violation): violation for violation in Violation},
}
"""Every word that names a violation. Two words with a space are looked up with `_` between them."""

_SAID = ",.;:!?"
_WORDS_OF_THEIR_OWN = frozenset({"parent", "parents", "patient", "patients", "otter", "others"})
_ENDINGS = ("s", "d", "r", "ed", "er", "ers", "ing", "ly", "ion", "able", "ability")


def violation_named(first: str, second: str = "") -> tuple[Violation, int] | None:
    """The violation that one word or two words name, and how many of them it took."""
    first, second = first.casefold(), second.casefold().rstrip(_SAID)
    together = NAMES.get(f"{first}_{second}") if second else None
    if together is not None:
        return together, 2
    alone = NAMES.get(first.rstrip(_SAID))
    return None if alone is None else (alone, 1)


def misspelt_violation(word: str) -> str | None:
    """The name a word was probably meant to be.

    A word is a slip when it is at least 0.8 like a violation's own name (difflib) and begins with the same letter, and
    is not an ordinary word, such as `designed` or `patient`. Aliases do not count: `phone` is no slip of `photo`.
    """
    word = word.casefold().rstrip(_SAID)
    if word in _WORDS_OF_THEIR_OWN or any(word == f"{name}{ending}" for name in Violation for ending in _ENDINGS):
        return None
    return nearest(word, [*Violation, "parallel"], slips_only=True)
