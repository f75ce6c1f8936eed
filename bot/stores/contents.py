"""What a store holds as lines of JSON, so that it can be counted, compared and carried: `["notices",{…}]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from bot.errors import StoreUnavailable
from bot.model import Archived, Content, Reached
from bot.stores.rows import TABLES, put, read, table_of

_BESIDES: Mapping[str, type[Any]] = {"archive": Archived, "reached": Reached}
_NAMES = {kind: name for name, kind in _BESIDES.items()}
_READERS = {name: TypeAdapter(kind) for name, kind in _BESIDES.items()}


def kind_of(content: Content) -> str:
    """The name of the table it lies in; `archive` and `reached` are none, but what they say."""
    return _NAMES.get(type(content)) or table_of(type(content))


def text_of(content: Content) -> bytes:
    """Its text, the same for the same value, whichever store has it."""
    if isinstance(content, Archived | Reached):
        return orjson.dumps(content)
    return put(content).raw


def as_line(content: Content) -> bytes:
    """With the newline at its end."""
    return b'["%b",%b]\n' % (kind_of(content).encode(), text_of(content))


def from_pair(pair: Any) -> Content:
    """What `as_line` wrote, parsed.

    Raises:
        StoreUnavailable: it is nothing that this version knows.
    """
    try:
        name, value = pair
        known = name in TABLES or name in _READERS
    except (ValueError, TypeError):
        known = False
    if not known:
        raise StoreUnavailable("it holds something this version does not know")
    if name in TABLES:
        record: Content = read(TABLES[name], orjson.dumps(value))
        return record
    try:
        besides: Content = _READERS[name].validate_json(orjson.dumps(value))
    except ValidationError:
        raise StoreUnavailable(f"a line of {name} cannot be read") from None
    return besides
