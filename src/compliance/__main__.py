"""Where the program begins: ``compliance``, and ``python -m compliance``."""

import atexit
import gc

from compliance.kernel import interrupts


def main() -> None:
    """Run a command. Whoever interrupts it, already while it is imported, is told nothing."""
    interrupts.heed()
    # All goes with the process: to look once more for what can go costs a county a tenth.
    atexit.register(gc.freeze)
    from compliance.cli import main as program

    program()


if __name__ == "__main__":
    main()
