"""`python -m bot copy-store`, `export` and `import`. None of them needs Slack."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tqdm import tqdm

from bot.errors import Misconfigured, StoreUnavailable
from bot.model import utc_now
from bot.moving import lines
from bot.moving.chains import Chains
from bot.moving.copying import Seen, Taking
from bot.moving.exporting import Unpacking, export, records
from bot.moving.files import carry
from bot.moving.places import Source, is_tiny, named, readable, stopped_source, target
from bot.observe import configure_logs
from bot.shelves import Shelves
from bot.shelves.opening import shelves_for
from bot.stores.disk import PRIVATE
from config.settings import database_url, environment

DONE = 0
BROKEN = 1
_PIPE = "-"


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    copies = verbs.add_parser("copy-store", help="copy a stopped desk from one store into another, and check it")
    copies.add_argument("source", metavar="FROM", help="an address such as tinydb:///data/notices.json")
    copies.add_argument("target", metavar="TO", help="an address such as postgresql://user:password@host/desk")
    copies.set_defaults(run=copy)
    writes = verbs.add_parser("export", help="write all that the store holds as JSON Lines, also while the desk runs")
    writes.add_argument("file", metavar="FILE", help="a new file, or - for standard output")
    writes.add_argument("--without-files", action="store_true", help="no evidence and no dossiers")
    writes.set_defaults(run=export_to)
    reads = verbs.add_parser("import", help="take an export into an empty store")
    reads.add_argument("file", metavar="FILE", help="what `export` wrote, or - for standard input")
    reads.set_defaults(run=import_from)


def copy(arguments: argparse.Namespace) -> int:
    configure_logs("CRITICAL", "console")
    if arguments.source == arguments.target:
        raise Misconfigured("Both addresses are the same.")
    return asyncio.run(_copy(arguments.source, arguments.target))


def export_to(arguments: argparse.Namespace) -> int:
    configure_logs("CRITICAL", "console")
    with _written(arguments.file) as out:
        return asyncio.run(_export(out, files=not arguments.without_files))


def import_from(arguments: argparse.Namespace) -> int:
    configure_logs("CRITICAL", "console")
    if arguments.file == _PIPE:
        return asyncio.run(_import(sys.stdin.buffer, "standard input", 0))
    try:
        with Path(arguments.file).open("rb") as file:
            count = lines.check(file)  # before anything of it is taken in
            file.seek(0)
            return asyncio.run(_import(file, arguments.file, count))
    except OSError as error:
        raise Misconfigured(f"{arguments.file} cannot be read: {error.strerror}.") from None


async def _copy(source_url: str, target_url: str) -> int:
    async with stopped_source(source_url, utc_now) as source, target(target_url, utc_now) as into:
        taking = Taking(into=into, source=named(source_url), clock=utc_now)
        there = await taking.begin()
        total = await source.size() + 1
        if there:
            _say(f"Going on after {there:,} records.")
        with _bar("copying", total) as seen:
            await taking.all(source.everything(), seen)
        with _bar("files", None) as seen:
            carried = await carry(_shelves(source, source_url), _shelves(into, target_url), seen)
        chains = await _checked(taking, total)
    _say(f"Copied {_counts(taking)}, {carried.evidence:,} files of evidence and {carried.dossiers:,} dossiers.")
    return _told(chains, carried.damaged)


async def _export(out: IO[bytes], *, files: bool) -> int:
    url = database_url(environment())
    async with readable(url, utc_now) as source:
        shelves = _shelves(source, url) if files else None
        with _bar("exporting", await source.size() + 1) as seen:
            damaged = await export(source, shelves, lines.Writer(out, utc_now()), seen)
    return _told(None, damaged)


async def _import(file: IO[bytes], name: str, count: int) -> int:
    url = database_url(environment())
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        async with target(url, utc_now) as into:
            taking = Taking(into=into, source=name, clock=utc_now)
            await taking.begin()
            files = Unpacking(_shelves(into, url), Path(folder))
            with _bar("importing", count or None) as seen:
                await taking.all(records(lines.read(file), files), seen)
            chains = await _checked(taking, taking.count)
    _say(f"Imported {_counts(taking)}.")
    return _told(chains, ())


async def _checked(taking: Taking, total: int) -> Chains:
    with _bar("checking", total) as seen:
        chains = await taking.check(seen)
    await taking.end()
    return chains


def _told(chains: Chains | None, damaged: tuple[str, ...]) -> int:
    """What is well, and what was broken before."""
    if chains is not None:
        _say(f"Read back and compared: all is the same. Followed {chains.followed:,} chains.")
    for fault in chains.faults if chains else ():
        _say(f"Broken, as it was before: {str(fault).rstrip('.')}.")
    for one in damaged:
        _say(f"Left out, as it was damaged before: {one}")
    return BROKEN if damaged or (chains is not None and chains.faults) else DONE


def _counts(taking: Taking) -> str:
    found = sorted(taking.sum.counts.items())
    return ", ".join(f"{count:,} {kind}" for kind, count in found) or "an empty store"


def _say(words: str) -> None:
    print(words, file=sys.stderr)


@contextlib.contextmanager
def _bar(what: str, total: int | None) -> Iterator[Seen]:
    """A progress bar where somebody watches; nothing where the output goes to a file."""
    with tqdm(desc=what, total=total, unit=" records", file=sys.stderr, disable=None, leave=False) as bar:
        yield bar.update


@contextlib.contextmanager
def _written(name: str) -> Iterator[IO[bytes]]:
    """A new file that is whole or not there, for nobody else to read. Raises: Misconfigured: it cannot be made."""
    if name == _PIPE:
        yield sys.stdout.buffer
        return
    path = Path(name)
    if path.exists():
        raise Misconfigured(f"{path} is there already: name a new file.")
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _shelves(store: Source, url: str) -> Shelves:
    named_folder = environment().get("EVIDENCE_FOLDER", "").strip()
    folder = Path(named_folder).expanduser() if named_folder and not is_tiny(url) else None
    return shelves_for(store, url, folder, utc_now)
