"""The page about marketplaces is what the code says, and the examples on it work."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.marketplaces.matrix import matrix, opened_example, page, written
from bot.marketplaces.opening import MARKETPLACES
from config.desk_file import load_marketplaces

PAGE = Path(__file__).parents[3] / "docs" / "marketplaces.md"


def test_the_page_is_what_the_code_says() -> None:
    anew = "write it anew: python -m bot marketplaces > docs/marketplaces.md"
    assert PAGE.read_text(encoding="utf-8") == page(), anew


def test_every_adapter_has_its_row_and_its_section() -> None:
    for key in MARKETPLACES:
        assert f"| `{key}` |" in matrix()
        assert f"## `{key}`" in page()


class AnySecret(dict[str, str]):
    """An environment in which everything is set."""

    def get(self, name: str, default: object = None) -> str:
        return "not-a-secret"


@pytest.mark.parametrize("adapter", list(MARKETPLACES))
def test_an_example_works_as_it_is_written(adapter: str, tmp_path: Path) -> None:
    opened = opened_example(adapter)
    file = tmp_path / "desk.toml"
    file.write_text(written(adapter), encoding="utf-8")
    (table,) = load_marketplaces(file, AnySecret()).marketplaces
    assert table.adapter == adapter
    assert (opened.key, opened.name) == (table.key, table.name)
