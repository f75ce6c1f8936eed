"""Reading what people enter of a notice: the marketplace's reference, and what it decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from bot.errors import Invalid
from bot.grammar.commands import Outcome, Ref
from bot.grammar.filing import in_words
from bot.grammar.ids import notice_or_lot
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import unescaped
from bot.model import ComeBack, Status

DECIDED: Mapping[str, Status] = {
    status.value: status
    for status in (
        Status.REMOVED,
        Status.REJECTED,
        Status.GONE,
        Status.REINSTATED,
        Status.NEEDS_INPUT,
        Status.IN_REVIEW,
        Status.WITHDRAWN,
        Status.DUPLICATE,
    )
}
"""What people can record, by the word for it; `_` may be typed as a space or a dash."""
_CAME_BACK: Mapping[str, ComeBack] = {one.value: one for one in ComeBack}
_SAID = ".,;:!?"

Value = TypeVar("Value")


def read_reference(said: str) -> Ref:
    """`TD-12 TB-4711`. Raises: Invalid."""
    word, *rest = said.split(maxsplit=1) or [""]
    of = notice_or_lot("ref", word)
    reference = " ".join(in_words(rest[0]).split()) if rest else ""
    if not reference:
        raise Invalid(f"Give their reference too, such as `ref {of} TB-4711`.")
    return Ref(of=of, reference=reference)


def read_outcome(said: str) -> Outcome:
    """`TD-12 reinstated counter_notice they showed a licence`. Raises: Invalid."""
    word, *words = said.split(maxsplit=1) or [""]
    of, rest = notice_or_lot("outcome", word), "".join(words)
    decided, rest = _named(rest, DECIDED)
    if decided is None:
        raise Invalid(_not_an_outcome(of, rest))
    came_back = None
    if decided is Status.REINSTATED:
        came_back, rest = _named(rest, _CAME_BACK)
    return Outcome(of=of, decided=decided, came_back=came_back, why=in_words(rest))


def _named(text: str, names: Mapping[str, Value]) -> tuple[Value | None, str]:
    """What the first word or two name, and the rest; None and all of it when they name nothing."""
    for count in (2, 1):
        words = text.split(maxsplit=count)
        named = names.get("_".join(words[:count]).casefold().replace("-", "_").rstrip(_SAID))
        if named is not None:
            return named, "".join(words[count:])
    return None, text


def _not_an_outcome(of: str, said: str) -> str:
    there_are = f"Say what they decided: {', '.join(DECIDED)}."
    if not said.strip():
        return f"{there_are} For instance `outcome {of} removed`."
    word = said.split(maxsplit=1)[0]
    return f"I do not know the outcome {quoted(unescaped(word))}. {meant(word, DECIDED, otherwise=there_are)}"
