"""Other programs that a test starts on free ports of this machine, and stops: a Redis, an nginx in front of servers."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

#: Far beyond what a start takes.
DEADLINE_S = 20.0
_NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream nodes {{ {nodes} keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://nodes;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_connect_timeout 2s;
    }}
  }}
}}
"""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that other programs do."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether a connection is accepted."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Program:
    """A program that listens on one port, as long as the block lasts."""

    name: str

    def __init__(self, folder: Path) -> None:
        if shutil.which(self.name) is None:
            pytest.skip(f"{self.name} is not installed")
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> Sequence[str]:
        """Return how it is started."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, cwd=self.folder)
        wait_until(lambda: listens(self.port))

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> Any:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


class RedisServer(Program):
    """A Redis that keeps nothing on disk."""

    name = "redis-server"

    @property
    def url(self) -> str:
        """Its URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        """Return how it is started."""
        return [self.name, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


class Nginx(Program):
    """An nginx that hands requests to servers in turn."""

    name = "nginx"

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        super().__init__(folder)
        nodes = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
        (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=self.port, nodes=nodes))

    def command(self) -> Sequence[str]:
        """Return how it is started."""
        return [self.name, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr"]


def administer(base_url: str, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    """Call the control API of a running server; return status and document."""
    url = urlsplit(base_url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=DEADLINE_S)
    try:
        headers = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, f"/__admin{path}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
