"""Ids that other formats want to be UUIDs: the same for the same thing, so that a dossier made again says the same."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID


def uuid_of(*what: str) -> str:
    """As a random one looks (version 4), which is what the formats ask for."""
    return str(UUID(bytes=sha256("\n".join(("takedown-desk", *what)).encode()).digest()[:16], version=4))
