"""Trouble on request: Web API methods that are limited, broken, slow, or lose their answer; blocks that are not known.

Sending a file is a method among the others, called `upload`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.sandbox.strictness import Refusal

EVERY_METHOD = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What goes wrong the next `times` times. `seconds` is how long to hang, or what `Retry-After` says; `code` Slack's
    word of refusal."""

    kind: Literal["rate_limit", "fail", "decline", "lose_reply", "hang"]
    method: str
    times: int
    seconds: float = 0
    status: int = 500
    code: str = ""


class Faults:
    """The faults still to come, first in first out for each method."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._refused: dict[str, int | None] = {}

    def rate_limit(self, method: str, times: int = 1, retry_after: float = 1) -> None:
        """Answer 429 with this `Retry-After`; nothing is done."""
        self._add(Fault(kind="rate_limit", method=method, times=times, seconds=retry_after))

    def fail(self, method: str, times: int = 1, status: int = 500) -> None:
        """Answer with this HTTP status and no JSON; nothing is done."""
        self._add(Fault(kind="fail", method=method, times=times, status=status))

    def decline(self, method: str, code: str, times: int = 1) -> None:
        """Answer that this is refused, as where a permission was taken away; nothing is done."""
        self._add(Fault(kind="decline", method=method, times=times, code=code))

    def lose_reply(self, method: str, times: int = 1) -> None:
        """Do it, then cut the connection instead of answering."""
        self._add(Fault(kind="lose_reply", method=method, times=times))

    def hang(self, seconds: float, method: str = EVERY_METHOD, times: int = 1) -> None:
        """Do it, but answer so much later. Real seconds."""
        self._add(Fault(kind="hang", method=method, times=times, seconds=seconds))

    def refuse_blocks(self, kind: str, times: int | None = None) -> None:
        """Answer `invalid_blocks` to messages with blocks of this type, as an older Slack would; None is for ever."""
        self._refused[kind] = times

    def accept_blocks(self, kind: str) -> None:
        """Know the blocks of this type again. Safe to repeat."""
        self._refused.pop(kind, None)

    def refuses(self, kind: str) -> bool:
        return kind in self._refused

    def check_blocks(self, blocks: Sequence[Any] | None) -> None:
        """Use up one refusal of blocks, if there is one for any of these.

        Raises:
            Refusal: there is.
        """
        for index, block in enumerate(blocks or ()):
            kind = str(block.get("type"))
            if kind not in self._refused:
                continue
            left = self._refused[kind]
            if left is not None:
                self._refused[kind] = left - 1
                if left <= 1:
                    self.accept_blocks(kind)
            raise Refusal("invalid_blocks", [f"[ERROR] unsupported type: {kind} [json-pointer:/blocks/{index}/type]"])

    def clear(self) -> None:
        self._waiting.clear()
        self._refused.clear()

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
