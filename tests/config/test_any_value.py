"""Whatever stands in the desk file, it is read or refused in a sentence."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import Misconfigured
from bot.marketplaces.lumen import EXAMPLE as LUMEN
from bot.marketplaces.matrix import written
from bot.marketplaces.opening import MARKETPLACES, configured_sites, open_marketplaces
from bot.model import Violation
from config.desk_file import DeskFile, load_marketplaces
from config.desk_tables import DeskTable, LumenTable, OffendersTable, RightTable, StrikesTable
from tests.vendors import opening

SECRET = "very-secret-token"
RIGHT = '[rights.ACME]\nkind = "trademark"\ntitle = "ACME"\njurisdictions = ["EU"]\nowner = "Acme SE"\n'
STRIKES = '[strikes.acme]\nlimit = 3\nconsequence = "closes the shop"\n'
HEADS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    **{name: (written(name), tuple(one.table.model_fields)) for name, one in MARKETPLACES.items()},
    "lumen": (LUMEN.replace('marketplaces = ["acme"]', ""), tuple(LumenTable.model_fields)),
    "rights": (RIGHT, tuple(RightTable.model_fields)),
    "strikes": (STRIKES, tuple(StrikesTable.model_fields)),
    "offenders": ("[offenders]\n", tuple(OffendersTable.model_fields)),
    "desk": ("[desk]\n", tuple(DeskTable.model_fields)),
}
KEYS = [(head, key) for head, (_, keys) in HEADS.items() for key in keys]

# What validators look for, so that more than the first of their questions is asked.
WORDS = ["en", "counterfeit", "EBAY_US", "MLB", "report", "item", "label", "from", "text", "country", "decision", "EU"]
TEXTS = st.sampled_from([*WORDS, "5 days", "https://[", "http://a:b", "a@b.example", "(?P<listing>a{99999999999})"])
LEAVES = (
    st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -1, 0])
    | st.floats()
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | TEXTS
    | st.sampled_from([date(2026, 3, 2), datetime(2026, 3, 2, 9, 0, tzinfo=UTC), time(9, 0)])
)
NAMES = st.sampled_from([*WORDS, *Violation]) | st.text(st.characters(codec="utf-8"), max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


class AnySecret(dict[str, str]):
    """An environment in which every variable is set."""

    def get(self, name: str, default: Any = None) -> Any:
        return SECRET


def toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value).replace("\x7f", "\\u007f") if value.isascii() else _quoted(value)
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{toml(key)} = {toml(one)}' for key, one in value.items())}}}"
        case date() | time():
            return value.isoformat()
    return f"{value}"


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'


def table(head: str, key: str, value: Any) -> str:
    """A table as it should be, but for one key."""
    text, _ = HEADS[head]
    left = re.sub(rf"(?ms)^{key} = (?:\[\n.*?^\]|[^\n]*)\n?", "", text.strip() + "\n")
    return f"{left}{key} = {toml(value)}\n"


def opened(path: Path, text: str) -> DeskFile | None:
    """What a desk that starts with this file makes of it; None where it refuses to, without a secret in its words."""
    path.write_text(text, encoding="utf-8")
    refused: list[Misconfigured] = []
    try:
        file = load_marketplaces(path, AnySecret())
        open_marketplaces(file.marketplaces, opening(httpx.AsyncClient()))
        configured_sites(file.marketplaces)
    except Misconfigured as words:
        refused.append(words)
    assert not [words for words in refused if SECRET in str(words)]
    return None if refused else file


@pytest.mark.parametrize("head", list(HEADS))
def test_each_table_is_fine_as_it_stands(tmp_path: Path, head: str) -> None:
    assert opened(tmp_path / "desk.toml", HEADS[head][0]) is not None


@settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.sampled_from(KEYS), value=VALUES)
def test_any_value_at_any_key_is_taken_or_refused(tmp_path: Path, at: tuple[str, str], value: Any) -> None:
    text = table(*at, value)
    tomllib.loads(text)
    opened(tmp_path / "desk.toml", text)


KINDS = [[], {}, [[1]], [{"a": 1}], "", 0, -1, True, float("nan"), {"a": []}, {"counterfeit": []}, [1], "x" * 5000]


@pytest.mark.parametrize("head", list(HEADS))
def test_each_key_takes_or_refuses_each_kind_of_value(tmp_path: Path, head: str) -> None:
    for key in HEADS[head][1]:
        for value in KINDS:
            opened(tmp_path / "desk.toml", table(head, key, value))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(key=st.sampled_from(["desk", "marketplaces", "rights", "offenders", "strikes", "lumen"]), value=VALUES)
def test_any_value_in_place_of_a_table_is_refused_or_empty(tmp_path: Path, key: str, value: Any) -> None:
    opened(tmp_path / "desk.toml", f"{key} = {toml(value)}\n")


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 5000 + "]" * 5000])
def test_what_no_reader_of_toml_can_hold_is_refused(tmp_path: Path, value: str) -> None:
    path = tmp_path / "desk.toml"
    path.write_text(f"desk = {value}", encoding="utf-8")
    with pytest.raises(Misconfigured, match="not valid TOML"):
        load_marketplaces(path, {})


def test_a_language_that_is_no_text_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    path.write_text(table("email", "language", []), encoding="utf-8")
    with pytest.raises(Misconfigured, match="language must be one of"):
        load_marketplaces(path, AnySecret())
