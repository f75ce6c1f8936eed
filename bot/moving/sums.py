"""How much there is of each kind, and a sum of hashes for which the order does not matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from bot.model import Archived, Content, Delivery, Reached
from bot.stores.contents import kind_of, text_of

_MOST = 1 << 256


def _said(text: str) -> str:
    return text.replace("\x00", "\ufffd")


@dataclass(kw_only=True)
class Sum:
    """What was seen so far. Each is hashed (SHA-256 over its kind and its text), and the hashes are added up.

    Good against mistakes, losses and doubles; it is no seal against who builds texts so that sums agree. Leases do not
    count, which a store of one process lets go of, and neither does the number that ids have reached.
    """

    counts: Counter[str] = field(default_factory=Counter)
    reached: int = 0
    _sums: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, content: Content) -> None:
        if isinstance(content, Reached):
            self.reached = max(self.reached, content.number)
            return
        if isinstance(content, Delivery) and content.lease:
            content = replace(content, lease="", lease_until=None)
        if isinstance(content, Delivery):  # PostgreSQL has no place for this character
            content = replace(content, words=_said(content.words), error=_said(content.error))
        if isinstance(content, Archived):  # one card of a batch is enough for a database
            content = replace(content, card=None)
        kind = kind_of(content)
        mark = sha256(b"%b\n%b" % (kind.encode(), text_of(content))).digest()
        self.counts[kind] += 1
        self._sums[kind] = (self._sums[kind] + int.from_bytes(mark)) % _MOST

    @property
    def digest(self) -> str:
        """Of all kinds together, in hexadecimal."""
        return f"{sum(self._sums.values()) % _MOST:064x}"

    def differs(self, other: Sum) -> Sequence[str]:
        """What is not the same, a kind a sentence; nothing when they agree."""
        return [
            f"{kind}: {self.counts[kind]:,} here, {other.counts[kind]:,} there"
            if self.counts[kind] != other.counts[kind]
            else f"{kind}: as many, but not the same"
            for kind in sorted(self.counts.keys() | other.counts.keys())
            if (self.counts[kind], self._sums[kind]) != (other.counts[kind], other._sums[kind])
        ]
