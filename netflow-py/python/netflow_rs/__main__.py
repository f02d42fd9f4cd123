"""``python -m netflow_rs``: the command ``netflow``."""

from __future__ import annotations

import signal
import sys

from ._netflow import run


def main() -> int:
    """Runs the command with the arguments of the process."""
    # Ctrl-C ends the command at once, as it does the program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run(["netflow", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
