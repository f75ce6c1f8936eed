"""verify.py: whatever is changed in a dossier is seen, and named."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import io
import json
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import custody
from bot.dossiers import bind, keys, verify
from bot.dossiers.chains import chains, written
from bot.dossiers.packing import entry
from bot.dossiers.sealing import manifest, signature
from bot.model import Event
from tests import make
from tests.bot.dossiers import made

FILE = Path(verify.__file__)
MANIFEST, SIGNATURE, TIMESTAMP, CUSTODY = "MANIFEST.sha256", "MANIFEST.sig", "MANIFEST.tsr", "custody.jsonl"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dossier")


@pytest.fixture(scope="module")
def dossier(folder: Path) -> Path:
    """A dossier as it is made, with two exhibits."""
    evidence = [
        made.kept(folder / "evidence", made.PICTURE),
        made.kept(folder / "evidence", b"The box says made in nowhere.", "note.txt", "text/plain"),
    ]
    keys.make(folder / "key.pem")
    bound = asyncio.run(
        bind(
            made.material(evidence=evidence),
            into=folder / "out",
            evidence=folder / "evidence",
            key=folder / "key.pem",
        )
    )
    return folder / "out" / bound.name


@pytest.fixture(scope="module")
def whole(dossier: Path) -> Files:
    with zipfile.ZipFile(dossier) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def faults(files: Files, key: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = verify.check(verify.Files(files), key).faults
    return found


def named(files: Files) -> set[str]:
    return {name for name, _ in faults(files)}


def listed_anew(files: Files) -> Files:
    """With a manifest of what is there now, which nobody signed."""
    hashes = {n: hashlib.sha256(c).hexdigest() for n, c in files.items() if n not in (MANIFEST, SIGNATURE, TIMESTAMP)}
    return {**files, MANIFEST: manifest(hashes)}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(FILE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_dossier_as_it_was_made_is_whole(whole: Files) -> None:
    verdict = verify.check(verify.Files(whole))
    assert verdict.faults == []
    assert (verdict.referral, verdict.made, verdict.chains, verdict.lines) == ("RF-1", "2026-03-03T09:00:00Z", 3, 12)
    assert verdict.key == keys.fingerprint(bytes.fromhex(whole[SIGNATURE].split()[-3].decode()))


def flipped(files: Files, chance: random.Random) -> tuple[Files, str]:
    name = chance.choice(sorted(files))
    content = bytearray(files[name])
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return {**files, name: bytes(content)}, name


def cut(files: Files, chance: random.Random) -> tuple[Files, str]:
    name = chance.choice(sorted(files))
    content = files[name]
    at = chance.randrange(len(content))
    return {**files, name: content[:at] + content[at + chance.randrange(1, 9) :]}, name


def grown(files: Files, chance: random.Random) -> tuple[Files, str]:
    name = chance.choice(sorted(files))
    return {**files, name: files[name] + bytes([chance.choice(b"\n\r \x00a")])}, name


def removed(files: Files, chance: random.Random) -> tuple[Files, str]:
    name = chance.choice(sorted(files))
    return {other: content for other, content in files.items() if other != name}, name


def added(files: Files, chance: random.Random) -> tuple[Files, str]:
    name = chance.choice(["evidence/AL-009.png", "more.txt", ".DS_Store", "xarf/TD-9.json", TIMESTAMP, "Verify.txt"])
    return {**files, name: b"more"}, name


def renamed(files: Files, chance: random.Random) -> tuple[Files, str]:
    name = chance.choice(sorted(files))
    return {(f"{other}x" if other == name else other): content for other, content in files.items()}, name


def exchanged(files: Files, chance: random.Random) -> tuple[Files, str]:
    one, other = chance.sample(sorted(files), 2)
    return {**files, one: files[other], other: files[one]}, one


def lines_of(files: Files) -> list[bytes]:
    return files[CUSTODY].splitlines(keepends=True)


def dropped(files: Files, chance: random.Random) -> tuple[Files, str]:
    lines = lines_of(files)
    del lines[chance.randrange(len(lines))]
    return {**files, CUSTODY: b"".join(lines)}, CUSTODY


def swapped(files: Files, chance: random.Random) -> tuple[Files, str]:
    lines = lines_of(files)
    one, other = chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return {**files, CUSTODY: b"".join(lines)}, CUSTODY


def doubled(files: Files, chance: random.Random) -> tuple[Files, str]:
    lines = lines_of(files)
    at = chance.randrange(len(lines))
    return {**files, CUSTODY: b"".join([*lines[:at], lines[at], *lines[at:]])}, CUSTODY


TAMPERINGS = (flipped, flipped, flipped, cut, grown, removed, added, renamed, exchanged, dropped, swapped, doubled)


def test_a_thousand_random_tamperings_are_all_seen_and_the_file_is_named(whole: Files) -> None:
    chance = random.Random(20260302)
    missed = []
    for number in range(1000):
        tamper = TAMPERINGS[number % len(TAMPERINGS)]
        files, name = tamper(whole, chance)
        if files != whole and name not in named(files):
            missed.append((tamper.__name__, name))
    assert missed == []


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_no_bit_of_the_list_or_its_signature_can_be_flipped(whole: Files, name: str) -> None:
    """All of them, not some: these two vouch for all else."""
    content = whole[name]
    places = range(len(content)) if name == SIGNATURE else range(0, len(content), 7)
    for at in places:
        bit = 1 << at % 8
        broken = content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]
        assert name in named({**whole, name: broken}), at


@pytest.mark.parametrize(
    "written_otherwise",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text + b"\n",
        lambda text: text.rstrip(b"\n"),
        lambda text: text.upper(),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b" ", b"  ", 1),
        lambda text: b"",
    ],
)
def test_a_signature_is_written_in_one_way_only(whole: Files, written_otherwise: Callable[[bytes], bytes]) -> None:
    assert SIGNATURE in named({**whole, SIGNATURE: written_otherwise(whole[SIGNATURE])})


def custody_without(files: Files, gone: int) -> Files:
    lines = lines_of(files)
    del lines[gone]
    return listed_anew({**files, CUSTODY: b"".join(lines)})


@pytest.mark.parametrize("at", range(10))
def test_a_dropped_line_of_custody_is_named_even_when_the_list_was_made_anew(whole: Files, at: int) -> None:
    line = json.loads(lines_of(whole)[at])
    said = dict.fromkeys(words for name, words in faults(custody_without(whole, at)) if name == CUSTODY)
    assert f"{line['of']}: line {line['number']} is missing" in said


def test_two_lines_of_custody_swapped_are_named_even_when_the_list_was_made_anew(whole: Files) -> None:
    for one, other in ((0, 1), (1, 3), (0, 5), (4, 9)):
        lines = lines_of(whole)
        first, second = json.loads(lines[one]), json.loads(lines[other])
        lines[one], lines[other] = lines[other], lines[one]
        said = [words for name, words in faults(listed_anew({**whole, CUSTODY: b"".join(lines)})) if name == CUSTODY]
        moved = {f"{line['of']}: line {line['number']} " for line in (first, second)}
        assert any(words.startswith(tuple(moved)) for words in said), said


EDITS: dict[str, Callable[[dict], object]] = {  # type: ignore[type-arg]
    "words": lambda line: line["opened"].update(words=[line["opened"]["words"][0], "Something else."]),
    "answer": lambda line: line["opened"].update(raw=[line["opened"]["raw"][0], '{"status":"REJECTED"}']),
    "salt": lambda line: line["opened"].update(words=["0" * 32, line["opened"]["words"][1]]),
    "when": lambda line: line["entry"].update(at="2020-01-01T00:00:00.000000+00:00"),
    "status": lambda line: line["entry"].update(status="rejected"),
    "kind": lambda line: line["entry"].update(kind="other"),
    "number": lambda line: line.update(number=line["number"] + 7),
    "of": lambda line: line.update(of="TD-3"),
    "before": lambda line: line["entry"].update(before="0" * 64),
    "hash": lambda line: line.update(hash="0" * 64),
    "part": lambda line: line["opened"].update(more=["0", "x"]),
    "field": lambda line: line["entry"].update(more="x"),
    "commitment": lambda line: line["entry"].update(who="0" * 64),
    "no commitment": lambda line: line["entry"].pop("who"),
    "not a line": lambda line: line.clear(),
    "unchained": lambda line: line.update(unchained=line.pop("entry")),
}


@pytest.mark.parametrize("edit", EDITS)
def test_whatever_is_changed_in_a_line_is_named_even_when_the_list_was_made_anew(whole: Files, edit: str) -> None:
    lines = lines_of(whole)
    at = next(at for at, text in enumerate(lines) if "words" in json.loads(text)["opened"])  # not withheld
    line = json.loads(lines[at])
    number = line["number"]
    EDITS[edit](line)
    lines[at] = json.dumps(line).encode() + b"\n"
    said = [words for name, words in faults(listed_anew({**whole, CUSTODY: b"".join(lines)})) if name == CUSTODY]
    assert any(f"line {number}" in words for words in said), said


def test_the_last_lines_of_a_chain_cannot_be_cut_off(whole: Files) -> None:
    """What is left is a good chain: only its head tells."""
    lines = [line for line in lines_of(whole) if not (b'"of":"TD-2"' in line and json.loads(line)["number"] > 2)]
    said = [words for name, words in faults(listed_anew({**whole, CUSTODY: b"".join(lines)})) if name == CUSTODY]
    assert "TD-2: line 3 is missing, and all up to 4" in said
    assert "TD-2: line 2 is not the end of the chain that dossier.json names" in said


@pytest.mark.parametrize("number", [10**15, -5, 0])
def test_a_forged_number_is_one_fault_and_takes_no_time(whole: Files, number: int) -> None:
    lines = lines_of(whole)
    line = {**json.loads(lines[3]), "number": number}
    lines[3] = json.dumps(line).encode() + b"\n"
    said = [words for name, words in faults(listed_anew({**whole, CUSTODY: b"".join(lines)})) if name == CUSTODY]
    assert "TD-1: line 4 is missing" in " ".join(said)
    assert len(said) < 10


def test_a_line_more_than_there_were_is_named(whole: Files) -> None:
    lines = lines_of(whole)
    last = json.loads(lines[-1])
    more = {"at": last["entry"]["at"], "kind": "x", "who": "", "where": "", "words": "", "raw": {}}
    lines.append(json.dumps({"of": last["of"], "number": last["number"] + 1, "unchained": more}).encode() + b"\n")
    said = [words for name, words in faults(listed_anew({**whole, CUSTODY: b"".join(lines)})) if name == CUSTODY]
    assert "referral:RF-1: line 3 is one too many: dossier.json says there are 2" in said


def test_a_whole_chain_cannot_be_left_out(whole: Files) -> None:
    lines = [line for line in lines_of(whole) if b'"of":"TD-2"' not in line]
    files = listed_anew({**whole, CUSTODY: b"".join(lines)})
    assert (CUSTODY, "TD-2: its chain is missing") in faults(files)


def test_a_dossier_signed_anew_by_another_is_told_by_its_key(whole: Files, key: Ed25519PrivateKey) -> None:
    files = listed_anew({**whole, "evidence/AL-002.png": b"another picture"})
    forged = signature(key, referral="RF-1", made_at=made.material().made_at, manifest=files[MANIFEST], timestamp=None)
    files[SIGNATURE] = forged
    assert faults(files) == []
    theirs = verify.check(verify.Files(whole)).key
    assert [name for name, _ in faults(files, theirs)] == [SIGNATURE]
    assert faults(whole, theirs) == []
    assert faults(whole, verify.spoken(theirs).upper()) == []


def test_a_timestamp_is_signed_too(whole: Files, key: Ed25519PrivateKey) -> None:
    stamp = b"token over " + hashlib.sha256(whole[MANIFEST]).digest()
    signed = signature(key, referral="RF-1", made_at=make.NOW, manifest=whole[MANIFEST], timestamp=stamp)
    files = {**whole, SIGNATURE: signed, TIMESTAMP: stamp}
    assert faults(files) == []
    assert named({**files, TIMESTAMP: stamp + b"\x00"}) == {TIMESTAMP}
    assert named({name: content for name, content in files.items() if name != TIMESTAMP}) == {TIMESTAMP}
    other = signature(key, referral="RF-1", made_at=make.NOW, manifest=whole[MANIFEST], timestamp=b"of something else")
    assert named({**files, SIGNATURE: other, TIMESTAMP: b"of something else"}) == {TIMESTAMP}


def test_what_only_holds_the_hash_is_not_called_a_timestamp(
    whole: Files, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    stamp = b"anything, with the hash " + hashlib.sha256(whole[MANIFEST]).digest()
    at = made.material().made_at
    signed = signature(key, referral="RF-1", made_at=at, manifest=whole[MANIFEST], timestamp=stamp)
    ended = run(str(packed({**whole, SIGNATURE: signed, TIMESTAMP: stamp}, tmp_path / "d.zip")))
    assert ended.returncode == 0, ended.stdout
    assert "a file that is said to be a timestamp" in ended.stdout
    assert "verify.py does not check that" in whole["VERIFY.txt"].decode()


@given(st.binary(max_size=200), st.integers(0, 1 << 30))
@settings(max_examples=30, deadline=None)
def test_the_signature_of_a_message_is_judged_as_the_library_judges_it(message: bytes, seed: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(str(seed).encode()).digest())
    public, signed = keys.public_bytes(private), private.sign(message)
    assert verify.ed25519(public, message, signed)
    assert not verify.ed25519(public, message + b"x", signed)
    at = seed % 64
    assert not verify.ed25519(public, message, signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :])


def test_a_signature_cannot_be_rewritten_into_another_good_one() -> None:
    private = Ed25519PrivateKey.generate()
    public, signed = keys.public_bytes(private), private.sign(b"x")
    more = int.from_bytes(signed[32:], "little") + verify.ORDER
    assert not verify.ed25519(public, b"x", signed[:32] + more.to_bytes(32, "little"))
    neutral = (1).to_bytes(32, "little")
    assert not verify.ed25519(neutral, b"anything", neutral + bytes(32)), "a key that fits any message"
    assert not verify.ed25519(b"\xff" * 32, b"x", signed)


# Source: RFC 8032, section 7.1, tests 1 to 3.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signed"), VECTORS)
def test_the_vectors_of_the_standard_hold(public: str, message: str, signed: str) -> None:
    assert verify.ed25519(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signed))


def erased(events: tuple[Event, ...], parts: set[str]) -> tuple[Event, ...]:
    return tuple(custody.without(one, parts) for one in events)


@given(st.lists(st.sets(st.sampled_from(custody.PARTS)), min_size=4, max_size=4), st.text(max_size=30))
@settings(max_examples=40, deadline=None)
def test_a_chain_with_erased_parts_is_judged_as_the_desk_judges_it(gone: list[set[str]], words: str) -> None:
    notice, events = made.history(words=words, raw={"é": [1.5, None, "\u2028", "\x7f\x1f"], "n": 10**15})
    some = tuple(custody.without(one, parts) for one, parts in zip(events, gone, strict=True))
    material = made.material(notices=(notice,), events={notice.id: some}, changes=())
    ((chain, lines),) = chains(material)
    text = b"".join(written(lines))
    about = {chain.of: (chain.lines, chain.head)}
    verdict = verify.Verdict()
    verify._check_custody(text, about, verdict)
    assert verdict.faults == []
    assert custody.check(notice.id, some, head=notice.head).whole
    assert verdict.withheld == sum(map(len, gone))
    for line, event in zip(text.splitlines(), some, strict=True):
        assert json.loads(line)["hash"] == custody.digest(event) == verify.entry_hash(json.loads(line)["entry"])


def test_lines_from_before_there_were_chains_are_counted_and_not_taken_for_broken() -> None:
    notice, event = made.history()
    old = tuple(make.event(number=number) for number in (1, 2))
    later = tuple(replace(one, number=one.number + 2) for one in event)
    anew: list[Event] = []
    for one in later:
        anew.append(replace(one, before=custody.digest(anew[-1]) if anew else ""))
    material = made.material(notices=(notice,), events={notice.id: (*old, *anew)}, changes=())
    ((chain, lines),) = chains(material)
    verdict = verify.Verdict()
    verify._check_custody(b"".join(written(lines)), {chain.of: (chain.lines, chain.head)}, verdict)
    assert (verdict.faults, verdict.unchained, chain.unchained, chain.lines) == ([], 2, 2, 6)


def test_the_command_says_what_is_whole_and_who_signed(dossier: Path, whole: Files) -> None:
    ended = run(str(dossier))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.startswith("WHOLE: dossier of referral RF-1, made on 3 March 2026 at 09:00 UTC.")
    fingerprint = verify.check(verify.Files(whole)).key
    assert verify.spoken(fingerprint) in ended.stdout
    assert run(str(dossier), "--key", fingerprint).returncode == 0
    other = run(str(dossier), "--key", "0" * 64)
    assert other.returncode == 1
    assert other.stdout.startswith("MANIFEST.sig: is by another key")
    assert run(str(dossier), "--key", "abc").returncode == 1


def unpacked(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def packed(files: Files, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(entry(name, made.material().made_at), content)
    return path


def test_the_command_runs_in_the_folder_it_came_in(whole: Files, tmp_path: Path) -> None:
    folder = unpacked(whole, tmp_path)
    command = [sys.executable, "-I", "verify.py"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout[:5]) == (0, "WHOLE")


@pytest.mark.parametrize(("number", "form"), [(number, "folder" if number % 2 else "zip") for number in range(24)])
def test_the_command_names_what_was_tampered_with(whole: Files, tmp_path: Path, number: int, form: str) -> None:
    tamper = TAMPERINGS[number % len(TAMPERINGS)]
    files, name = tamper(whole, random.Random(number))
    path = unpacked(files, tmp_path / "d") if form == "folder" else packed(files, tmp_path / "d.zip")
    ended = run(str(path))
    assert ended.returncode == 1
    assert f"\n{name}: " in f"\n{ended.stdout}"
    assert "NOT WHOLE" in ended.stdout


def test_a_file_that_is_in_a_zip_twice_is_named(whole: Files, tmp_path: Path) -> None:
    path = packed(whole, tmp_path / "d.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("VERIFY.txt", whole["VERIFY.txt"])
    ended = run(str(path))
    assert ended.returncode == 1
    assert "VERIFY.txt: is there more than once" in ended.stdout


Repack = Callable[[zipfile.ZipInfo], None]


def repacked(dossier: Path, path: Path, change: Repack) -> Path:
    """The same files in a ZIP of which something is said otherwise."""
    with zipfile.ZipFile(dossier) as source, zipfile.ZipFile(path, "w") as archive:
        for one in source.infolist():
            anew = entry(one.filename, made.material().made_at)
            anew.compress_type = one.compress_type
            change(anew)
            archive.writestr(anew, source.read(one))
    return path


def renamed_beside(one: zipfile.ZipInfo) -> None:
    """A second name, in the field in which unzip looks for names in Unicode: it unpacks these under each other's."""
    others = {"evidence/AL-001.txt": b"evidence/AL-002.png", "evidence/AL-002.png": b"evidence/AL-001.txt"}
    if name := others.get(one.filename):
        crc = zlib.crc32(one.filename.encode())
        one.extra = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, crc) + name


def of_pdf(**changes: object) -> Repack:
    def change(one: zipfile.ZipInfo) -> None:
        if one.filename == "dossier.pdf":
            for name, value in changes.items():
                setattr(one, name, value)

    return change


def test_a_zip_that_was_packed_anew_in_the_same_way_is_whole(dossier: Path, tmp_path: Path) -> None:
    path = repacked(dossier, tmp_path / "d.zip", lambda one: None)
    assert verify.check(verify.Archive(str(path))).faults == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (renamed_beside, "evidence/AL-001.txt"),
        (of_pdf(comment=b"look here instead"), "dossier.pdf"),
        (of_pdf(external_attr=0o120777 << 16), "dossier.pdf"),
        (of_pdf(external_attr=0o106777 << 16), "dossier.pdf"),
        (of_pdf(create_system=0), "dossier.pdf"),
        (of_pdf(date_time=(1999, 1, 1, 0, 0, 0)), "dossier.pdf"),
        (of_pdf(compress_type=zipfile.ZIP_BZIP2), "dossier.pdf"),
    ],
)
def test_what_a_zip_says_beside_its_files_is_refused(dossier: Path, tmp_path: Path, change: Repack, name: str) -> None:
    ended = run(str(repacked(dossier, tmp_path / "d.zip", change)))
    assert (ended.returncode, ended.stderr) == (1, "")
    assert name in ended.stdout


def moved(content: bytes, by: int) -> bytes:
    """With a list of files that is said to begin further on."""
    at = content.rindex(b"PK\x05\x06") + 16
    start = int.from_bytes(content[at : at + 4], "little") + by
    return content[:at] + start.to_bytes(4, "little") + content[at + 4 :]


def hidden() -> bytes:
    """A file that is in no list, which some programs unpack all the same."""
    packed_ = io.BytesIO()
    with zipfile.ZipFile(packed_, "w") as archive:
        archive.writestr("dossier.pdf", b"%PDF another")
    return packed_.getvalue().partition(b"PK\x01\x02")[0]


def commented(content: bytes) -> bytes:
    return content[:-2] + (5).to_bytes(2, "little") + b"hello"


def listed_at(content: bytes) -> int:
    return content.index(b"PK\x01\x02")


SURROUNDED: dict[str, Callable[[bytes], bytes]] = {
    "a program in front": lambda zip_: b"MZ" * 50 + zip_,
    "a program in front, the list moved": lambda zip_: moved(b"MZ" * 50 + zip_, 100),
    "bytes after the end": lambda zip_: zip_ + b"more",
    "a comment": commented,
    "a hidden file in front": lambda zip_: hidden() + zip_,
    "a hidden file before the list": lambda zip_: moved(
        zip_[: listed_at(zip_)] + hidden() + zip_[listed_at(zip_) :], len(hidden())
    ),
    "a name that differs in its own place": lambda zip_: zip_.replace(b"dossier.pdf", b"dossier.exe", 1),
    "bytes in the list": lambda zip_: zip_[:-22] + b"more" + zip_[-22:],
    "cut short": lambda zip_: zip_[:-1],
}


@pytest.mark.parametrize("what", SURROUNDED)
def test_bytes_of_a_zip_that_are_no_file_of_it_are_refused(dossier: Path, tmp_path: Path, what: str) -> None:
    (tmp_path / "d.zip").write_bytes(SURROUNDED[what](dossier.read_bytes()))
    ended = run(str(tmp_path / "d.zip"))
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "WHOLE:" not in ended.stdout


def test_a_dossier_beyond_four_gigabytes_is_judged_like_any_other() -> None:
    """Only there may a file have something said beside it: where it begins."""
    size, name = 5 << 30, b"evidence/AL-001.png"
    rest = (20, 0, 0, 0, 33, 0, 0, 0, len(name))
    extra = struct.pack("<HHQ", 1, 8, size)
    listed = verify.CENTRAL.pack(b"PK\x01\x02", 45, 3, *rest, len(extra), 0, 0, 0, verify.MODE, 0xFFFFFFFF)
    one = verify.Entry(listed + name + extra, 0)
    assert (one.offset, one.plain) == (size, True)
    other = verify.CENTRAL.pack(b"PK\x01\x02", 45, 3, *rest, len(extra), 0, 0, 0, verify.MODE, 7)
    assert not verify.Entry(other + name + extra, 0).plain


def test_bytes_that_are_broken_in_the_zip_itself_are_named(dossier: Path, whole: Files, tmp_path: Path) -> None:
    content = bytearray(dossier.read_bytes())
    name = next(name for name in whole if name.endswith(".png"))
    at = bytes(content).index(whole[name])
    content[at + 50] ^= 1
    (tmp_path / "d.zip").write_bytes(content)
    ended = run(str(tmp_path / "d.zip"))
    assert ended.returncode == 1
    assert ended.stdout.startswith(f"{name}: cannot be read")


BOMBS: dict[str, Callable[[int], bytes]] = {
    CUSTODY: lambda size: b'{"of":"a","number":1,"entry":[' + b"[]," * (size // 3) + b"1]}\n",
    "dossier.json": lambda size: b"[" + b"[]," * (size // 3) + b"1]",
    MANIFEST: lambda size: b"\n" * size,
    SIGNATURE: bytes,
    TIMESTAMP: bytes,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unpacks_to_much_more_is_not_looked_into(whole: Files, tmp_path: Path, name: str) -> None:
    """Ten thousand lists in as many bytes: read as JSON they would take gigabytes, before anybody has signed them."""
    path = packed({**whole, name: BOMBS[name](60_000_000)}, tmp_path / "d.zip")
    assert path.stat().st_size < 1_000_000
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (400 << 20,) * 2); sys.argv[1:] = sys.argv[2:]"
    code += "; import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-I", "-c", f"import sys; sys.argv = {[str(FILE), '', str(path)]!r}; {code}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert f"{name}: was not looked into" in ended.stdout


@pytest.mark.parametrize(("at", "value"), [(4, 84), (6, 84), (8, 1), (10, 14), (10, 99), (24, 255)])
def test_a_zip_that_says_what_python_cannot_unpack_is_a_fault_and_no_crash(
    dossier: Path, tmp_path: Path, at: int, value: int
) -> None:
    """In both headers of the first file: what it needs, how it is packed and how large it is."""
    content = bytearray(dossier.read_bytes())
    content[listed_at(bytes(content)) + at] = value
    if at > 4:
        content[at - 2] = value
    (tmp_path / "d.zip").write_bytes(content)
    ended = run(str(tmp_path / "d.zip"))
    assert (ended.returncode, ended.stderr) == (1, "")


def test_a_link_in_a_folder_is_no_file(whole: Files, tmp_path: Path) -> None:
    folder = unpacked(whole, tmp_path / "d")
    (folder / "VERIFY.txt").unlink()
    (tmp_path / "elsewhere.txt").write_bytes(whole["VERIFY.txt"])
    (folder / "VERIFY.txt").symlink_to(tmp_path / "elsewhere.txt")
    ended = run(str(folder))
    assert ended.returncode == 1
    assert "VERIFY.txt: is a link" in ended.stdout


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a\\..\\b", "C:evil", "evidence/./x", ""])
def test_a_list_cannot_name_what_is_outside(whole: Files, name: str) -> None:
    line = f"{hashlib.sha256(b'x').hexdigest()}  {name}\n".encode()
    assert MANIFEST in named({**whole, MANIFEST: line + whole[MANIFEST]})


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"custody": [1]}', b"\xff", b"[" * 100_000])
def test_a_dossier_that_is_no_json_is_a_fault_and_no_crash(whole: Files, content: bytes) -> None:
    for name in ("dossier.json", CUSTODY):
        assert name in named(listed_anew({**whole, name: content + b"\n"}))


def test_what_is_no_dossier_at_all_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"not a zip")
    (tmp_path / "empty").mkdir()
    for path in ("no.zip", "empty", "nowhere.zip"):
        ended = run(str(tmp_path / path))
        assert (ended.returncode, ended.stderr) == (1, "")


def test_a_name_in_a_dossier_cannot_steer_the_terminal(whole: Files, tmp_path: Path) -> None:
    ended = run(str(packed({**whole, "\x1b[2Jevil": b""}, tmp_path / "d.zip")))
    assert "\x1b" not in ended.stdout
    assert "?[2Jevil: is not listed" in ended.stdout


def test_a_terminal_that_knows_few_letters_is_told_all_the_same(whole: Files, tmp_path: Path) -> None:
    path = packed({**whole, "证据.png": b""}, tmp_path / "d.zip")
    command = [sys.executable, str(FILE), str(path)]
    environ = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = subprocess.run(command, env=environ, capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert b"\\u8bc1\\u636e.png: is not listed" in ended.stdout


def test_it_needs_no_more_than_an_older_python_and_its_standard_library() -> None:
    tree = ast.parse(FILE.read_text(), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)
    assert "subprocess" not in imported


def test_no_annotation_is_one_that_an_older_python_cannot_read() -> None:
    """They are evaluated: `from __future__` would be looked for beside the file. So newer forms stand in quotes."""
    for node in ast.walk(ast.parse(FILE.read_text())):
        if isinstance(node, ast.FunctionDef):
            said = [one.annotation for one in (*node.args.args, *node.args.kwonlyargs)] + [node.returns]
            for part in (part for one in said if one is not None for part in ast.walk(one)):
                assert not isinstance(part, ast.BinOp), ast.unparse(node)
                generic = isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name) and part.value.id
                assert generic not in ("list", "dict", "tuple", "set"), ast.unparse(node)


IMPORTED = ("json", "__future__", "argparse", "hashlib", "os", "re", "struct", "zipfile", "zlib", "typing", "random")


@pytest.mark.parametrize("options", [[], ["-I"]], ids=str)
def test_nothing_that_lies_beside_it_is_run(whole: Files, tmp_path: Path, options: list[str]) -> None:
    folder = unpacked(whole, tmp_path)
    for name in IMPORTED:
        (folder / f"{name}.py").write_text("raise SystemExit('WHOLE: says the other')")
    command = [sys.executable, *options, "verify.py"]
    ended = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, "says the other" in ended.stdout + ended.stderr) == (1, False)
    assert {f"{name}.py: is not listed" in ended.stdout for name in IMPORTED} == {True}


def test_what_is_in_the_dossier_is_this_very_file(whole: Files) -> None:
    assert whole["verify.py"] == FILE.read_bytes()
    assert {b"verify.py", b"VERIFY.txt", b"dossier.pdf"} <= set(whole[MANIFEST].split())


def test_the_list_is_one_that_sha256sum_checks(whole: Files, tmp_path: Path) -> None:
    folder = unpacked(whole, tmp_path)
    command = ["sha256sum", "--strict", "-c", MANIFEST]
    assert subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False).returncode == 0


def test_openssl_takes_the_signature_as_the_instructions_say(whole: Files, tmp_path: Path) -> None:
    lines = whole[SIGNATURE].splitlines(keepends=True)
    (tmp_path / "said").write_bytes(b"".join(lines[:6]))
    (tmp_path / "signed").write_bytes(bytes.fromhex(lines[6].split()[1].decode()))
    der = bytes.fromhex("302a300506032b6570032100") + bytes.fromhex(lines[5].split()[1].decode())
    (tmp_path / "key.der").write_bytes(der)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der"]
    command += ["-rawin", "-in", "said", "-sigfile", "signed"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert io.BytesIO(ended.stdout).read().startswith(b"Signature Verified")
