#!/usr/bin/env python3
"""Check a dossier: that nothing in it was changed, left out or added since it was signed, and who signed it.

    python3 -I verify.py                      the folder this file is in
    python3 -I verify.py DOSSIER.zip          a ZIP, which need not be unpacked
    python3 -I verify.py --key FINGERPRINT    and that it was signed with this very key

Needs Python 3.8 or newer and nothing else: no network, no other program. Nothing of the dossier is run. Ends with 0
when all is whole and with 1 when it is not; each fault is a line that begins with the name of the file.
"""

import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    # Python looks for what is imported beside this file first, where anybody may have put a json.py.
    sys.path[:] = [one for one in sys.path[1:] if one not in ("", ".", sys.path[0])]

import argparse
import hashlib
import json
import os
import re
import struct
import zipfile
import zlib
from typing import Any, BinaryIO, Dict, Iterator, Tuple

MANIFEST, SIGNATURE, TIMESTAMP = "MANIFEST.sha256", "MANIFEST.sig", "MANIFEST.tsr"
CUSTODY, DOSSIER = "custody.jsonl", "dossier.json"
UNLISTED = (MANIFEST, SIGNATURE, TIMESTAMP)
NEEDED = (CUSTODY, DOSSIER)
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
PARTS = ("who", "where", "words", "raw")
PIECE = 1 << 20
MOST_FAULTS = 50
MOST_KEPT_FAULTS = 1_000
MOST_KEPT = 200 << 20
"""Bytes of a file that are looked into when the signature covers them."""
MOST_UNSIGNED = 8 << 20
"""Bytes of a file that are looked into whoever wrote it: anybody can make much of little."""

_LISTED = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\x7f]+)")
_SIGNED = re.compile(
    rb"(takedown-desk dossier 1\n"
    rb"referral ([A-Za-z0-9-]{1,40})\n"
    rb"made ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n"
    rb"manifest ([0-9a-f]{64})\n"
    rb"timestamp ([0-9a-f]{64}|none)\n"
    rb"key ([0-9a-f]{64})\n)"
    rb"signature ([0-9a-f]{128})\n"
)
_HEX64 = re.compile(r"[0-9a-f]{64}")


Point = Tuple[int, int, int, int]
Chains = Dict[str, Tuple[int, str]]


class Broken(Exception):
    """The dossier cannot be read."""


UNREADABLE = (
    OSError,
    EOFError,
    RuntimeError,  # NotImplementedError is one
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What is raised of a ZIP that is not what it says. Files packed with LZMA or BZIP2 are not unpacked at all."""


# --- Ed25519 (RFC 8032, sections 5.1 and 6), in whole numbers ---

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _add(a: Point, b: Point) -> Point:
    """Two points in extended coordinates (X, Y, Z, T)."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return (x * y % P, z * t % P, y * z % P, x * t % P)


def _times(number: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _same(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def _point(encoded: bytes) -> "Point | None":
    """The point, or None when no point is written like that."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


NEUTRAL = (0, 1, 1, 0)
BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def ed25519(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is this key's of this message."""
    if len(key) != 32 or len(signature) != 64:
        return False
    public, commitment = _point(key), _point(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if public is None or commitment is None or answer >= ORDER:
        return False
    if _same(_times(8, public), NEUTRAL):  # a key that fits any message
        return False
    asked = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return _same(_times(answer, BASE), _add(commitment, _times(asked, public)))


# --- Files ---


class Folder:
    """An unpacked dossier."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[tuple[str, str]] = []

    def names(self) -> "list[str]":
        found = []
        for folder, folders, files in os.walk(self.path):
            for name in sorted(folders + files):
                full = os.path.join(folder, name)
                inside = os.path.relpath(full, self.path).replace(os.sep, "/")
                if os.path.islink(full) or not (os.path.isfile(full) or os.path.isdir(full)):
                    self.faults.append((inside, "is a link or no file at all"))
                elif os.path.isfile(full):
                    found.append(inside)
        return sorted(found)

    def pieces(self, name: str) -> Iterator[bytes]:
        with open(os.path.join(self.path, *name.split("/")), "rb") as opened:
            while True:
                piece = opened.read(PIECE)
                if not piece:
                    return
                yield piece


END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
TO_END64 = struct.Struct("<4sLQL")
CENTRAL = struct.Struct("<4sBB5H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
OFFSET64 = struct.Struct("<HHQ")
MOST_LISTED = 1 << 24
MODE = 0o100600 << 16


class Entry:
    """A file of a ZIP as its central directory has it. `size` is packed, `same` is what both of its headers say."""

    def __init__(self, content: bytes, at: int) -> None:
        (sign, self.by, self.system, self.needs, *same, names, extras, comments, disk, inner, self.mode, offset) = (
            CENTRAL.unpack_from(content, at)
        )
        self.same = tuple(same)
        self.flags, self.method, time, date, _, self.size, _ = self.same
        self.dated = (date, time)
        first = at + CENTRAL.size
        self.name = content[first : first + names]
        extra = content[first + names : first + names + extras]
        self.end = first + names + extras + comments
        self.plain = comments == disk == inner == 0
        self.offset = offset
        if offset == 0xFFFFFFFF and len(extra) == OFFSET64.size and extra[:4] == b"\x01\x00\x08\x00":
            self.offset, extra = OFFSET64.unpack(extra)[2], b""  # beyond four gigabytes there is no other way
        self.plain = self.plain and not extra
        if sign != b"PK\x01\x02" or self.end > len(content):
            raise Broken("has a list of files that is broken")

    @property
    def shown(self) -> str:
        return self.name.decode("utf-8" if self.flags & 0x800 else "cp437", "replace")


def entries_of(opened: BinaryIO) -> "list[Entry]":
    """The list of files of a ZIP which ends where the file ends."""
    size = opened.seek(0, 2)
    last = size - END.size
    if last < 0:
        raise Broken("is no ZIP that can be read")
    sign, disk, _, _, count, length, start, comment = END.unpack(_part(opened, last, END.size))
    if sign != b"PK\x05\x06" or comment:
        raise Broken("is no ZIP, or has a comment or bytes after its end, which nobody signed")
    until = last
    if last >= TO_END64.size and _part(opened, last - TO_END64.size, 4) == b"PK\x06\x07":
        until = last - TO_END64.size - END64.size
        if until < 0:
            raise Broken("has an end that is broken")
        sign, rest, _, _, disk, _, _, count, length, start = END64.unpack(_part(opened, until, END64.size))
        if sign != b"PK\x06\x06" or rest != END64.size - 12:
            raise Broken("has an end that is broken")
    if disk or start + length != until:
        raise Broken("has bytes before its first file or after its list of files, which nobody signed")
    if length > MOST_LISTED:
        raise Broken("has more files than any dossier")
    listed = _part(opened, start, length)
    entries, at = [], 0
    while at < length:
        if length - at < CENTRAL.size:
            raise Broken("has a list of files that is broken")
        entries.append(Entry(listed, at))
        at = entries[-1].end
    if len(entries) != count:
        raise Broken("has a list of files that is broken")
    _refuse_gaps(opened, entries, start)
    return entries


def _refuse_gaps(opened: BinaryIO, entries: "list[Entry]", start: int) -> None:
    """Each file begins where the one before it ends, and its own header says of it what the list says."""
    due = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        head = _part(opened, due, LOCAL.size)
        if entry.offset != due or len(head) < LOCAL.size:
            raise Broken(f"has bytes before or among its files, which nobody signed (at {_shown(entry.shown)})")
        sign, needs, *same, names, extras = LOCAL.unpack(head)
        name = _part(opened, due + LOCAL.size, names)
        if sign != b"PK\x03\x04" or tuple(same) != entry.same or name != entry.name:
            raise Broken(f"says two things of one file ({_shown(entry.shown)})")
        if extras or needs not in (20, 45):
            raise Broken(f"says more of a file than a dossier does ({_shown(entry.shown)})")
        due += LOCAL.size + names + entry.size
    if due != start:
        raise Broken("has bytes between its files and its list of files, which nobody signed")


def _part(opened: BinaryIO, at: int, size: int) -> bytes:
    opened.seek(at)
    return opened.read(size)


class Archive:
    """A dossier as a ZIP, packed in the one way in which every program unpacks the same."""

    def __init__(self, path: str) -> None:
        self.faults: list[tuple[str, str]] = []
        try:
            with open(path, "rb") as opened:
                self.entries = entries_of(opened)
            self.zip = zipfile.ZipFile(path)
        except UNREADABLE as error:
            raise Broken(f"is no ZIP that can be read ({error})") from None

    def names(self) -> "list[str]":
        seen = set()
        for entry, read in zip(self.entries, self.zip.infolist()):  # noqa: B905 - not in Python 3.8
            name = read.filename
            if name in seen:
                self.faults.append((name, "is there more than once"))
            if read.is_dir():
                self.faults.append((name, "is a folder of its own, which no dossier has"))
            if name != entry.shown:
                self.faults.append((name, "has a name that programs read differently"))
            if not entry.plain or entry.system != 3 or entry.mode != MODE:
                self.faults.append((name, "is not a plain file with nothing said beside it, as in a dossier"))
            if entry.flags not in (0, 0x800) or entry.method not in (0, 8) or {entry.by, entry.needs} - {20, 45}:
                self.faults.append((name, "is packed in another way than files of a dossier are"))
            seen.add(name)
        return sorted(seen)

    def date(self, made: str) -> None:
        """Find fault with files of another moment than the dossier's."""
        year, month, day, hour, minute, second = map(int, re.findall("[0-9]+", made))
        dated = ((year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2)
        self.faults += [(entry.shown, "has another date") for entry in self.entries if entry.dated != dated]

    def pieces(self, name: str) -> Iterator[bytes]:
        if self.zip.getinfo(name).compress_type not in (0, 8):
            raise ValueError("is packed in another way than files of a dossier are")
        with self.zip.open(name) as opened:
            while True:
                piece = opened.read(PIECE)
                if not piece:
                    return
                yield piece


class Files:
    """The same for files that are at hand as a mapping of names to bytes."""

    def __init__(self, files: "dict[str, bytes]") -> None:
        self.files = files
        self.faults: list[tuple[str, str]] = []

    def names(self) -> "list[str]":
        return sorted(self.files)

    def pieces(self, name: str) -> Iterator[bytes]:
        yield self.files[name]


# --- What is checked ---


class Verdict:
    """What came of it. `faults` are pairs of a file's name and words."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []
        self.referral = self.made = self.key = ""
        self.timestamped = False
        self.more = 0
        self.files = self.chains = self.lines = self.withheld = self.unchained = 0

    def fault(self, name: str, words: str) -> None:
        if len(self.faults) < MOST_KEPT_FAULTS:
            self.faults.append((name, words))
        else:
            self.more += 1


def check(dossier: "Folder | Archive | Files", key: str = "") -> Verdict:
    """Check a `Folder`, an `Archive` or `Files`. `key` is the fingerprint that was given by other means."""
    verdict = Verdict()
    names = dossier.names()
    first = [name for name in names if name in UNLISTED]
    hashes, kept = _read_all(dossier, first, verdict, MOST_UNSIGNED)
    held = _check_signature(kept, hashes, verdict, key)
    rest = [name for name in names if name not in UNLISTED]
    more, looked_into = _read_all(dossier, rest, verdict, MOST_KEPT if held else MOST_UNSIGNED)
    hashes.update(more)
    listed = _check_manifest(kept.get(MANIFEST), hashes, verdict)
    for name, content in looked_into.items():
        if len(content) <= MOST_UNSIGNED or listed.get(name) == hashes[name]:
            kept[name] = content
        else:
            verdict.fault(name, "was not looked into: it is large, and not what was signed")
    looked_into.clear()
    if isinstance(dossier, Archive) and verdict.made:
        dossier.date(verdict.made)
    for name, words in dossier.faults:
        verdict.fault(name, words)
    about = _read_dossier(kept.get(DOSSIER), verdict)
    _check_custody(kept.get(CUSTODY), about, verdict)
    verdict.files = len(listed)
    return verdict


def _read_all(
    dossier: "Folder | Archive | Files", names: "list[str]", verdict: Verdict, most: int
) -> "tuple[dict[str, str], dict[str, bytes]]":
    """The SHA-256 of each file, and those that are looked into, none of them larger than `most`."""
    hashes: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    for name in names:
        hashed, pieces, left = hashlib.sha256(), [], most
        try:
            for piece in dossier.pieces(name):
                hashed.update(piece)
                left -= len(piece)
                if name in UNLISTED + NEEDED and left >= 0:
                    pieces.append(piece)
        except UNREADABLE as bad:
            verdict.fault(name, f"cannot be read ({bad})")
            hashes[name] = ""
            continue
        hashes[name] = hashed.hexdigest()
        if name in UNLISTED + NEEDED:
            if left >= 0:
                kept[name] = b"".join(pieces)
            else:
                verdict.fault(name, "was not looked into: it is larger than in any dossier")
    return hashes, kept


def _check_manifest(manifest: "bytes | None", hashes: "dict[str, str]", verdict: Verdict) -> "dict[str, str]":
    """Every file is as it is listed, each is there, and no other is. Returns what is listed."""
    listed: dict[str, str] = {}
    if manifest is None:
        if MANIFEST not in hashes:
            verdict.fault(MANIFEST, "is missing")
        return listed
    lines = manifest.split(b"\n")
    if lines.pop() != b"":
        verdict.fault(MANIFEST, "does not end with a newline")
    for number, line in enumerate(lines, 1):
        found = _LISTED.fullmatch(line.decode("utf-8", "replace"))
        if found is None or not _inside(found.group(2)) or found.group(2) in UNLISTED:
            verdict.fault(MANIFEST, f"line {number} is not a SHA-256 and the name of a file")
            continue
        if found.group(2) in listed:
            verdict.fault(MANIFEST, f"line {number} lists {found.group(2)} once more")
        listed[found.group(2)] = found.group(1)
    if list(listed) != sorted(listed):
        verdict.fault(MANIFEST, "is not in order")
    for name in NEEDED:
        if name not in listed:
            verdict.fault(MANIFEST, f"does not list {name}")
    _compare(listed, hashes, verdict)
    return listed


def _compare(listed: "dict[str, str]", hashes: "dict[str, str]", verdict: Verdict) -> None:
    for name, digest in listed.items():
        if name not in hashes:
            verdict.fault(name, "is missing")
        elif hashes[name] and hashes[name] != digest:
            verdict.fault(name, f"is not as it was: its SHA-256 differs from the one in {MANIFEST}")
    for name in hashes:
        if name not in listed and name not in UNLISTED:
            verdict.fault(name, f"is not listed in {MANIFEST}: it was added later, perhaps by your computer")


def _inside(name: str) -> bool:
    """Whether it names a file in the dossier, on every system."""
    return not (name.startswith("/") or "\\" in name or ":" in name or {"", ".", ".."} & set(name.split("/")))


def _check_signature(kept: "dict[str, bytes]", hashes: "dict[str, str]", verdict: Verdict, key: str) -> bool:
    """Whether the list that is there is signed, by the key that was named where one was."""
    text = kept.get(SIGNATURE)
    if text is None:
        if SIGNATURE not in hashes:
            verdict.fault(SIGNATURE, "is missing: nobody vouches for this dossier")
        return False
    found = _SIGNED.fullmatch(text)
    if found is None:
        verdict.fault(SIGNATURE, "is not written as a signature of a dossier is")
        return False
    said, referral, made, manifest, timestamp, public, signature = found.groups()
    if not ed25519(bytes.fromhex(public.decode()), said, bytes.fromhex(signature.decode())):
        verdict.fault(SIGNATURE, "is not a signature of this dossier by the key it names")
        return False
    verdict.referral, verdict.made = referral.decode(), made.decode()
    verdict.key = hashlib.sha256(bytes.fromhex(public.decode())).hexdigest()
    if MANIFEST in hashes and hashes[MANIFEST] != manifest.decode():
        verdict.fault(MANIFEST, "is not the one that was signed")
    if timestamp == b"none":
        if TIMESTAMP in hashes:
            verdict.fault(TIMESTAMP, "was added later: it was signed that there is none")
    elif TIMESTAMP not in hashes:
        verdict.fault(TIMESTAMP, "is missing")
    elif hashes[TIMESTAMP] != timestamp.decode():
        verdict.fault(TIMESTAMP, "is not the one that was signed")
    else:
        verdict.timestamped = True
        if bytes.fromhex(manifest.decode()) not in kept[TIMESTAMP]:
            verdict.fault(TIMESTAMP, f"is of another file than {MANIFEST}")
    expected = re.sub(r"[\s:]", "", key).lower()
    if expected and expected != verdict.key:
        verdict.fault(SIGNATURE, f"is by another key: {spoken(verdict.key)}")
        return False
    return hashes.get(MANIFEST) == manifest.decode()


def _read_dossier(content: "bytes | None", verdict: Verdict) -> "Chains | None":
    """What dossier.json says of the chains: the number of lines, and the head, of each."""
    if content is None:
        return None
    try:
        about = json.loads(content.decode("utf-8"))
        chains = {one["of"]: (one["lines"], one["head"]) for one in about["custody"]}
        referral, count = about["referral"]["id"], len(about["custody"])
    except (ValueError, KeyError, TypeError, RecursionError):
        verdict.fault(DOSSIER, "does not say what chains there are")
        return None
    if len(chains) != count:
        verdict.fault(DOSSIER, "lists a chain twice")
    if verdict.referral and referral != verdict.referral:
        verdict.fault(DOSSIER, f"is of referral {referral}, but {verdict.referral} was signed")
    return chains


def _check_custody(content: "bytes | None", about: "Chains | None", verdict: Verdict) -> None:
    if content is None:
        return
    lines = content.split(b"\n")
    if lines.pop() != b"":
        verdict.fault(CUSTODY, "does not end with a newline")
    chains: dict[str, list[dict[str, Any]]] = {}
    current = ""
    for at, text in enumerate(lines, 1):
        try:
            line = json.loads(text.decode("utf-8"))
            of, number = line["of"], line["number"]
            if not isinstance(of, str) or type(number) is not int or not ("entry" in line or "unchained" in line):
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError):
            verdict.fault(CUSTODY, f"line {at} of the file is no line of a chain")
            continue
        if of != current and of in chains:
            verdict.fault(CUSTODY, f"{of}: line {number} stands apart from its chain")
        current = of
        chains.setdefault(of, []).append(line)
    for of, chain in chains.items():
        _check_chain(of, chain, about, verdict)
    for of, stands in (about or {}).items():
        if of not in chains and stands != (0, ""):
            verdict.fault(CUSTODY, f"{of}: its chain is missing")
    verdict.chains = len(chains)


def _check_chain(of: str, chain: "list[dict[str, Any]]", about: "Chains | None", verdict: Verdict) -> None:
    numbers = [line["number"] for line in chain]
    count, head = (about or {}).get(of, (max(numbers), None))
    if about is not None and of not in about:
        verdict.fault(CUSTODY, f"{of}: {DOSSIER} knows no such chain")
    _check_numbers(of, numbers, count if type(count) is int else 0, verdict)
    last, before = "", 0
    for line in chain:
        number = line["number"]
        if number <= before:
            verdict.fault(CUSTODY, f"{of}: line {number} is out of its place")
        before = number
        verdict.lines += 1
        if "unchained" in line:
            verdict.unchained += 1
            if last:
                verdict.fault(CUSTODY, f"{of}: line {number} is not chained, though lines before it are")
            continue
        last = _check_line(of, line, last, verdict)
    if head is not None and head != last:
        verdict.fault(CUSTODY, f"{of}: line {numbers[-1]} is not the end of the chain that {DOSSIER} names")


def _check_numbers(of: str, numbers: "list[int]", count: int, verdict: Verdict) -> None:
    """Gaps, and what is there twice. A gap is one fault, however wide: its width is anybody's to forge."""
    due = 1
    for number in sorted(numbers):
        if number < due:
            words = "is there more than once" if number > 0 else "is no line"
            verdict.fault(CUSTODY, f"{of}: line {number} {words}")
        elif number > due:
            _fault_missing(of, due, number - 1, verdict)
        due = max(due, number + 1)
    if due <= count:
        _fault_missing(of, due, count, verdict)
    if due > count + 1:
        verdict.fault(CUSTODY, f"{of}: line {due - 1} is one too many: {DOSSIER} says there are {count}")


def _fault_missing(of: str, first: int, last: int, verdict: Verdict) -> None:
    verdict.fault(CUSTODY, f"{of}: line {first} is missing" + (f", and all up to {last}" if last > first else ""))


def _check_line(of: str, line: "dict[str, Any]", last: str, verdict: Verdict) -> str:
    """Returns the hash of the line, as it is."""
    number, entry = line["number"], line["entry"]
    try:
        digest = entry_hash(entry)
        if (entry["of"], entry["number"]) != (of, number):
            verdict.fault(CUSTODY, f"{of}: line {number} is of another place in a chain")
        if entry["before"] != last:
            verdict.fault(CUSTODY, f"{of}: line {number} does not follow from the line before it")
        for part in PARTS:
            if not _HEX64.fullmatch(entry[part]):
                raise ValueError(part)
            if part not in line["opened"]:
                verdict.withheld += 1
                continue
            salt, text = line["opened"][part]
            if commitment(salt, text) != entry[part]:
                verdict.fault(CUSTODY, f"{of}: line {number} does not say what it said ({part})")
        if set(line["opened"]) - set(PARTS):
            raise ValueError("opened")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        verdict.fault(CUSTODY, f"{of}: line {number} is not whole")
        return ""
    if line.get("hash") != digest:
        verdict.fault(CUSTODY, f"{of}: line {number} is not what its hash says")
    return digest


def entry_hash(entry: "dict[str, Any]") -> str:
    """The SHA-256 of an entry: as JSON with sorted keys and no spaces, in UTF-8."""
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def commitment(salt: str, text: str) -> str:
    return hashlib.sha256((salt + "\n" + text).encode("utf-8")).hexdigest()


# --- The command ---


def spoken(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def opened(path: str) -> "Folder | Archive":
    if os.path.isdir(path):
        return Folder(path)
    return Archive(path)


def say(verdict: Verdict, key: str) -> int:
    for name, words in verdict.faults[:MOST_FAULTS]:
        print(f"{_shown(name)}: {_shown(words)}")
    more = len(verdict.faults) + verdict.more - MOST_FAULTS
    if more > 0:
        print(f"... and {more} more faults")
    if verdict.faults:
        print("\nNOT WHOLE: do not rely on this dossier.")
        return 1
    print(f"WHOLE: dossier of referral {verdict.referral}, made {_spelled(verdict.made)}.")
    print(f"  All {verdict.files} files are as they were when they were signed, and none was added.")
    print(f"  All {verdict.chains} chains of custody are unbroken, with {verdict.lines} lines in all.")
    if verdict.withheld:
        print(f"  {verdict.withheld} parts of lines are withheld; what stands for them in the chains is unbroken too.")
    if verdict.unchained:
        print(f"  {verdict.unchained} lines are from before there were chains: the signature alone covers them.")
    if verdict.timestamped:
        print("  There is a file that is said to be a timestamp of another party; VERIFY.txt says how to check it.")
    print(f"  Signed with the key of this fingerprint: {spoken(verdict.key)}")
    if key:
        print("  That is the key you named.")
    else:
        print("  Ask the organisation for its fingerprint by telephone, and compare: they must be the same.")
    return 0


def _spelled(moment: str) -> str:
    """`on 3 March 2026 at 09:00 UTC`; what is no moment, as it is."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}:[0-9]{2}):[0-9]{2}Z", moment)
    if not found or not 1 <= int(found.group(2)) <= 12:
        return _shown(moment)
    month = MONTHS[int(found.group(2)) - 1]
    return f"on {int(found.group(3))} {month} {found.group(1)} at {found.group(4)} UTC"


def _shown(text: str) -> str:
    """Without what would steer a terminal."""
    return "".join(one if one.isprintable() else "?" for one in text)


def main(arguments: "list[str] | None" = None) -> int:
    parser = argparse.ArgumentParser(description="Check a dossier. Needs no network.")
    parser.add_argument("dossier", nargs="?", help="a ZIP or a folder; this file's own folder when left out")
    parser.add_argument("--key", default="", metavar="FINGERPRINT", help="the key it must be signed with")
    given = parser.parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # for terminals that know few letters
    path = given.dossier or os.path.dirname(os.path.abspath(__file__))
    if given.key and not _HEX64.fullmatch(re.sub(r"[\s:]", "", given.key).lower()):
        print("A fingerprint has 64 digits, 0 to 9 and a to f; put it in quotation marks when it has spaces.")
        return 1
    try:
        return say(check(opened(path), given.key), given.key)
    except Broken as error:
        print(f"{_shown(path)}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
