"""What every shelf promises, in folders and in the tables of a database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.dossiers import keys
from bot.errors import Invalid, StoreUnavailable
from bot.evidence import BYTES_A_FILE, EvidenceFolder, Shelved
from bot.model import utc_now
from bot.shelves import Shelves
from bot.shelves.folders import DossierFolder
from bot.shelves.making import make
from bot.shelves.tables import DossierTable, EvidenceTable
from tests.bot.dossiers import made
from tests.contracts.backends import BACKENDS

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
LARGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12_000
DAY = timedelta(days=1)


@pytest.fixture(params=["folder", "shared folder", "sqlite", "postgresql"])
async def shelves(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shelves]:
    if "folder" in request.param:
        evidence = EvidenceFolder(tmp_path / "evidence", shared="shared" in request.param)
        yield Shelves(evidence=evidence, dossiers=DossierFolder(tmp_path / "dossiers"))
        return
    store = await BACKENDS[request.param](tmp_path)()
    assert store.files is not None
    where = tmp_path / "scratch"
    evidence_table, dossiers = EvidenceTable(store.files, utc_now, where), DossierTable(store.files, utc_now, where)
    yield Shelves(evidence=evidence_table, dossiers=dossiers)
    assert not list(where.glob("*")), "nothing that was laid out stays"
    await store.close()


async def test_evidence_is_read_as_it_was_added_and_is_one_file_however_often(shelves: Shelves) -> None:
    stored = await shelves.evidence.add(LARGE, "label.png")
    assert await shelves.evidence.add(LARGE, "other.png") != stored, "but for its name"
    assert await shelves.evidence.read(stored.sha256) == LARGE
    (file,) = await shelves.evidence.shelved()
    assert (file.sha256, file.size, file.extension) == (stored.sha256, len(LARGE), "png")


async def test_what_is_not_evidence_is_refused(shelves: Shelves) -> None:
    for content in (b"", PNG + bytes(BYTES_A_FILE), b"MZ\x90\x00" + bytes(60)):
        with pytest.raises(Invalid):
            await shelves.evidence.add(content, "label.png")
    assert await shelves.evidence.shelved() == ()


@pytest.mark.parametrize("sha256", ["ab" * 32, "", "../../etc/passwd", "%"])
async def test_what_is_missing_is_said_to_be(shelves: Shelves, sha256: str) -> None:
    await shelves.evidence.add(PNG, "label.png")
    with pytest.raises(StoreUnavailable):
        await shelves.evidence.read(sha256)
    assert await shelves.evidence.remove(sha256) is False


async def test_what_was_removed_is_gone_but_not_what_was_added_since(shelves: Shelves) -> None:
    stored = await shelves.evidence.add(PNG, "label.png")
    (before,) = await shelves.evidence.shelved()
    assert await shelves.evidence.remove(stored.sha256, since=before.since - DAY) is False
    await asyncio.sleep(0.02)
    await shelves.evidence.add(PNG, "label.png")
    assert await shelves.evidence.remove(stored.sha256, since=before.since) is False
    assert await shelves.evidence.remove(stored.sha256) is True
    assert await shelves.evidence.shelved() == ()
    assert await shelves.evidence.remove(stored.sha256) is False


async def test_a_file_is_put_back_as_old_as_it_was(shelves: Shelves) -> None:
    stored = await shelves.evidence.add(PNG, "label.png")
    (file,) = await shelves.evidence.shelved()
    old = Shelved(sha256=file.sha256, size=file.size, since=file.since - 400 * DAY, extension=file.extension)
    await shelves.evidence.put_back(old, PNG)
    (after,) = await shelves.evidence.shelved()
    assert abs(after.since - old.since) < timedelta(milliseconds=1)
    assert await shelves.evidence.read(stored.sha256) == PNG


async def test_files_are_laid_out_for_who_reads_them_by_path(shelves: Shelves) -> None:
    stored = await shelves.evidence.add(LARGE, "label.png")
    async with shelves.evidence.laid_out([stored.sha256, "cd" * 32]) as folder:
        (file,) = folder.glob(f"??/{stored.sha256}.*")
        assert file.read_bytes() == LARGE
    await shelves.evidence.sweep()


async def test_a_dossier_is_kept_lent_and_removed(shelves: Shelves) -> None:
    async with shelves.dossiers.making() as folder:
        folder.mkdir(exist_ok=True)
        made = folder / "RF-1-pipcu.zip"
        made.write_bytes(LARGE)
        await shelves.dossiers.keep(made)
    assert await shelves.dossiers.names() == ("RF-1-pipcu.zip",)
    async with shelves.dossiers.lent("RF-1-pipcu.zip") as path:
        assert (path.name, path.read_bytes()) == ("RF-1-pipcu.zip", LARGE)
    async with shelves.dossiers.lent("RF-2-pipcu.zip") as path:
        assert not path.exists()
    for _ in range(2):
        await shelves.without(["RF-1-pipcu.zip", "../RF-1-pipcu.zip"])
        assert await shelves.dossiers.names() == ()


async def test_one_that_is_kept_again_takes_its_place(shelves: Shelves, tmp_path: Path) -> None:
    for content in (LARGE, b"PK"):
        made = tmp_path / "RF-1-pipcu.zip"
        made.write_bytes(content)
        await shelves.dossiers.keep(made)
    async with shelves.dossiers.lent("RF-1-pipcu.zip") as path:
        assert path.read_bytes() == b"PK"


async def test_a_dossier_is_made_of_what_is_shelved_and_kept_there(shelves: Shelves, tmp_path: Path) -> None:
    stored = await shelves.evidence.add(made.PICTURE, "label.png")
    keys.make(tmp_path / "key.pem")
    (tmp_path / "aside").mkdir()
    evidence = [made.kept(tmp_path / "aside", made.PICTURE)]  # as a notice names it
    built = await make(made.material(evidence=evidence), shelves=shelves, key=tmp_path / "key.pem", seconds=90)
    assert await shelves.dossiers.names() == (built.name,)
    async with shelves.dossiers.lent(built.name) as path:
        assert sha256(path.read_bytes()).hexdigest() == built.sha256
        with ZipFile(path) as archive:
            assert archive.read("evidence/AL-001.png") == await shelves.evidence.read(stored.sha256)


async def test_what_a_killed_process_laid_out_is_swept(shelves: Shelves, tmp_path: Path) -> None:
    where = next(iter((tmp_path / "scratch", tmp_path / "dossiers")[isinstance(shelves.dossiers, DossierFolder) :]))
    (where / "left.building").mkdir(parents=True, mode=0o700)
    (where / "left.building" / "material.json").write_text("all of it")
    await shelves.swept()
    assert not (where / "left.building").exists()
