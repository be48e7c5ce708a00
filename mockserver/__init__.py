"""A mock server driven by `openapi.yaml`: the whole API on one loopback port.

Importing the package costs nothing; `mockserver.cli.commands` is the command,
`mockserver.live.LiveServer` a server for tests, `mockserver.app.create_app`
the WSGI application.
"""

from oas import deprecated

__version__ = "0.1.0"

deprecated.install()
