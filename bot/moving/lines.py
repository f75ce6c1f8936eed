"""A desk as JSON Lines: a line that says what it is, a line a record, and a line at the end that says all is there.

`["notices",{…}]`, as the journal of a store has it. A file comes as `["file",{…}]` and then `["piece","…"]` in base64.
The last line counts the lines before it and has their SHA-256, so that a file that was cut or changed is noticed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import orjson

from bot.errors import StoreUnavailable
from bot.model import Content
from bot.stores.contents import as_line, from_pair

FORMAT = 1
_HEAD, _END = "takedown-desk", "end"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileHead:
    """A file of evidence or a dossier; its pieces follow."""

    shelf: str
    name: str
    since: datetime
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FilePiece:
    content: bytes


Said = Content | FileHead | FilePiece


class Writer:
    """Writes the lines to a file that is open for bytes."""

    def __init__(self, out: IO[bytes], at: datetime) -> None:
        self._out = out
        self._hash = hashlib.sha256()
        self._lines = 0
        self._write(orjson.dumps([_HEAD, {"format": FORMAT, "at": at}]) + b"\n")

    def add(self, said: Said) -> None:
        if isinstance(said, FileHead):
            self._write(orjson.dumps(["file", said]) + b"\n")
        elif isinstance(said, FilePiece):
            self._write(orjson.dumps(["piece", base64.b64encode(said.content).decode()]) + b"\n")
        else:
            self._write(as_line(said))

    def end(self) -> None:
        """Nothing comes after this."""
        self._out.write(orjson.dumps([_END, {"lines": self._lines, "sha256": self._hash.hexdigest()}]) + b"\n")
        self._out.flush()

    def _write(self, line: bytes) -> None:
        self._hash.update(line)
        self._lines += 1
        self._out.write(line)


def check(lines: Iterable[bytes]) -> int:
    """Read it through. Gives the number of lines. Raises: StoreUnavailable: it is not whole."""
    return sum(1 for _ in _checked(lines))


def read(lines: Iterable[bytes]) -> Iterator[Said]:
    """What the lines say.

    Raises:
        StoreUnavailable: it is no export, a newer version wrote it, or it is cut short or damaged: said at the end,
            where that can only be seen there.
    """
    for number, pair in enumerate(_checked(lines), 1):
        if number == 1:
            continue
        try:
            yield _said(pair)
        except (StoreUnavailable, ValueError, TypeError, KeyError) as error:
            raise StoreUnavailable(f"Line {number} cannot be read: {error}.") from None


def _said(pair: Any) -> Said:
    name, value = pair
    if name == "file":
        return FileHead(**{**value, "since": datetime.fromisoformat(value["since"])})
    if name == "piece":
        return FilePiece(content=base64.b64decode(value, validate=True))
    return from_pair(pair)


def _checked(lines: Iterable[bytes]) -> Iterator[Any]:
    """The parsed lines but for the last, which has to be right about them."""
    seen, end = hashlib.sha256(), None
    number = 0
    for number, line in enumerate(lines, 1):
        if end is not None:
            raise StoreUnavailable(f"There is something behind its end, from line {number} on.")
        pair = _pair(line)
        if number == 1:
            _refuse_others(pair)
        if isinstance(pair, list) and pair[:1] == [_END]:
            end = pair
            _refuse_changed(end, number - 1, seen.hexdigest())
            continue
        if pair is None:
            raise StoreUnavailable(f"It is cut short or damaged at line {number}.")
        seen.update(line)
        yield pair
    if end is None:
        raise StoreUnavailable(f"It is cut short: after line {number} its end is missing.")


def _pair(line: bytes) -> Any:
    try:
        return orjson.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None


def _refuse_others(pair: Any) -> None:
    if not isinstance(pair, list) or len(pair) != 2 or pair[0] != _HEAD or not isinstance(pair[1], dict):
        raise StoreUnavailable("It is no export of a desk: its first line does not say so.")
    if pair[1].get("format") != FORMAT:
        raise StoreUnavailable("Another version of the desk wrote it: import it with that version.")


def _refuse_changed(end: Any, lines: int, sha256: str) -> None:
    said = end[1] if len(end) == 2 and isinstance(end[1], dict) else {}
    if (said.get("lines"), said.get("sha256")) != (lines, sha256):
        raise StoreUnavailable("It is not what was exported: lines are missing, or were changed.")
