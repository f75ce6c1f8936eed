"""MANIFEST.sha256 and MANIFEST.sig: what a dossier's signature covers, and how it is written down.

docs/dossiers.md has it for who checks a dossier without this code; `bot.dossiers.verify` is the other side of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.dossiers.keys import fingerprint, public_bytes

MANIFEST, SIGNATURE, TIMESTAMP = "MANIFEST.sha256", "MANIFEST.sig", "MANIFEST.tsr"


def manifest(hashes: Mapping[str, str]) -> bytes:
    """As `sha256sum` writes and checks it, sorted by name."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()


def signature(
    key: Ed25519PrivateKey, *, referral: str, made_at: datetime, manifest: bytes, timestamp: bytes | None
) -> bytes:
    """Seven lines; what is signed are the first six, each with its newline."""
    said = (
        "takedown-desk dossier 1\n"
        f"referral {referral}\n"
        f"made {made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}\n"
        f"manifest {sha256(manifest).hexdigest()}\n"
        f"timestamp {sha256(timestamp).hexdigest() if timestamp else 'none'}\n"
        f"key {public_bytes(key).hex()}\n"
    )
    return f"{said}signature {key.sign(said.encode()).hex()}\n".encode()


def signer(key: Ed25519PrivateKey) -> str:
    """What the signature is told by."""
    return fingerprint(public_bytes(key))
