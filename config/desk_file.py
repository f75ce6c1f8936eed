"""The desk file (`config/marketplaces.toml`): marketplaces, how repeat offenders are weighed, for now also rights."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from bot.errors import Misconfigured
from bot.listings import SITES
from bot.marketplaces.opening import MARKETPLACES
from bot.model import Policy, Right, Strikes
from config.desk_tables import DeskTable, LumenTable, MarketplaceTable, OffendersTable, RightTable, StrikesTable

__all__ = ["DeskFile", "MarketplaceTable", "load_marketplaces", "refuse_short_retention"]

Table = TypeVar("Table", bound=BaseModel)

_TABLES = ("desk", "marketplaces", "rights", "offenders", "strikes", "lumen")
_BUILT_IN = frozenset(site.key for site in SITES)
_MARKETPLACE_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_RIGHT_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskFile:
    """What the file holds, in its order. Marketplaces and rights may be empty: the desk then says what is missing."""

    marketplaces: tuple[MarketplaceTable, ...]
    rights: tuple[Right, ...]
    policy: Policy
    admin_channel: str = ""
    cases_channel: str = ""
    contact: str = ""
    organisation: str = ""
    lumen: LumenTable | None = None


def load_marketplaces(path: Path, secrets: Mapping[str, str]) -> DeskFile:
    """Read and check the desk file. `secrets` is the environment, where `token_env` and `push_secret_env` are found.

    Raises:
        Misconfigured: one sentence naming the file, the table and the key; never with a secret in it.
    """
    content = _toml(path)
    for table in content:
        if table not in _TABLES:
            _refuse(f"{path} [{table}]", f"is not a table this desk knows{_meant(table, _TABLES)}")
    tables = _tables(path, content, "marketplaces")
    marketplaces = tuple(_marketplace(path, key, table, secrets) for key, table in tables)
    _one_marketplace_a_host(path, marketplaces)
    own = _single(path, content, "desk", DeskTable)
    _contact_where_pages_are_opened(path, marketplaces, own)
    _one_promise_an_account(path, marketplaces)
    rights = tuple(_right(path, key, table) for key, table in _tables(path, content, "rights"))
    return DeskFile(
        marketplaces=marketplaces,
        rights=_one_right_a_key(path, rights),
        policy=_policy(path, content),
        admin_channel=own.admin_channel or "",
        cases_channel=own.cases_channel or "",
        contact=own.contact or "",
        organisation=own.organisation or "",
        lumen=_lumen(path, content, {one.key for one in marketplaces}, secrets) if "lumen" in content else None,
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        words = f"MARKETPLACES_FILE {path} cannot be read: {wrong.strerror or 'it is not there'}."
    except UnicodeDecodeError:
        words = f"MARKETPLACES_FILE {path} is not UTF-8 text."
    except (ValueError, RecursionError) as wrong:  # not TOML, a number of thousands of digits, or nested too deeply
        words = f"MARKETPLACES_FILE {path} is not valid TOML: {wrong}."
    raise Misconfigured(words)


def _tables(path: Path, content: Mapping[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = content.get(kind, {})
    if not isinstance(tables, dict):
        raise Misconfigured(f"{path} {kind} must be tables such as [{kind}.acme].")
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise Misconfigured(f"{path} [{kind}] {key} must be a table of its own, [{kind}.NAME].")
        yield key, table


def _marketplace(path: Path, key: str, table: dict[str, Any], secrets: Mapping[str, str]) -> MarketplaceTable:
    where = f"{path} [marketplaces.{key}]"
    if not _MARKETPLACE_KEY.fullmatch(key):
        _refuse(where, "must be named with up to 40 small letters, digits, - and _, such as [marketplaces.acme]")
    if "adapter" not in table:
        _refuse(where, f"adapter is missing; known: {', '.join(MARKETPLACES)}")
    adapter = MARKETPLACES.get(table["adapter"]) if isinstance(table["adapter"], str) else None
    if adapter is None:
        _refuse(where, f"adapter must be one of {', '.join(MARKETPLACES)}")
    checked = _with_secrets(where, adapter.table, table, secrets, key=key)
    if not (checked.hosts or checked.any_address or key in _BUILT_IN):
        _refuse(where, f"hosts is missing: addresses are built in for tables named {', '.join(sorted(_BUILT_IN))} only")
    if checked.look_again and not (checked.hosts or key in _BUILT_IN):
        _refuse(where, "look_again needs hosts: only pages of the marketplace's own are opened")
    return checked


def _with_secrets(
    where: str, model: type[Table], table: dict[str, Any], secrets: Mapping[str, str], **given: Any
) -> Table:
    """A table whose `…_env` fields name its secrets, with the secrets looked up."""
    fields = model.model_fields
    named = [name.removesuffix("_env") for name in fields if name.endswith("_env")]
    _refuse_unknown(where, table, set(fields) - {*given, *named})
    looked_up: dict[str, Any] = dict(given)
    for setting in named:
        name = table.get(f"{setting}_env")
        if isinstance(name, str) and name.strip():
            looked_up[setting] = _secret(where, f"{setting}_env", name.strip(), secrets)
        elif fields[setting].is_required():
            words = f"{setting}_env is missing: give the name of the environment variable that holds the"
            _refuse(where, f"{words} {setting.replace('_', ' ')}")
    return _checked(where, model, {**table, **looked_up})


def _lumen(path: Path, content: Mapping[str, Any], marketplaces: set[str], secrets: Mapping[str, str]) -> LumenTable:
    where, table = f"{path} [lumen]", content["lumen"]
    if not isinstance(table, dict):
        raise Misconfigured(f"{path} lumen must be a table, [lumen].")
    checked = _with_secrets(where, LumenTable, table, secrets)
    for key in sorted(checked.marketplaces - marketplaces):
        _refuse(where, f"marketplaces holds {key!r}, for which there is no [marketplaces.{key}]")
    return checked


def _secret(where: str, key: str, name: str, secrets: Mapping[str, str]) -> SecretStr:
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,63}", name):
        # It may be a token pasted here by mistake, so it is not repeated.
        _refuse(where, f"{key} must be the name of an environment variable in capitals, such as ACME_TOKEN")
    value = secrets.get(name, "").strip()
    if not value:
        _refuse(where, f"{key} names {name}, which is not set: set {name} in the environment or in .env")
    if not value.isascii() or not value.isprintable() or " " in value:
        _refuse(where, f"{key} names {name}, whose value must be one word of plain characters; copy it again")
    return SecretStr(value)


def _right(path: Path, key: str, table: dict[str, Any]) -> Right:
    where = f"{path} [rights.{key}]"
    if not _RIGHT_KEY.fullmatch(key):
        _refuse(where, "must be named with up to 40 letters, digits, - and _, such as [rights.ACME-EU]")
    _refuse_unknown(where, table, set(RightTable.model_fields))
    checked = _checked(where, RightTable, table)
    return Right(key=key, **{name: getattr(checked, name) for name in RightTable.model_fields})


def _single(path: Path, content: Mapping[str, Any], name: str, model: type[Table]) -> Table:
    """A table that there is once; empty when it is not there."""
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise Misconfigured(f"{path} {name} must be a table, [{name}].")
    where = f"{path} [{name}]"
    _refuse_unknown(where, table, set(model.model_fields))
    return _checked(where, model, table)


def _policy(path: Path, content: Mapping[str, Any]) -> Policy:
    checked = _single(path, content, "offenders", OffendersTable)
    return Policy(
        window_days=checked.window_days,
        half_life_days=checked.half_life_days,
        threshold=checked.threshold,
        hub_limit=checked.hub_limit,
        alerts_channel=checked.alerts_channel or "",
        gravity=checked.gravity,
        strikes={key: _strikes(path, key, rule) for key, rule in _tables(path, content, "strikes")},
    )


def _strikes(path: Path, key: str, table: dict[str, Any]) -> Strikes:
    where = f"{path} [strikes.{key}]"
    _refuse_unknown(where, table, set(StrikesTable.model_fields))
    checked = _checked(where, StrikesTable, table)
    return Strikes(marketplace=key, **{name: getattr(checked, name) for name in StrikesTable.model_fields})


def _refuse_unknown(where: str, table: Mapping[str, Any], known: set[str]) -> None:
    for name in table:
        if name not in known:
            _refuse(where, f"{name} is not a key this desk knows{_meant(name, sorted(known))}")


def _checked(where: str, model: type[Table], values: Mapping[str, Any]) -> Table:
    try:
        return model.model_validate(values)
    except ValidationError as wrong:
        words = _words(wrong)
    raise Misconfigured(f"{where} {words}.")


def _words(wrong: ValidationError) -> str:
    """What is wrong with the first wrong key, led by its name."""
    first = wrong.errors(include_input=False, include_url=False)[0]
    name = f"{first['loc'][0]} " if first["loc"] else ""
    if first["type"] == "missing":
        return f"{name}is missing"
    if first["type"] == "value_error":
        return f"{name}{first['ctx']['error']}"
    return name + first["msg"].replace("Input should be", "must be")


def _one_marketplace_a_host(path: Path, marketplaces: tuple[MarketplaceTable, ...]) -> None:
    """An address must belong to one marketplace, and a marketplace has the subdomains of its hosts too."""
    taken = [(host, one.key) for one in marketplaces for host in one.hosts]
    for host, key in taken:
        for other, other_key in taken:
            if key != other_key and f".{host}".endswith(f".{other}"):
                _refuse(
                    f"{path} [marketplaces.{key}]",
                    f"hosts holds {host}, which belongs to [marketplaces.{other_key}]; "
                    "a host, with its subdomains, belongs to one marketplace",
                )


def _contact_where_pages_are_opened(path: Path, marketplaces: tuple[MarketplaceTable, ...], own: DeskTable) -> None:
    """Whoever opens a marketplace's pages by machine says who they are."""
    looks = next((one for one in marketplaces if one.look_again), None)
    if looks is not None and own.contact is None:
        _refuse(
            f"{path} [marketplaces.{looks.key}]",
            "look_again needs contact in [desk], an e-mail address that goes with every request",
        )


def _one_promise_an_account(path: Path, marketplaces: tuple[MarketplaceTable, ...]) -> None:
    """Marketplaces that share an account are counted together, so they ask for the same."""
    seen: dict[str, MarketplaceTable] = {}
    for one in marketplaces:
        if one.good_faith is None or not one.good_faith.account:
            continue
        other = seen.setdefault(one.good_faith.account, one)
        if other.good_faith != one.good_faith:
            _refuse(
                f"{path} [marketplaces.{one.key}]",
                f"good_faith names the account {one.good_faith.account!r} as [marketplaces.{other.key}] does, "
                "and asks for something else; write the same in both",
            )


def refuse_short_retention(marketplaces: Iterable[MarketplaceTable], days: int) -> None:
    """Raises: Misconfigured: notices are archived, and no longer counted, while a marketplace still counts them."""
    for one in marketplaces:
        if one.good_faith is not None and days < (needed := one.good_faith.days):
            raise Misconfigured(
                f"RETENTION_DAYS is {days}, but good_faith of [marketplaces.{one.key}] looks {needed} days back, "
                f"and archived notices are not counted: set RETENTION_DAYS to {needed} or more."
            )


def _one_right_a_key(path: Path, rights: tuple[Right, ...]) -> tuple[Right, ...]:
    seen: dict[str, str] = {}
    for right in rights:
        other = seen.setdefault(right.key.casefold(), right.key)
        if other != right.key:
            _refuse(f"{path} [rights.{right.key}]", f"differs from [rights.{other}] in capitals only")
    return rights


def _meant(word: str, known: tuple[str, ...] | list[str]) -> str:
    close = difflib.get_close_matches(word.casefold(), known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"


def _refuse(where: str, words: str) -> NoReturn:
    raise Misconfigured(f"{where} {words}" if words.endswith((".", "?")) else f"{where} {words}.")
