"""Looking again is off until a marketplace's table turns it on, and says whom to write to about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.looking import Terms
from bot.marketplaces.opening import terms_of
from tests.config.test_desk_file import ACME, load, refusal, table

ON = {
    "look_again": "true",
    "gone_words": '[" No longer available ", "下架"]',
    "there_words": '["Add to basket"]',
}
DESK = table("desk", {"contact": '"takedown@brand.example"'})
PORTAL = {"adapter": '"portal"', "name": '"Taobao"', "portal_url": '"https://ipp.alibabagroup.com"'}
FIELDS = {"lot_size": "300", "fields": '[{ label = "Right", from = "right.title" }]'}
MAIL = {
    "adapter": '"email"',
    "name": '"Corner Shop"',
    "to": '"abuse@shop.example"',
    "sender": '"takedown@brand.example"',
    "smtp_host": '"smtp.brand.example"',
    "organisation": '"Acme Brands B.V."',
    "postal_address": '"Keizersgracht 1"',
    "phone": '"+31 20 123 4567"',
}


def test_it_is_off_by_itself(tmp_path: Path) -> None:
    assert terms_of(load(tmp_path, table("marketplaces.acme", ACME)).marketplaces) == {}
    off = table("marketplaces.acme", {**ACME, **ON, "look_again": "false"})
    assert terms_of(load(tmp_path, off).marketplaces) == {}, "switched off, its words may stay"


def test_the_pages_of_its_hosts_are_opened(tmp_path: Path) -> None:
    desk = load(tmp_path, DESK, table("marketplaces.acme", {**ACME, **ON}))
    assert desk.contact == "takedown@brand.example"
    assert terms_of(desk.marketplaces) == {
        "acme": Terms(
            hosts=("acme.example",), gone_words=("No longer available", "下架"), there_words=("Add to basket",)
        )
    }


def test_hosts_that_are_built_in_are_taken_from_there(tmp_path: Path) -> None:
    desk = load(tmp_path, DESK, table("marketplaces.taobao", {**PORTAL, **FIELDS, **ON}))
    assert terms_of(desk.marketplaces)["taobao"].hosts == ("taobao.com",)


def test_whoever_acts_against_every_host_is_not_looked_at(tmp_path: Path) -> None:
    words = refusal(tmp_path, DESK, table("marketplaces.shop", {**MAIL, **ON}))
    assert (
        words == "desk.toml [marketplaces.shop] look_again needs hosts: only pages of the marketplace's own are opened."
    )
    assert load(tmp_path, DESK, table("marketplaces.shop", {**MAIL, **ON, "hosts": '["shop.example"]'}))


def test_somebody_has_to_be_named_whom_they_can_write_to(tmp_path: Path) -> None:
    words = refusal(tmp_path, table("marketplaces.acme", {**ACME, **ON}))
    assert words == (
        "desk.toml [marketplaces.acme] look_again needs contact in [desk], "
        "an e-mail address that goes with every request."
    )


@pytest.mark.parametrize(
    "contact", ['""', '"brand"', '"a b@c.example"', '"a@b"', '"a@b.example\\r\\nX: y"', "7", '"ü@b.example"']
)
def test_a_contact_is_an_address_for_mail(tmp_path: Path, contact: str) -> None:
    words = refusal(tmp_path, table("desk", {"contact": contact}))
    assert words.startswith("desk.toml [desk] contact must be")


@pytest.mark.parametrize("key", ["gone_words", "there_words"])
def test_without_words_to_tell_a_page_by_it_is_refused(tmp_path: Path, key: str) -> None:
    without = {name: value for name, value in ON.items() if name != key}
    words = refusal(tmp_path, DESK, table("marketplaces.acme", {**ACME, **without}))
    assert f"look_again needs {key}" in words


@pytest.mark.parametrize("value", ['"gone"', "[]", '[""]', "[7]", '["    "]', "{ a = 1 }"])
@pytest.mark.parametrize("key", ["gone_words", "there_words"])
def test_the_words_of_a_page_are_a_list_of_texts(tmp_path: Path, key: str, value: str) -> None:
    words = refusal(tmp_path, DESK, table("marketplaces.acme", {**ACME, **ON, key: value}))
    assert words.startswith(f"desk.toml [marketplaces.acme] {key} must be a list of words of a page")


@pytest.mark.parametrize("key", ["gone_words", "there_words"])
@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("x", "at least 4 letters"),
        ("  sol ", "at least 4 letters"),
        ("buy", "at least 4 letters"),
        ("下", "at least 2 letters"),
        ("<b>Gone</b>", "as people read them"),
        ("no&nbsp;longer", "as people read them"),
        ("no&#160;longer", "as people read them"),
    ],
)
def test_words_that_no_page_could_be_told_by_are_refused(tmp_path: Path, key: str, value: str, wrong: str) -> None:
    words = refusal(tmp_path, DESK, table("marketplaces.acme", {**ACME, **ON, key: f'["{value}"]'}))
    assert words.startswith(f"desk.toml [marketplaces.acme] {key} holds '{value}'")
    assert wrong in words


@pytest.mark.parametrize("value", ["sold", "下架", "Black & white; sold", "품절"])
def test_short_words_are_taken_where_they_are_words(tmp_path: Path, value: str) -> None:
    desk = load(tmp_path, DESK, table("marketplaces.acme", {**ACME, **ON, "gone_words": f'["{value}"]'}))
    assert terms_of(desk.marketplaces)["acme"].gone_words == (value,)


def test_on_is_true_and_nothing_else(tmp_path: Path) -> None:
    assert "look_again must be" in refusal(
        tmp_path, DESK, table("marketplaces.acme", {**ACME, **ON, "look_again": '"yes"'})
    )
