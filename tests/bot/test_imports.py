"""Imports point one way; each outside library is met in a few files."""

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A module may import from its own row and the rows above it.
ROWS = [
    {"bot.errors", "bot.model"},
    {"bot.listings", "bot.sites", "bot.grammar", "bot.declarations", "bot.statements", "bot.retries"}
    | {"bot.offenders", "bot.schedules", "bot.digests", "bot.deadlines", "bot.file_kinds", "bot.accuracy"}
    | {"bot.territories", "bot.rights", "bot.zips", "bot.custody", "bot.agencies", "bot.wiping", "bot.currencies"},
    {
        "bot.blocks",
        "bot.exports",
        "bot.workbooks",
        "bot.stores",
        "bot.marketplaces",
        "bot.observe",
        "bot.vault",
        "config",
    }
    | {
        "bot.dossiers",
        "bot.slack",
        "bot.memory",
        "bot.downloads",
        "bot.uploads",
        "bot.evidence",
        "bot.sheets",
        "bot.looking",
        "bot.shelves",
        "bot.completeness",
    },
    {"bot.desk"},
    {"bot.outbox", "bot.holding", "bot.carriers", "handlers"},
    {"bot.web", "bot.bell", "bot.connection"},
    {"bot.app", "bot.doctor", "bot.doctor_of_referrals", "bot.findings", "bot.stopped", "bot.verifying", "bot.moving"}
    | {"bot.partitions"},
    {"bot.cli", "bot.sandbox", "bot.__main__"},
]
MET_IN = {
    "slack_bolt": {"handlers", "bot.app", "bot.connection", "bot.web"},
    "slack_sdk": {"bot.slack", "bot.app", "bot.web"},
    # Looking opens addresses that people pasted, under guards that a marketplace's own API needs none of.
    "httpx": {"bot.marketplaces.http", "bot.looking.fetching", "bot.app", "bot.doctor"} | {"bot.dossiers.timestamps"},
    "tinydb": {"bot.stores"},
    "sqlalchemy": {"bot.stores.sql", "bot.stores.migrations"},
    "asyncpg": {"bot.stores.sql"},
    "alembic": {"bot.stores.migrations"},
    "apscheduler": {"bot.bell", "bot.schedules"},
    "holidays": {"bot.schedules"},
    "cron_descriptor": {"bot.schedules"},
    "phonenumbers": {"bot.offenders", "bot.dossiers"},
    "pycountry": {"bot.territories", "bot.currencies"},
    "openpyxl": {"bot.workbooks", "bot.sheets.workbooks"},
    "charset_normalizer": {"bot.sheets.separated"},
    "slackblocks": {"bot.blocks"},
    "cryptography": {"bot.vault", "bot.dossiers"},
    "rfc3161_client": {"bot.dossiers.timestamps"},
    "pypdf": {"bot.dossiers.papers"},
    "aiosmtplib": {"bot.marketplaces"},
    "typst": {"bot.dossiers.pdf"},
    "fontTools": {"bot.dossiers.lettering"},
    "PIL": {"bot.dossiers.thumbnails"},
    "puremagic": {"bot.file_kinds"},
    "tqdm": {"bot.moving"},
    "aiohttp": {"bot.downloads", "bot.uploads", "bot.slack", "bot.app"},
    "orjson": {"bot", "config"},
    "prometheus_client": {"bot.observe", "bot.web"},
}


@functools.cache
def modules() -> list[str]:
    files = [file for part in ("bot", "handlers", "config") for file in (ROOT / part).rglob("*.py")]
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files)
    return sorted(names)


@functools.cache
def imported(module: str) -> set[str]:
    path = ROOT / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def row(module: str) -> int | None:
    for number, names in enumerate(ROWS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return number
    return None


@pytest.mark.parametrize("module", [name for name in modules() if name != "bot"])
def test_a_module_imports_only_from_below(module: str) -> None:
    own = row(module)
    assert own is not None, f"{module} has no place in the house yet"
    above = {name for name in imported(module) if (found := row(name)) is not None and found > own}
    assert not above


@pytest.mark.parametrize("library", MET_IN)
def test_a_library_is_met_in_few_files(library: str) -> None:
    users = {name for name in modules() if any(one.split(".")[0] == library for one in imported(name))}
    strangers = {
        name
        for name in users
        if not any(name == place or name.startswith(f"{place}.") for place in MET_IN[library])
        and not name.startswith("bot.sandbox")
    }
    assert not strangers


def test_only_the_command_line_imports_the_sandbox() -> None:
    users = {name for name in modules() if any(one.startswith("bot.sandbox") for one in imported(name))}
    assert {name for name in users if not name.startswith("bot.sandbox")} <= {"bot.cli"}
