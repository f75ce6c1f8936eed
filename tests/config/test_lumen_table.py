"""The `[lumen]` table of the desk file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.marketplaces.lumen import EXAMPLE
from bot.model import Violation
from config.desk_file import DeskFile, load_marketplaces
from config.desk_tables import REDACTABLE

SECRETS = {"LUMEN_TOKEN": "very-secret-token", "ACME_TOKEN": "very-secret-other"}
ACME = """
[marketplaces.acme]
adapter = "rest"
name = "Acme Market"
base_url = "https://api.acme.example/removals/v1"
token_env = "ACME_TOKEN"
hosts = ["acme.example"]
listing_pattern = '/item/(?P<listing>[0-9]+)'
"""
BARE = '[lumen]\ntoken_env = "LUMEN_TOKEN"\nsender = "Acme"\n'


def load(folder: Path, text: str) -> DeskFile:
    path = folder / "desk.toml"
    path.write_text(text, encoding="utf-8")
    return load_marketplaces(path, SECRETS)


def test_nothing_is_published_unless_the_desk_file_says_so(tmp_path: Path) -> None:
    assert load(tmp_path, ACME).lumen is None


def test_the_example_works(tmp_path: Path) -> None:
    lumen = load(tmp_path, EXAMPLE + ACME).lumen
    assert lumen is not None
    assert lumen.token.get_secret_value() == "very-secret-token"
    assert lumen.marketplaces == {"acme"}
    assert lumen.violations == {Violation.COUNTERFEIT, Violation.COPYRIGHT}
    assert "very-secret" not in repr(lumen)


def test_what_is_left_out_is_cautious(tmp_path: Path) -> None:
    lumen = load(tmp_path, BARE).lumen
    assert lumen is not None
    assert lumen.base_url == "https://lumendatabase.org"
    assert lumen.redact == {"statement", "seller_name"}
    assert (lumen.sender_kind, lumen.principal_kind) == ("organization", "organization")
    assert lumen.violations == set(Violation)


@pytest.mark.parametrize("part", REDACTABLE)
def test_each_part_can_be_redacted(tmp_path: Path, part: str) -> None:
    lumen = load(tmp_path, f'{BARE}redact = ["{part}"]').lumen
    assert lumen is not None
    assert lumen.redact == {part}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('lumen = "yes"', "must be a table, [lumen]"),
        ('[lumen]\nsender = "Acme"', "token_env is missing"),
        ('[lumen]\nsender = "Acme"\ntoken_env = "OTHER_TOKEN"', "OTHER_TOKEN, which is not set"),
        ('[lumen]\nsender = "Acme"\ntoken = "very-secret-token"', "token is not a key this desk knows"),
        ('[lumen]\ntoken_env = "LUMEN_TOKEN"', "sender is missing"),
        (f'{BARE}redact = ["names"]', "redact must be a list of some of statement"),
        (f'{BARE}sender_country = "Netherlands"', "two-letter country code"),
        (f'{BARE}sender_kind = "company"', "sender_kind must be 'organization' or 'individual'"),
        (f'{BARE}base_url = "http://lumen.example"', "must start with https://"),
        (f'{BARE}marketplaces = ["bazaar"]', "'bazaar', for which there is no [marketplaces.bazaar]"),
        (f"{BARE}violations = []", "violations must be a list"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        load(tmp_path, text)
    assert words in str(refused.value)
    assert "lumen" in str(refused.value)
    assert "very-secret" not in str(refused.value)
