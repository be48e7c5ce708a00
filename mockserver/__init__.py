"""A mock server driven by `openapi.yaml`: the whole API on one loopback port.

Importing the package costs nothing; `mockserver.cli.commands` is the command,
`mockserver.live.LiveServer` a server for tests, `mockserver.app.create_app`
the WSGI application.
"""

__version__ = "0.1.0"
