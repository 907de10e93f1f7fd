"""What spark-submit runs: the command line itself, with the arguments of `compliance`."""

from compliance.cli import main

if __name__ == "__main__":
    main()
