"""`python -m mockserver`, the command without its script."""

from mockserver.cli.commands import main

if __name__ == "__main__":  # a spawned worker imports this module again
    main()
