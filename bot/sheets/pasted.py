"""Addresses as people paste them into a box."""

from __future__ import annotations

from collections.abc import Iterator

from bot.grammar.filing import words_in
from bot.listings import find_addresses, looks_like_address, unwrapped


def read_pasted(text: str) -> tuple[str, ...]:
    """The addresses in it, in order, as often as they stand there; a line without one is kept whole."""
    return tuple(found for line in text.splitlines() for found in _on(line.strip()))


def _on(line: str) -> list[str]:
    found = [address for word in words_in(line) for address in _within(word) if address]
    return found or ([line] if line else [])


def _within(word: str) -> Iterator[str]:
    return map(unwrapped, (word,) if looks_like_address(word) else find_addresses(word))
