"""Making a dossier out of what is on the shelves, and keeping it there."""

from __future__ import annotations

from pathlib import Path

from bot.dossiers.binding import SECONDS, bind
from bot.dossiers.exhibits import numbered
from bot.errors import StoreUnavailable
from bot.model import Built, Material
from bot.shelves import Shelves


async def make(
    material: Material, *, shelves: Shelves, key: Path | str, tsa_url: str = "", seconds: float = SECONDS
) -> Built:
    """As `bot.dossiers.binding.bind`, wherever files are kept; when this returns it is on the medium.

    Raises:
        StoreUnavailable: it could not be made, for the reason it says; nothing of it is kept.
        Misconfigured: there is no key to sign with.
    """
    wanted = {one.sha256 for one in numbered(material)}
    async with shelves.evidence.laid_out(wanted) as evidence, shelves.dossiers.making() as into:
        built = await bind(material, into=into, evidence=evidence, key=key, tsa_url=tsa_url, seconds=seconds)
        try:
            await shelves.dossiers.keep(into / built.name)
        except OSError as error:
            raise StoreUnavailable(f"The dossier could not be kept ({error.strerror}). Try again.") from error
        return built
