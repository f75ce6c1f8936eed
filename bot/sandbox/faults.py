"""Trouble on request: Web API methods that are limited, broken, slow, or lose their answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

EVERY_METHOD = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What goes wrong the next `times` times. `seconds` is how long to hang, or what `Retry-After` says."""

    kind: Literal["rate_limit", "fail", "lose_reply", "hang"]
    method: str
    times: int
    seconds: float = 0
    status: int = 500


class Faults:
    """The faults still to come, first in first out for each method."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def rate_limit(self, method: str, times: int = 1, retry_after: float = 1) -> None:
        """Answer 429 with this `Retry-After`; nothing is done."""
        self._add(Fault(kind="rate_limit", method=method, times=times, seconds=retry_after))

    def fail(self, method: str, times: int = 1, status: int = 500) -> None:
        """Answer with this HTTP status and no JSON; nothing is done."""
        self._add(Fault(kind="fail", method=method, times=times, status=status))

    def lose_reply(self, method: str, times: int = 1) -> None:
        """Do it, then cut the connection instead of answering."""
        self._add(Fault(kind="lose_reply", method=method, times=times))

    def hang(self, seconds: float, method: str = EVERY_METHOD, times: int = 1) -> None:
        """Do it, but answer so much later. Real seconds."""
        self._add(Fault(kind="hang", method=method, times=times, seconds=seconds))

    def clear(self) -> None:
        self._waiting.clear()

    def next(self, method: str) -> Fault | None:
        """The fault that strikes this call, used up once."""
        for index, fault in enumerate(self._waiting):
            if fault.method in (method, EVERY_METHOD):
                left = replace(fault, times=fault.times - 1)
                self._waiting[index : index + 1] = [left] if left.times > 0 else []
                return fault
        return None

    def _add(self, fault: Fault) -> None:
        self._waiting.append(fault)
