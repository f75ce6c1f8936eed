"""The process that builds a dossier, and ends with it: `python -m bot.dossiers FOLDER EVIDENCE`.

FOLDER has the material; what is made is put beside it. Why nothing is made is a sentence on standard error.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from pydantic import TypeAdapter

from bot.dossiers.binding import MATERIAL, UNSIGNED
from bot.dossiers.packing import Unbuilt, pack, prepare
from bot.model import Material


def _material(folder: Path) -> Material:
    return TypeAdapter(Material).validate_json((folder / MATERIAL).read_bytes())


def main() -> int:
    gc.disable()  # it ends before anything would be worth collecting
    folder, evidence = map(Path, sys.argv[1:3])
    try:
        pack(prepare(_material(folder), evidence), folder / UNSIGNED, evidence)
    except Unbuilt as why:
        sys.stderr.write(f"{why}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The disk did not take the dossier ({error.strerror}). Make room, and try again.\n")
        return 1
    except MemoryError:
        sys.stderr.write("There is not enough memory for a dossier of this size.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
