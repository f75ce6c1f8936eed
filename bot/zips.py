"""What is looked at in a ZIP archive before any of it is unpacked. Pure."""

from __future__ import annotations

import zipfile
from zipfile import ZipInfo

MOST_ENTRIES = 1_000
"""A document with that many pictures is none."""
_ENTRY = b"PK\x01\x02"


def too_many_entries(content: bytes) -> bool:
    """Counted before zipfile makes an object of each."""
    return content.count(_ENTRY) > MOST_ENTRIES


def unpacks_in_bounds(entry: ZipInfo) -> bool:
    """Whether no more of it is unpacked than is asked for. Of BZIP2 and LZMA zipfile unpacks all there is, at once."""
    return entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
