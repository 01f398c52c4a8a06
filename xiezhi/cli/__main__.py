"""Runs the command line as `python -m xiezhi.cli`."""

from xiezhi.cli import main

if __name__ == "__main__":
    main()
