"""The dossier as a PDF that an officer reads: set by Typst, for keeping (PDF/A-2a) and for everybody (PDF/UA-1).

What people wrote reaches Typst as strings of a JSON file and is never read as markup. Heavy: imported only by the
process that builds a dossier.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import orjson
import typst

from bot.dossiers.lettering import folders
from bot.dossiers.pages import document
from bot.dossiers.thumbnails import thumbnail
from bot.model import Exhibit, Material

MOST_PICTURES = 24


def set_pdf(material: Material, exhibits: Sequence[Exhibit], *, pictures: Callable[[str], bytes | None]) -> bytes:
    """The PDF; the same material makes the same bytes. What is to be redacted is so already.

    `pictures` gives a file by its SHA-256, or None when it is not there; it is asked one file at a time.
    """
    with tempfile.TemporaryDirectory(prefix="dossier-") as folder:
        root = Path(folder)
        shown = tuple(_kept_small(exhibits, pictures, root))
        (root / "document.json").write_bytes(orjson.dumps(document(material, exhibits, shown=shown)))
        (root / "dossier.typ").write_bytes(files("bot.dossiers").joinpath("dossier.typ").read_bytes())
        fonts = [str(one) for one in folders()]
        compiler = typst.Compiler(str(root / "dossier.typ"), root=folder, font_paths=fonts, ignore_system_fonts=True)
        # The standards are checked while the PDF is made: with one letter that has no glyph, there is none.
        made = compiler.compile(
            format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=int(material.made_at.timestamp())
        )
    assert isinstance(made, bytes)
    return made


def _kept_small(
    exhibits: Sequence[Exhibit], pictures: Callable[[str], bytes | None], root: Path
) -> Iterator[tuple[Exhibit, str]]:
    """The first pictures that can be shown, each once, with the file it is in."""
    seen: set[str] = set()
    for one in exhibits:
        if len(seen) == MOST_PICTURES:
            return
        if one.withheld or not one.media_type.startswith("image/") or one.sha256 in seen:
            continue
        content = pictures(one.sha256)
        small = thumbnail(content) if content else None
        if small is not None:
            seen.add(one.sha256)
            name = f"{len(seen)}.jpg"
            (root / name).write_bytes(small)
            yield one, name
