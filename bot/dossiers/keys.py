"""The key that dossiers are signed with: made once, kept beside the store, told by its fingerprint."""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from bot.errors import Misconfigured
from bot.stores.disk import PRIVATE, Disk

_SHARED = stat.S_IWGRP | stat.S_IRWXO
"""Whose file is no secret: a group may read it, for that is how some platforms hand a secret to a program."""
_ARMOUR = "-----BEGIN "


def make(path: Path) -> Ed25519PrivateKey:
    """Make a key and keep it where nobody else reads it; when this returns it is on the medium.

    Raises:
        Misconfigured: something is there already, which is never overwritten, or the file cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        _write(path, pem)
    except OSError as error:
        if not path.exists():
            raise Misconfigured(
                f"The key could not be written to {path} ({error.strerror}). Name another place with SIGNING_KEY_FILE."
            ) from None
        raise Misconfigured(
            f"{path} is there already, and what it signed could not be told without it. See its fingerprint with "
            "`python -m bot keys --print`; for a new key, move the file away first."
        ) from None
    return key


def load(key: Path | str) -> Ed25519PrivateKey:
    """The key in this file, or in this PEM.

    Raises:
        Misconfigured: there is none, it cannot be read, it is another kind of key, or others can read or change it.
    """
    pem, named = (_read(key), str(key)) if isinstance(key, Path) else (_unfolded(key).encode(), "SIGNING_KEY")
    try:
        loaded = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        loaded = None
    if not isinstance(loaded, Ed25519PrivateKey):
        raise Misconfigured(f"{named} holds no Ed25519 key as `python -m bot keys` makes it (PEM, PKCS #8).")
    if isinstance(key, Path):
        _refuse_shared(key)
    return loaded


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def fingerprint(public: bytes) -> str:
    """What a key is told by: the SHA-256 of its 32 public bytes, in hexadecimal."""
    return sha256(public).hexdigest()


def spoken(print_: str) -> str:
    """In groups of four, to be read out on the telephone."""
    return " ".join(print_[at : at + 4] for at in range(0, len(print_), 4))


def _write(path: Path, content: bytes) -> None:
    """Raises: OSError: nothing of it is there."""
    disk = Disk()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
    try:
        try:
            disk.append(handle, content)
            disk.sync(handle)
        finally:
            os.close(handle)
        disk.sync_folder(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Misconfigured(
            f"There is no key to sign with in {path}: make one with `python -m bot keys`, once, and tell agencies its "
            "fingerprint."
        ) from None
    except OSError as error:
        raise Misconfigured(f"The signing key {path} cannot be read ({error.strerror}).") from None


def _refuse_shared(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & _SHARED:
        raise Misconfigured(
            f"Others on this machine can read or change the signing key {path} (mode {mode:04o}), so what it signs "
            f"proves nothing. Run `chmod 600 {path}`; if somebody may have read it, make a new key and tell agencies."
        )


def _unfolded(pem: str) -> str:
    """As some platforms keep it: on one line, with the newlines written out."""
    return pem.replace("\\n", "\n") if _ARMOUR in pem and "\n" not in pem.strip() else pem
