from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.marketplaces.opening import configured_sites
from bot.marketplaces.rest import RestTable
from bot.model import GoodFaith, Policy, RightKind, Strikes, Violation
from bot.sandbox.desk_file import desk_file_text
from config.desk_file import DeskFile, load_marketplaces, refuse_short_retention
from config.desk_tables import GRAVITY

SHIPPED = Path(__file__).parents[2] / "config" / "marketplaces.toml"
SECRETS = {"ACME_TOKEN": "very-secret-token", "ACME_PUSH_SECRET": "very-secret-push"}
ACME = {
    "adapter": '"rest"',
    "name": '"Acme Market"',
    "base_url": '"https://api.acme.example/removals/v1"',
    "token_env": '"ACME_TOKEN"',
    "hosts": '["acme.example"]',
    "listing_pattern": r"'/item/(?P<listing>\d+)'",
    "requests_per_second": "5",
    "poll_seconds": "60",
}
RIGHT = {"kind": '"trademark"', "title": '"ACME"', "jurisdictions": '["EU"]', "owner": '"Acme SE"'}


def table(name: str, values: dict[str, str]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items() if value)


def load(folder: Path, *tables: str) -> DeskFile:
    path = folder / "desk.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    return load_marketplaces(path, SECRETS)


def refusal(folder: Path, *tables: str) -> str:
    with pytest.raises(Misconfigured) as refused:
        load(folder, *tables)
    words = str(refused.value)
    assert "\n" not in words
    assert words.endswith((".", "?"))
    assert "very-secret" not in words
    assert refused.value.__cause__ is None
    return words.removeprefix(f"{folder}/")


def test_the_shipped_file_names_no_marketplace_and_is_fine() -> None:
    assert load_marketplaces(SHIPPED, {}) == DeskFile(
        marketplaces=(), rights=(), policy=Policy(gravity=GRAVITY, strikes={})
    )


def test_the_example_in_the_shipped_file_works_once_it_is_no_comment(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").partition("#\n")[2]
    lines = text.partition("# ---")[0].splitlines()
    example = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)
    (acme,) = load(tmp_path, example).marketplaces
    (right,) = load(tmp_path, example).rights
    assert (acme.key, acme.name, acme.hosts) == ("acme", "Acme Market", ("acme.example",))
    assert right.key == "ACME-EU"


def test_the_sandbox_file_has_a_marketplace_two_live_rights_and_an_expired_one(tmp_path: Path) -> None:
    desk_file = load(tmp_path, desk_file_text("http://127.0.0.1:8801"))
    (acme,) = desk_file.marketplaces
    assert isinstance(acme, RestTable)
    assert acme.base_url == "http://127.0.0.1:8801"
    today = date(2026, 11, 24)
    assert [(right.key, right.live_on(today)) for right in desk_file.rights] == [
        ("NORDLICHT-EU", True),
        ("NORDLICHT-PHOTO", True),
        ("NORDLICHT-OLD", False),
    ]


def test_a_marketplace_is_read_with_its_secrets_and_defaults(tmp_path: Path) -> None:
    (acme,) = load(tmp_path, table("marketplaces.acme", ACME)).marketplaces
    assert isinstance(acme, RestTable)
    assert acme.token.get_secret_value() == "very-secret-token"
    assert acme.push_secret is None
    assert acme.listing_pattern == r"/item/(?P<listing>\d+)"
    assert (acme.requests_per_second, acme.poll_seconds) == (5, 60)
    assert (acme.recheck_seconds, acme.timeout_seconds) == (86_400, 20)
    assert acme.violations == frozenset(Violation)
    assert "very-secret" not in repr(acme)


def test_everything_optional_can_be_set(tmp_path: Path) -> None:
    more = {
        "seller_pattern": "'[?&]seller=(?P<seller>[0-9]+)'",
        "recheck_seconds": "3600",
        "timeout_seconds": "5.5",
        "push_secret_env": '"ACME_PUSH_SECRET"',
        "violations": '["counterfeit", "trademark"]',
    }
    (acme,) = load(tmp_path, table("marketplaces.acme", ACME | more)).marketplaces
    assert isinstance(acme, RestTable)
    assert acme.push_secret is not None
    assert acme.push_secret.get_secret_value() == "very-secret-push"
    assert acme.violations == {Violation.COUNTERFEIT, Violation.TRADEMARK}
    assert (acme.recheck_seconds, acme.timeout_seconds) == (3600, 5.5)


def test_a_right_is_read_as_it_stands(tmp_path: Path) -> None:
    more = {"registration_no": '"018"', "office": '"EUIPO"', "expires_on": "2031-05-01"}
    (right,) = load(tmp_path, table("rights.ACME-EU", RIGHT | more)).rights
    assert (right.key, right.kind, right.title) == ("ACME-EU", RightKind.TRADEMARK, "ACME")
    assert (right.registration_no, right.office, right.jurisdictions) == ("018", "EUIPO", ("EU",))
    assert (right.owner, right.expires_on) == ("Acme SE", date(2031, 5, 1))


@pytest.mark.parametrize(
    ("key", "value", "advice"),
    [
        ("adapter", "", "adapter is missing"),
        ("name", '"  "', "name must be a text"),
        ("base_url", "", "base_url is missing"),
        ("base_url", '"api.acme.example"', "base_url must be a full address"),
        ("base_url", '"http://api.acme.example"', "base_url must start with https://"),
        ("base_url", '"https://127.0.0.1.evil.example#x"', "base_url must be a plain address"),
        ("base_url", '"https://me:very-secret@acme.example"', "base_url must not hold a user name"),
        ("base_url", "5", "base_url must be a text"),
        ("token_env", "", "token_env is missing"),
        ("token_env", '"OTHER_TOKEN"', "token_env names OTHER_TOKEN, which is not set"),
        ("token_env", '"very-secret-token"', "token_env must be the name of an environment variable"),
        ("push_secret_env", '"OTHER_SECRET"', "push_secret_env names OTHER_SECRET, which is not set"),
        ("hosts", "", "hosts is missing"),
        ("hosts", "[]", "hosts must be a list"),
        ("hosts", '"acme.example"', "hosts must be a list"),
        ("hosts", '["https://acme.example"]', "hosts holds 'https://acme.example'"),
        ("hosts", '["com"]', "hosts holds 'com'"),
        ("hosts", "[5]", "hosts must be a text"),
        ("listing_pattern", "'/item/(?P<listing>[0-9'", "listing_pattern is not a regular expression"),
        ("listing_pattern", "'/item/([0-9]+)'", "listing_pattern must name the part it finds"),
        ("seller_pattern", "'/shop/([0-9]+)'", "(?P<seller>"),
        ("requests_per_second", "0", "requests_per_second must be greater than 0"),
        ("requests_per_second", "nan", "requests_per_second must be"),
        ("requests_per_second", "true", "requests_per_second must be"),
        ("poll_seconds", '"soon"', "poll_seconds must be"),
        ("timeout_seconds", "101", "timeout_seconds must be less than or equal to 100"),
        ("good_faith", "90", "good_faith must be a table such as { upheld = 90 }"),
        ("good_faith", "{ reinstated = 5 }", "good_faith must be a table such as { upheld = 90 }"),
        ("good_faith", "{ upheld = 0.9 }", "good_faith holds upheld = 0.9; it must be a share in percent"),
        ("good_faith", "{ upheld = nan }", "good_faith holds upheld = nan"),
        ("good_faith", "{ upheld = true }", "good_faith holds upheld = True"),
        ("good_faith", '{ upheld = 90, reinstated = "5" }', "good_faith holds reinstated = '5'"),
        ("good_faith", "{ upheld = 90, days = 0 }", "good_faith must give days as a whole number from 1 to 366"),
        ("good_faith", '{ upheld = 90, account = " " }', "good_faith must give account as a text"),
        ("good_faith", "{ upheld = 90, returned = 5 }", "good_faith holds 'returned'; known: upheld, reinstated"),
        ("violations", '["counterfiet"]', "violations must be a list of some of"),
        ("violations", "[[]]", "violations must be a list of some of"),
        ("poll_secs", "5", "poll_secs is not a key this desk knows; did you mean poll_seconds?"),
        ("token", '"very-secret"', "token is not a key this desk knows; did you mean token_env?"),
        ("zebra", "1", "zebra is not a key this desk knows; known: adapter"),
    ],
)
def test_a_wrong_marketplace_is_refused_by_table_and_key(tmp_path: Path, key: str, value: str, advice: str) -> None:
    words = refusal(tmp_path, table("marketplaces.acme", {**ACME, key: value}))
    assert words.startswith("desk.toml [marketplaces.acme] ")
    assert advice in words


@pytest.mark.parametrize(
    ("key", "value", "advice"),
    [
        ("kind", '"trade mark"', "kind must be one of trademark, copyright, design, patent"),
        ("kind", "[]", "kind must be one of"),
        ("title", "", "title is missing"),
        ("title", '"' + "x" * 301 + '"', "title "),
        ("jurisdictions", '["Europe"]', "jurisdictions must be a list of two-letter codes"),
        ("jurisdictions", '"EU"', "jurisdictions must be a list"),
        ("owner", "5", "owner must be a text"),
        ("expires_on", '"next year"', "expires_on must be"),
        ("office", '"EUIPO"', "needs both registration_no and office"),
        ("expires", "2031-01-01", "did you mean expires_on?"),
    ],
)
def test_a_wrong_right_is_refused_by_table_and_key(tmp_path: Path, key: str, value: str, advice: str) -> None:
    words = refusal(tmp_path, table("rights.ACME-EU", {**RIGHT, key: value}))
    assert words.startswith("desk.toml [rights.ACME-EU] ")
    assert advice in words


def test_marketplaces_of_one_account_ask_for_the_same(tmp_path: Path) -> None:
    both = {"good_faith": '{ account = "IPP", upheld = 90, reinstated = 5 }'}
    more = ACME | {"hosts": '["bazaar.example"]'}
    first, second = table("marketplaces.acme", ACME | both), table("marketplaces.bazaar", more | both)
    acme, bazaar = load(tmp_path, first, second).marketplaces
    assert acme.capable().good_faith == GoodFaith(account="IPP", upheld=90, reinstated=5) == bazaar.good_faith
    other = table("marketplaces.bazaar", more | {"good_faith": '{ account = "IPP", upheld = 95 }'})
    words = refusal(tmp_path, first, other)
    assert "[marketplaces.bazaar] good_faith names the account 'IPP' as [marketplaces.acme] does" in words


@pytest.mark.parametrize("host", ["acme.example", "ACME.example", "shop.acme.example"])
def test_two_marketplaces_may_not_claim_one_host(tmp_path: Path, host: str) -> None:
    other = ACME | {"hosts": f'["bazaar.example", "{host}"]'}
    words = refusal(tmp_path, table("marketplaces.acme", ACME), table("marketplaces.bazaar", other))
    assert f"hosts holds {host.casefold()}" in words
    assert "[marketplaces.acme]" in words
    assert "[marketplaces.bazaar]" in words


def test_hosts_without_a_pattern_say_which_pages_somebody_acts_against(tmp_path: Path) -> None:
    mail = {
        "adapter": '"email"',
        "name": '"Shop"',
        "to": '"abuse@shop.example"',
        "sender": '"takedown@acme.example"',
        "smtp_host": '"smtp.acme.example"',
        "kind": '"dsa"',
        "organisation": '"Acme"',
        "hosts": '["Shop.example"]',
    }
    (shop,) = load(tmp_path, table("marketplaces.shop", mail)).marketplaces
    assert shop.hosts == ("shop.example",)
    assert shop.capable().hosts == ("shop.example",)
    assert configured_sites([shop]) == ()
    pattern = {"listing_pattern": r"'/item/(?P<listing>\d+)'"}
    assert "needs both hosts" in refusal(tmp_path, table("marketplaces.shop", mail | pattern | {"hosts": ""}))
    assert "listing_pattern" in refusal(tmp_path, table("marketplaces.acme", ACME | {"listing_pattern": ""}))


def test_hosts_that_only_end_alike_are_different(tmp_path: Path) -> None:
    other = ACME | {"hosts": '["notacme.example"]'}
    assert len(load(tmp_path, table("marketplaces.acme", ACME), table("marketplaces.b", other)).marketplaces) == 2


def test_keys_are_short_plain_names(tmp_path: Path) -> None:
    assert "small letters" in refusal(tmp_path, table("marketplaces.Acme", ACME))
    assert "letters, digits" in refusal(tmp_path, table('rights."ACME EU"', RIGHT))


def test_rights_may_not_differ_in_capitals_only(tmp_path: Path) -> None:
    words = refusal(tmp_path, table("rights.acme-eu", RIGHT), table("rights.ACME-EU", RIGHT))
    assert "[rights.acme-eu]" in words


def test_an_unknown_table_is_refused_with_the_likely_one(tmp_path: Path) -> None:
    assert "did you mean marketplaces?" in refusal(tmp_path, table("marketplace.acme", ACME))


@pytest.mark.parametrize("text", ["marketplaces = 5", "[marketplaces]\nacme = 5", "rights = []"])
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text).startswith("desk.toml ")


def test_a_file_that_is_not_toml_is_named_with_the_place(tmp_path: Path) -> None:
    words = refusal(tmp_path, "[marketplaces.acme\n")
    assert "not valid TOML" in words
    assert "line 1" in words


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"MARKETPLACES_FILE .*nowhere\.toml cannot be read"):
        load_marketplaces(tmp_path / "nowhere.toml", {})


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Misconfigured, match="UTF-8"):
        load_marketplaces(path, {})


def test_cases_may_have_a_channel_of_their_own(tmp_path: Path) -> None:
    assert load(tmp_path, '[desk]\ncases_channel = "C012AB3CD"').cases_channel == "C012AB3CD"
    assert load(tmp_path, "").cases_channel == ""


def test_how_offenders_are_weighed_is_data(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        "[offenders]\nwindow_days = 30\nhalf_life_days = 10\nthreshold = 2\nhub_limit = 3",
        'alerts_channel = "C012AB3CD"\ngravity = { trademark = 0.9 }',
        '[strikes.acme]\nlimit = 3\ncounts = ["counterfeit"]\nwindow_days = 365\nconsequence = "closes the shop"',
    ).policy
    assert (policy.window_days, policy.half_life_days, policy.threshold, policy.hub_limit) == (30, 10, 2, 3)
    assert policy.alerts_channel == "C012AB3CD"
    assert (policy.gravity[Violation.TRADEMARK], policy.gravity[Violation.COUNTERFEIT]) == (0.9, 1.0)
    assert policy.strikes == {
        "acme": Strikes(
            marketplace="acme",
            limit=3,
            counts=frozenset({Violation.COUNTERFEIT}),
            window_days=365,
            consequence="closes the shop",
        )
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[offenders]\nwindow_days = 0", "window_days"),
        ("[offenders]\nthreshold = 2.5", "threshold"),
        ("[offenders]\ngravity = { fake = 1 }", "gravity"),
        ("[offenders]\ngravity = { counterfeit = 2 }", "gravity"),
        ('[offenders]\nalerts_channel = "#brand"', "alerts_channel"),
        ("[offenders]\nhalf_live = 4", "half_life_days"),
        ("offenders = 3", "[offenders]"),
        ('[strikes.acme]\nconsequence = "x"', "limit"),
        ('[strikes.acme]\nlimit = 3\nconsequence = "x"\ncounts = ["rude"]', "counts"),
    ],
)
def test_a_wrong_weight_is_refused_by_name(tmp_path: Path, text: str, names: str) -> None:
    assert names in refusal(tmp_path, text)


def test_where_a_marketplace_sells_may_be_said(tmp_path: Path) -> None:
    (market,) = load(tmp_path, table("marketplaces.acme", {**ACME, "territory": '["DE", "EU"]'})).marketplaces
    assert market.territory == ("DE", "EU")
    assert market.capable().territory == ("DE", "EU")


@pytest.mark.parametrize("territory", ["[]", '"DE"', '["UK"]', '["XX"]', '["de"]', "[1]"])
def test_a_territory_that_is_no_country_is_refused(tmp_path: Path, territory: str) -> None:
    words = refusal(tmp_path, table("marketplaces.acme", {**ACME, "territory": territory}))
    assert "territory must be a list of the country codes where it sells" in words


def test_notices_are_kept_for_as_long_as_a_marketplace_counts_them(tmp_path: Path) -> None:
    strict = {**ACME, "good_faith": "{ upheld = 90, days = 120 }"}
    marketplaces = load(tmp_path, table("marketplaces.acme", strict)).marketplaces
    refuse_short_retention(marketplaces, 120)
    with pytest.raises(Misconfigured) as refused:
        refuse_short_retention(marketplaces, 119)
    assert str(refused.value) == (
        "RETENTION_DAYS is 119, but good_faith of [marketplaces.acme] looks 120 days back, "
        "and archived notices are not counted: set RETENTION_DAYS to 120 or more."
    )
    refuse_short_retention(load(tmp_path, table("marketplaces.acme", ACME)).marketplaces, 1)


def test_who_refers_to_agencies_may_be_named(tmp_path: Path) -> None:
    assert load(tmp_path).organisation == ""
    assert load(tmp_path, table("desk", {"organisation": '"Nordlicht GmbH"'})).organisation == "Nordlicht GmbH"
    assert "[desk] organisation" in refusal(tmp_path, table("desk", {"organisation": '""'}))
