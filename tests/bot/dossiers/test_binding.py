"""Binding a dossier: in a process of its own, whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from rfc3161_client import PKIStatus, decode_timestamp_response

from bot import custody
from bot.dossiers import bind, keys, verify
from bot.dossiers.binding import MATERIAL, UNSIGNED, _Binding, _environment
from bot.dossiers.unfinished import sweep, workplace
from bot.errors import Misconfigured, StoreUnavailable
from bot.model import Built, Material, Status
from tests import make
from tests.bot.dossiers import made
from tests.bot.dossiers.authority import Authority, serving


@dataclass
class Place:
    """Where a dossier is made."""

    folder: Path

    def __post_init__(self) -> None:
        keys.make(self.key)
        self.evidence.mkdir()

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    @property
    def into(self) -> Path:
        return self.folder / "out" / "dossiers"

    def made(self, material: Material, *, tsa_url: str = "", seconds: float = 60.0) -> Built:
        return asyncio.run(
            bind(material, into=self.into, evidence=self.evidence, key=self.key, tsa_url=tsa_url, seconds=seconds)
        )

    def files(self, built: Built) -> dict[str, bytes]:
        with zipfile.ZipFile(self.into / built.name) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_is_told_of_a_dossier_is_what_is_on_disk(place: Place) -> None:
    built = place.made(made.material(evidence=[made.kept(place.evidence, made.PICTURE)]))
    content = (place.into / built.name).read_bytes()
    assert built.name == "RF-1-pipcu-20260303T090000Z.zip"
    assert (built.sha256, built.size) == (hashlib.sha256(content).hexdigest(), len(content))
    files = place.files(built)
    assert built.manifest == hashlib.sha256(files["MANIFEST.sha256"]).hexdigest()
    verdict = verify.check(verify.Archive(str(place.into / built.name)))
    assert (verdict.faults, verdict.key) == ([], built.key)
    assert not built.timestamped
    assert [one.name for one in place.into.iterdir()] == [built.name]
    assert stat.S_IMODE((place.into / built.name).stat().st_mode) & 0o077 == 0


def test_the_same_material_is_the_same_dossier_to_the_last_byte(place: Place) -> None:
    material = made.material(evidence=[made.kept(place.evidence, made.PICTURE)])
    first = place.made(material)
    assert place.made(material) == first


def test_the_files_of_a_dossier(place: Place) -> None:
    evidence = [made.kept(place.evidence, made.PICTURE)]
    files = place.files(place.made(made.material(evidence=evidence)))
    assert list(files) == [
        "custody.jsonl",
        "dossier.json",
        "evidence/AL-001.png",
        "listings.xlsx",
        "misp.json",
        "schemas/dossier-1.json",
        "verify.py",
        "VERIFY.txt",
        "xarf/TD-1.json",
        "xarf/TD-2.json",
        "dossier.pdf",
        "MANIFEST.sha256",
        "MANIFEST.sig",
    ]
    assert files["evidence/AL-001.png"] == made.PICTURE
    assert files["dossier.pdf"].startswith(b"%PDF-")
    assert all(len(line) <= 80 for line in files["VERIFY.txt"].decode().splitlines())


def test_the_key_may_come_from_the_environment_on_one_line(place: Place) -> None:
    pem = place.key.read_text().replace("\n", "\\n")
    built = asyncio.run(bind(made.material(), into=place.into, evidence=place.evidence, key=pem))
    assert built.key == keys.fingerprint(keys.public_bytes(keys.load(place.key)))


def test_without_a_key_nothing_is_made(place: Place) -> None:
    place.key.unlink()
    with pytest.raises(Misconfigured, match="python -m bot keys"):
        place.made(made.material())
    assert not place.into.exists()


def broken() -> Material:
    material = made.material()
    events = list(material.events["TD-1"])
    events[1] = replace(events[1], words="Something else.")
    return replace(material, events={**material.events, "TD-1": tuple(events)})


def test_no_dossier_is_made_of_a_chain_that_does_not_hold(place: Place) -> None:
    with pytest.raises(StoreUnavailable, match=r"custody of TD-1 is broken: line 3 does not follow"):
        place.made(broken())
    assert list(place.into.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": Status.REJECTED}, "line 4 says “removed”, and the notice “rejected”"),
        ({"statement": "Another one."}, "line 1 is about other terms than the notice now has"),
        ({"evidence": (make.evidence(),)}, "no line tells of the evidence"),
    ],
)
def test_no_dossier_is_made_of_a_notice_that_contradicts_its_own_history(
    place: Place, changes: dict[str, Any], words: str
) -> None:
    material = made.material(evidence=[])
    first, *others = material.notices
    forged = replace(first, **changes)
    with pytest.raises(StoreUnavailable, match=f"TD-1 is not what its own history says of it: {words}"):
        place.made(replace(material, notices=(forged, *others)))
    assert list(place.into.iterdir()) == []


def test_a_chain_with_something_erased_is_as_good(place: Place) -> None:
    material = made.material()
    events = tuple(custody.without(one, ["who", "words"]) for one in material.events["TD-1"])
    built = place.made(replace(material, events={**material.events, "TD-1": events}))
    assert verify.check(verify.Archive(str(place.into / built.name))).faults == []


def test_a_dossier_that_takes_too_long_is_given_up_and_leaves_nothing(place: Place) -> None:
    with pytest.raises(StoreUnavailable, match="longer than 0 seconds"):
        place.made(made.material(), seconds=0.05)
    assert list(place.into.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_sentence(place: Place) -> None:
    place.into.parent.mkdir()
    place.into.write_text("a file where a folder should be")
    with pytest.raises(StoreUnavailable, match="cannot be kept in"):
        place.made(made.material())


def test_a_disk_that_is_full_is_a_sentence_and_nothing_is_left(place: Place) -> None:
    """`/dev/full` takes no byte: what is read from it is endless, what is written to it is refused."""
    target = place.folder / "unsigned.zip"
    target.symlink_to("/dev/full")
    from_child = subprocess.run(
        [*_child(), str(_material_in(place, target)), str(place.evidence)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert from_child.returncode == 1
    assert "No space left on device" in from_child.stderr
    assert len(from_child.stderr.strip().splitlines()) == 1


def _child() -> list[str]:
    return [sys.executable, "-m", "bot.dossiers"]


def test_a_cancelled_dossier_leaves_nothing(place: Place) -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(bind(made.material(), into=place.into, evidence=place.evidence, key=place.key))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert list(place.into.iterdir()) == []


_MAKES_ONE = """
import os, sys
from pathlib import Path
from bot.dossiers.unfinished import workplace
with workplace(Path(sys.argv[1])) as folder:
    (folder / "material.json").write_text("{}")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_is_swept_and_what_is_being_made_is_not(place: Place) -> None:
    command = [sys.executable, "-c", _MAKES_ONE, str(place.into)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout is not None
        folder = Path(maker.stdout.readline().strip())
        assert sweep(place.into) == 0
        place.made(made.material())
        assert (folder / "material.json").exists()
        maker.kill()
        maker.wait()
    assert (folder / "material.json").exists()
    assert sweep(place.into) == 1
    assert [one.suffix for one in place.into.iterdir()] == [".zip"]


def test_a_folder_that_a_killed_process_left_is_swept_by_the_next_dossier_at_once(place: Place) -> None:
    left = place.into / "left.building"
    left.mkdir(parents=True)
    (left / "material.json").write_text("{}")
    place.made(made.material())
    assert not left.exists()


def test_what_nothing_is_withheld_of_yet_is_for_nobody_else(place: Place) -> None:
    before = os.umask(0)
    try:
        with workplace(place.into) as folder:
            work = _binding(place, folder)
            work._write_material()
            asyncio.run(work._run(60))
            modes = {one.name: stat.S_IMODE(one.stat().st_mode) & 0o077 for one in [folder, *folder.iterdir()]}
    finally:
        os.umask(before)
    assert modes == {folder.name: 0, MATERIAL: 0, UNSIGNED: 0}


def test_the_process_that_makes_it_is_given_none_of_our_secrets(place: Place) -> None:
    os.environ["SLACK_BOT_TOKEN"] = "xoxb-secret"
    try:
        assert "xoxb-secret" not in repr(_environment(place.folder))
    finally:
        del os.environ["SLACK_BOT_TOKEN"]


def test_the_desk_itself_carries_nothing_heavy_for_dossiers() -> None:
    heavy = ("typst", "openpyxl", "pypdf", "rfc3161_client", "fontTools", "PIL")
    asks = f"import sys, bot.dossiers, bot.dossiers.places; print([n for n in {heavy!r} if n in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "[]"


# --- Timestamps ---


def test_a_timestamp_of_another_party_is_one_that_openssl_verifies(place: Place, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tsa")
    with serving(authority) as url:
        built = place.made(made.material(), tsa_url=url)
    files = place.files(built)
    assert built.timestamped
    assert verify.check(verify.Archive(str(place.into / built.name))).timestamped
    (authority.folder / "MANIFEST.sha256").write_bytes(files["MANIFEST.sha256"])
    (authority.folder / "MANIFEST.tsr").write_bytes(files["MANIFEST.tsr"])
    said = authority.openssl("ts", "-verify", "-in", "MANIFEST.tsr", "-data", "MANIFEST.sha256", "-CAfile", "tsa.pem")
    assert b"Verification: OK" in said
    stamped = decode_timestamp_response(files["MANIFEST.tsr"]).tst_info.message_imprint.message
    assert stamped == hashlib.sha256(files["MANIFEST.sha256"]).digest()


@pytest.mark.parametrize(
    ("says", "status"), [(b"", 200), (b"not a timestamp", 200), (b"busy", 503), (b"x" * 200_000, 200)]
)
def test_an_authority_that_gives_no_timestamp_does_not_stop_a_dossier(
    place: Place, tmp_path: Path, says: bytes, status: int
) -> None:
    with serving(Authority(tmp_path / "tsa", says=says, status=status)) as url:
        built = place.made(made.material(), tsa_url=url)
    assert not built.timestamped
    assert "MANIFEST.tsr" not in place.files(built)
    assert b"\ntimestamp none\n" in place.files(built)["MANIFEST.sig"]


def test_an_authority_that_refuses_does_not_stop_a_dossier(place: Place, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tsa")
    authority.openssl("ts", "-query", "-data", "ts.cnf", "-sha1", "-out", "weak.tsq")
    authority.says = authority.answer((authority.folder / "weak.tsq").read_bytes())
    assert decode_timestamp_response(authority.says).status == PKIStatus.REJECTION
    with serving(authority) as url:
        assert not place.made(made.material(), tsa_url=url).timestamped


def test_nobody_at_the_authority_does_not_stop_a_dossier(place: Place) -> None:
    built = place.made(made.material(), tsa_url="http://127.0.0.1:9/tsr")
    assert not built.timestamped


def test_a_timestamp_of_something_else_is_not_taken(place: Place, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tsa")
    authority.openssl("ts", "-query", "-data", "ts.cnf", "-sha256", "-cert", "-out", "other.tsq")
    authority.says = authority.answer((authority.folder / "other.tsq").read_bytes())
    with serving(authority) as url:
        assert not place.made(made.material(), tsa_url=url).timestamped


def _binding(place: Place, folder: Path) -> _Binding:
    return _Binding(
        material=made.material(),
        into=place.into,
        evidence=place.evidence,
        key=keys.load(place.key),
        tsa_url="",
        folder=folder,
    )


def _material_in(place: Place, target: Path) -> Path:
    """A folder as the child is given it, in which the ZIP goes to `target`."""
    folder = place.folder / "work"
    folder.mkdir()
    _binding(place, folder)._write_material()
    assert (folder / MATERIAL).exists()
    (folder / UNSIGNED).symlink_to(target)
    return folder


def test_what_the_child_reads_is_what_it_was_given(place: Place) -> None:
    folder = _material_in(place, place.folder / "x.zip")
    read = TypeAdapter(Material).validate_json((folder / MATERIAL).read_bytes())
    assert {one.of for one in read.changes} == {"referral:RF-1"}
    assert [custody.digest(one) for one in read.events["TD-1"]][-1] == read.notices[0].head
    assert read.purchases == made.material().purchases
    assert read.made_at == make.NOW.replace(day=3)
