"""Servers for tests in Python, each with an API of its own.

`LiveServer` runs in a child process or in a thread; `Embedded` opens many small APIs in one process.
"""

from mockserver.live.server import Embedded, LiveServer, ToolError

__all__ = ["Embedded", "LiveServer", "ToolError"]
