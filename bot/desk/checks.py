"""Whether a notice is whole, for the law and for who gets it. All that is missing is said at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.completeness import in_words, missing
from bot.desk import Desk
from bot.errors import Incomplete, Invalid
from bot.marketplaces import Ask, Marketplace
from bot.model import STATEMENT_LIMIT


@dataclass(kw_only=True)
class Lacks:
    """What a request lacks: the part of the form and the sentence of each, once."""

    said: dict[tuple[str | None, str], None] = field(default_factory=dict)

    def add(self, part: str | None, words: str) -> None:
        self.said[part, words] = None

    @contextlib.contextmanager
    def noted(self) -> Iterator[None]:
        """Whatever is refused inside is one thing more."""
        try:
            yield
        except Invalid as wrong:
            self.add(wrong.field, str(wrong))

    def error(self) -> Invalid:
        """The refusal that says all of it."""
        return Incomplete(list(self.said))

    def refuse(self) -> None:
        """Raises: Incomplete: something is lacking."""
        if self.said:
            raise self.error()


def look_through(desk: Desk, asks: Sequence[Ask], lacks: Lacks, *, signature: str, affirmed: str | None) -> None:
    """Note what notices that differ in listing and seller lack: by law, and by whom they go to."""
    statement = asks[0].statement
    if len(statement) > STATEMENT_LIMIT:
        words = f"The statement has {len(statement)} characters; {STATEMENT_LIMIT} is the most."
        lacks.add("statement", words)
    for ask in asks:
        marketplace = desk.marketplaces.get(ask.listing.marketplace)
        if marketplace is None:
            lacks.add("addresses", unconnected(desk, ask.listing.marketplace))
        else:
            _reach(marketplace, ask, lacks)
        for part, words in in_words(missing(ask, signature=signature, affirmed=affirmed)):
            lacks.add(part, words)


def unconnected(desk: Desk, key: str) -> str:
    """Why nothing can be filed there, in a sentence."""
    connected = ", ".join(sorted(one.name for one in desk.marketplaces.values())) or "none yet"
    return f"I know the address, but this desk is not connected to {key}. Connected: {connected}."


def _reach(marketplace: Marketplace, ask: Ask, lacks: Lacks) -> None:
    """What the marketplace would not take."""
    can, length = marketplace.capabilities, len(ask.statement)
    if ask.violation not in can.violations:
        lacks.add("violation", f"{marketplace.name} takes no notices for {ask.violation}.")
        return  # what they need for something they take is no help
    if STATEMENT_LIMIT >= length > can.statement_limit:
        words = f"{marketplace.name} takes statements of up to {can.statement_limit} characters; this one has {length}."
        lacks.add("statement", words)
    if ask.message and not can.message_limit:
        lacks.add("message", f"{marketplace.name} passes no message on to the seller; leave it empty.")
    elif len(ask.message) > can.message_limit:
        words = f"{marketplace.name} passes on messages of up to {can.message_limit} characters"
        lacks.add("message", f"{words}; this one has {len(ask.message)}.")
    # Its length is said: what else they need is asked of as much as they take.
    fitting = replace(ask, statement=ask.statement[: can.statement_limit], message=ask.message[: can.message_limit])
    if lack := marketplace.lacks(fitting):
        lacks.add("addresses", f"{marketplace.name}: {lack}")
