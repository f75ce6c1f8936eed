"""Moving the files that are no records: what is there already is not carried twice, and what arrived is read back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import StoreUnavailable
from bot.moving.copying import Seen
from bot.shelves import Shelves


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """How much there is now. `damaged` are files (by what is said of them) that could not be read where they were."""

    evidence: int
    dossiers: int
    damaged: tuple[str, ...] = ()


async def carry(source: Shelves, target: Shelves, seen: Seen) -> Carried:
    """Copy evidence and dossiers. Safe to repeat: that goes on where it was cut short.

    Raises:
        StoreUnavailable: the target does not take them, or gives back something else.
    """
    damaged: list[str] = []
    there = {one.sha256 for one in await target.evidence.shelved()}
    evidence = await source.evidence.shelved()
    for file in evidence:
        if file.sha256 not in there:
            try:
                content = await source.evidence.read(file.sha256)
            except StoreUnavailable as bad:
                damaged.append(str(bad))
                continue
            await target.evidence.put_back(file, content)
            if await target.evidence.read(file.sha256) != content:
                raise StoreUnavailable(f"The evidence {file.sha256} did not arrive as it was.")
        seen(1)
    dossiers = await _dossiers(source, target, seen)
    return Carried(evidence=len(evidence) - len(damaged), dossiers=len(dossiers), damaged=tuple(damaged))


async def _dossiers(source: Shelves, target: Shelves, seen: Seen) -> Sequence[str]:
    names, there = await source.dossiers.names(), set(await target.dossiers.names())
    for name in names:
        async with source.dossiers.lent(name) as original:
            if name not in there:
                await target.dossiers.keep(original)
            async with target.dossiers.lent(name) as copy:
                if await asyncio.to_thread(_digest, original) != await asyncio.to_thread(_digest, copy):
                    raise StoreUnavailable(f"The dossier {name} is another one in the target, or did not arrive whole.")
        seen(1)
    return names


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
