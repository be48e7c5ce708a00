"""`python -m contracts`."""

from contracts.cli.commands import main

if __name__ == "__main__":
    raise SystemExit(main())
