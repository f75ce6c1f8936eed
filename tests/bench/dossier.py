"""A dossier of the largest offender we can think of: what it takes, and how much memory the process that makes it.

`python -m tests.bench.dossier` in a process of its own, so that no other child is counted; prints a line of JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import resource
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot import custody
from bot.desk.steps import step, told
from bot.dossiers import bind, keys, verify
from bot.model import PROFILES, Actor, Event, Evidence, Identity, Material, Notice, Point, Status
from tests import make
from tests.bot.dossiers import made

NOTICES, IDENTITIES, FILES, FILE_BYTES = 1_000, 8, 200, 1_000_000
_STATEMENT = "The label, the seams and the certificate are not ours; ask jane@mail.example. " * 12


def largest(evidence: Path) -> Material:
    """1,000 notices of five events each, 8 identities, 200 pictures of a megabyte; most is withheld."""
    files = list(_pictures(evidence))
    histories = [
        _history(number, files[number * FILES // NOTICES : (number + 1) * FILES // NOTICES])
        for number in range(NOTICES)
    ]
    ids = [f"S-{number}" for number in range(1, IDENTITIES + 1)]
    identities = tuple(
        Identity(
            key=f"acme:{one}", marketplace="acme", seller_id=one, names=(f"Shop {one}",), upheld=99, upheld_in_all=125
        )
        for one in ids
    )
    links = tuple(make.link("acme:S-1", f"acme:{one}") for one in ids[1:])
    return replace(
        made.material(),
        referral=made.referral(shows=PROFILES["standard"], sellers=tuple(f"acme:{one}" for one in ids)),
        offender=made.offender(identities=identities),
        links=links,
        identifiers=tuple(make.identifier(f"acme:{one}", f"+4930123{number:04}") for number, one in enumerate(ids)),
        notices=tuple(notice for notice, _ in histories),
        events={notice.id: events for notice, events in histories},
        purchases=tuple(made.purchase(id=f"TP-{number}", order_id=f"ORD-{number:06}") for number in range(1, 21)),
        series=tuple(Point(label=f"month {number}", filed=80, removed=75) for number in range(12)),
        names={f"U{number:03}PERSON": f"Person{number:03} Surname" for number in range(20)},
    )


def _history(number: int, files: list[Evidence]) -> tuple[Notice, tuple[Event, ...]]:
    by = Actor(user_id=f"U{number % 20:03}PERSON", team_id="T1")
    at = make.NOW - timedelta(days=number % 300)
    first = make.notice(
        f"TD-{number + 1}",
        at=at,
        submitter=by,
        seller=make.seller(f"S-{number % IDENTITIES + 1}"),
        statement=f"{_STATEMENT} No. {number}.",
        declaration=make.declaration(signature=f"Person{number % 20:03} Surname", affirmed_by=by.user_id),
    )
    notice, said = told(first, at=at, actor=by, kind="filed", words="Filed.", where="/takedown in C1")
    events = [said]
    for file in files:
        notice, records = step(
            notice,
            at=at,
            actor=by,
            kind="evidence",
            words="Evidence kept.",
            raw={"sha256": file.sha256},
            evidence=(*notice.evidence, file),
        )
        events += [one for one in records if isinstance(one, Event)]
    for status in (Status.SENDING, Status.SUBMITTED, Status.IN_REVIEW, Status.REMOVED):
        at += timedelta(hours=7)
        raw = {
            "id": notice.reference,
            "status": status.value,
            "history": [{"by": "agent@acme.example", "n": n} for n in range(8)],
        }
        notice, records = step(
            notice,
            at=at,
            actor=Actor(user_id="acme"),
            kind="decision",
            words=f"Acme says {status.words}.",
            raw=raw,
            status=status,
        )
        events += [one for one in records if isinstance(one, Event)]
    assert notice.head == custody.digest(events[-1])
    return replace(notice, removed_at=at, decided_at=at), tuple(events)


def _pictures(evidence: Path) -> Iterator[Evidence]:
    chance = random.Random(1)
    for number in range(FILES):
        pixels = chance.randbytes(FILE_BYTES)
        head = made.PICTURE[:33]
        content = head + b"".join(_chunk(name, body) for name, body in ((b"IDAT", pixels), (b"IEND", b"")))
        yield made.kept(evidence, content, f"photo {number}.png")


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        material = largest(root / "evidence")
        keys.make(root / "key.pem")
        started = time.perf_counter()
        built = asyncio.run(bind(material, into=root / "out", evidence=root / "evidence", key=root / "key.pem"))
        took = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        peak, busy = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
        started = time.perf_counter()
        verdict = verify.check(verify.Archive(str(root / "out" / built.name)))
        checked = time.perf_counter() - started
        assert verdict.faults == [], verdict.faults[:3]
        assert (verdict.chains, verdict.lines) == (NOTICES + 1, NOTICES * 5 + 2)
        measured = {
            "seconds": took,
            "mb": peak,
            "cpu": busy,
            "verify": checked,
            "least": _least(root),
            "size": built.size,
        }
        sys.stdout.write(json.dumps(measured) + "\n")


def _least(root: Path) -> float:
    """Seconds for the pictures alone in a ZIP, hashed and on the medium: no dossier of them can take less."""
    started = time.perf_counter()
    with zipfile.ZipFile(root / "bare.zip", "w") as archive:
        for file in sorted((root / "evidence").glob("*/*")):
            content = file.read_bytes()
            hashlib.sha256(content)
            archive.writestr(file.name, content)
    with (root / "bare.zip").open("rb+") as written:
        os.fsync(written.fileno())
        hashlib.file_digest(written, "sha256")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
