"""What makes a history tamper-evident: each line names the one before it by its hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What is left of a line of which something was erased, so that its hash can still be told.

    `commitments` stand for the parts that are gone, `salts` belong to the parts that stayed; both by part. The salt
    that all of them came from is gone with what was erased.
    """

    commitments: Mapping[str, str]
    salts: Mapping[str, str] = field(default_factory=dict)
