"""Where the program begins: ``compliance``, and ``python -m compliance``."""

from compliance.kernel import interrupts


def main() -> None:
    """Run a command. Whoever interrupts it, already while it is imported, is told nothing."""
    interrupts.heed()
    from compliance.cli import main as program

    program()


if __name__ == "__main__":
    main()
