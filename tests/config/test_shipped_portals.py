"""The portals in the shipped desk file: each table works once its marks are taken away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.listings import SITES
from bot.marketplaces.portal import PortalTable
from config.desk_file import load_marketplaces

SHIPPED = Path(__file__).parents[2] / "config" / "marketplaces.toml"
TABLES = {
    found[1]: "\n".join(line.removeprefix("# ") for line in found[0].splitlines())
    for found in re.finditer(
        r'^# \[marketplaces\.(\S+)\]\n# adapter = "portal"\n(?:# .*\n)+', SHIPPED.read_text(), re.M
    )
}
LOTS = {"taobao": 300, "lazada": 300, "temu": 200, "walmart": 10, "made-in-china": 800}


def read(folder: Path, text: str) -> PortalTable:
    path = folder / "desk.toml"
    path.write_text(text, encoding="utf-8")
    (table,) = load_marketplaces(path, {}).marketplaces
    assert isinstance(table, PortalTable)
    return table


@pytest.mark.parametrize("key", TABLES)
def test_every_portal_loads_once_it_is_no_comment(tmp_path: Path, key: str) -> None:
    table = read(tmp_path, TABLES[key])
    assert table.key == key
    assert table.fields
    assert table.lot_size == LOTS.get(key, table.lot_size)
    assert table.hosts or key in {site.key for site in SITES}
    assert any(box.source == "reason" for box in table.fields) == bool(table.reasons)


def test_the_marketplaces_that_take_people_only_are_there() -> None:
    assert set(TABLES) == {
        *("alibaba", "taobao", "tmall", "1688", "aliexpress", "lazada", "amazon", "shopee", "tiktok", "walmart"),
        *("etsy", "temu", "bol", "allegro", "made-in-china", "facebook"),
    }


@pytest.mark.parametrize("key", ["alibaba", "taobao", "tmall", "1688", "aliexpress"])
def test_what_alibaba_asks_of_accounts_stands_in_each_of_its_tables(tmp_path: Path, key: str) -> None:
    asks = read(tmp_path, TABLES[key]).good_faith
    assert asks is not None
    assert (asks.account, asks.upheld, asks.reinstated, asks.days) == ("Alibaba IPP", 90, 5, 90)
