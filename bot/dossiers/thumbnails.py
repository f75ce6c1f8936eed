"""Pictures made small enough for a page, and nothing but the picture: what a camera writes beside it is left behind."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

SIDE = 640
"""Pixels of the longer side, which print sharply at a third of a page's width."""
MOST_PIXELS = 24_000_000
MOST_PIXELS_OF_A_PHOTO = 50_000_000
"""What is larger is not opened: it would take more memory than a dossier may. A JPEG is made smaller as it is read."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_QUALITY = 80


def thumbnail(content: bytes) -> bytes | None:
    """A small JPEG of a picture; None when it is none that can be read. Of what moves, the first moment."""
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            warnings.simplefilter("ignore")
            most = MOST_PIXELS_OF_A_PHOTO if opened.format == "JPEG" else MOST_PIXELS
            if opened.width * opened.height > most:
                return None
            opened.draft("RGB", (SIDE, SIDE))
            opened.thumbnail((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
            turned = ImageOps.exif_transpose(opened)
            return _on_white(turned)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _on_white(picture: Image.Image) -> bytes:
    """As a JPEG without anything beside it; what can be seen through shows paper."""
    clear = picture.convert("RGBA")
    paper = Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear.getchannel("A"))
    made = io.BytesIO()
    paper.save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()
