"""`python -m bot`."""

import gc
import importlib
import sys

if __name__ == "__main__":
    # What is loaded stays. Looking through it for garbage again and again while it comes is a tenth of a start.
    gc.disable()
    cli = importlib.import_module("bot.cli")
    gc.freeze()
    gc.enable()
    sys.exit(cli.main(sys.argv[1:]))
