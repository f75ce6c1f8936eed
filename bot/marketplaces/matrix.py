"""What each adapter can do, as a table and with an example of its settings: generated, so that it is true."""

from __future__ import annotations

import inspect
import tomllib

from pydantic import BaseModel

from bot.looking.telling import VERIFIED_GONE
from bot.marketplaces import Capabilities, Marketplace
from bot.marketplaces.adapters import Adapter, Opening
from bot.marketplaces.http import new_client
from bot.marketplaces.lumen import EXAMPLE
from bot.marketplaces.oauth import Tokens
from bot.marketplaces.opening import MARKETPLACES
from bot.model import Violation, utc_now
from config.desk_tables import LumenTable

_HEADS = (
    "adapter",
    "in one call",
    "statement",
    "asked how it stands",
    "found after a lost reply",
    "taken back",
    "sellers answered",
    "addresses",
    "not taken",
)


def matrix() -> str:
    """The support matrix as a Markdown table, an adapter a row."""
    rows = [_row(key, opened_example(key).capabilities) for key in MARKETPLACES]
    lines = [_HEADS, tuple("---" for _ in _HEADS), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page() -> str:
    """`docs/marketplaces.md`: the matrix, and each adapter with its settings."""
    sections = [_section(key, adapter) for key, adapter in MARKETPLACES.items()]
    archive = _told("Archive: `[lumen]`", LumenTable, EXAMPLE)
    return "\n\n".join([_INTRODUCTION, matrix(), _GOOD_FAITH, *sections, archive, _TERRITORY, VERIFIED_GONE]) + "\n"


def written(adapter: str) -> str:
    """The example of an adapter as it stands in a desk file."""
    example = MARKETPLACES[adapter].example.strip()
    return example if example.startswith("[marketplaces.") else f"[marketplaces.{adapter}]\n{example}"


def opened_example(name: str) -> Marketplace:
    """The marketplace that an adapter's example describes, with secrets that are none."""
    adapter = MARKETPLACES[name]
    ((key, table),) = tomllib.loads(written(name))["marketplaces"].items()
    named = [name.removesuffix("_env") for name in adapter.table.model_fields if name.endswith("_env")]
    secrets = {name: "not-a-secret" for name in named if f"{name}_env" in table}
    return adapter.opened(
        adapter.table.model_validate({"key": key, **table, **secrets}),
        Opening(client=new_client(), clock=utc_now, vault=lambda secret: _NoVault()),
    )


class _NoVault:
    async def load(self, name: str) -> Tokens | None:
        return None

    async def save(self, name: str, tokens: Tokens) -> None:
        raise NotImplementedError("an example calls nobody")


def _row(key: str, can: Capabilities) -> tuple[str, ...]:
    missing = sorted(set(Violation) - can.violations)
    return (
        f"`{key}`",
        str(can.batch_size),
        f"{can.statement_limit:,}",
        "by hand" if can.by_hand else f"every {can.poll_seconds:g} s at first" if can.polls else "no",
        "yes" if can.read_back else "no",
        "yes" if can.withdraw else "no",
        "yes" if can.answers else "no",
        "of any host, or of its `hosts`" if can.any_address else "of its hosts",
        ", ".join(missing) or "–",
    )


def _section(key: str, adapter: Adapter) -> str:
    return _told(f"`{key}`", adapter.table, written(key))


def _told(title: str, table: type[BaseModel], example: str) -> str:
    told = inspect.cleandoc(table.__doc__ or "")
    return f"## {title}\n\n{told}\n\n```toml\n{example.strip()}\n```"


_INTRODUCTION = """# Marketplaces

This page is written by `python -m bot marketplaces`; a test holds it against the code.
[adding-a-marketplace.md](adding-a-marketplace.md) says how to add one."""

_TERRITORY = """## Where they sell: `territory`

A notice needs a right that holds where the marketplace sells. `territory = ["DE", "AT"]` in any marketplace's table
says where that is: ISO 3166 codes, or `EU`. Without it the country of a listing's address counts, for the
marketplaces whose addresses are built in (amazon.de, ebay.co.uk, taobao.com); where neither tells, nothing is
checked. More in [admin.md](admin.md#rights)."""

_GOOD_FAITH = """## What they ask of our own accuracy: `good_faith`

Every marketplace's table may hold it. Where a programme for trusted complainants ends below some share upheld, the
preview says where we stand before *File* is pressed, and how many rejections are left.

```toml
good_faith = { upheld = 90, reinstated = 5, days = 90, account = "Alibaba IPP", name = "the good-faith mechanism" }
```

`upheld` is the least share in percent, and the only one that has to be said. `reinstated` is the most that may come
back; `days`, how far back they look (90); `name`, what people call the programme. Marketplaces with one `account` are
counted together, and then must ask for the same.

Counted are the decisions of those days (UTC), each notice by what stands now: *upheld* are the removed and the gone,
and what was only listed anew; *rejected* the rejected; *reinstated* what came back by a counter-notice or because the
removal was a mistake. Open notices, duplicates and withdrawn ones are in no share, nor is what came back for a reason
nobody named. Every share is of all three together. Archived notices are not counted: the desk
does not start when `RETENTION_DAYS` is less than `days`."""
