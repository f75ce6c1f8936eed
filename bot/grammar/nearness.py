"""What a mistyped word was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 40


def nearest(word: str, known: Iterable[str], *, slips_only: bool = False) -> str | None:
    """The known word most alike. `slips_only` asks for a clear slip: nearly the same, from the same first letter."""
    word = word.casefold()
    if not 2 <= len(word) <= _LONGEST:
        return None
    candidates = [one for one in known if not slips_only or one[0] == word[0]]
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=0.8 if slips_only else 0.6)
    return close[0] if close else None


def quoted(word: str) -> str:
    """A word of the person's, shown in a sentence: shortened, in backticks."""
    shown = word.replace("`", "'")
    return f"`{shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + '…'}`"


def meant(word: str, known: Iterable[str], *, otherwise: str) -> str:
    """The second half of a refusal: the likely word, or what there is."""
    near = nearest(word, known)
    return f"Did you mean `{near}`?" if near else otherwise
