"""nginx with the recorded bytes on disk: what serving them costs without any thought."""

from __future__ import annotations

import getpass
import shutil
import subprocess

from side_by_side.cases import Case
from side_by_side.peers.peer import Peer, PeerMissing, Site, free_port

_CONFIG = """
user {user};
daemon off;
worker_processes 1;
error_log {folder}/error.log;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/files;
{locations}
  }}
}}
"""


def nginx(site: Site) -> Peer:
    """Return nginx with one worker.

    Raises:
        PeerMissing: the system has no nginx.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise PeerMissing("nginx is not on the path; install it with the system's package manager")
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    files = site.folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    for case in site.cases:
        (files / f"{case.name}.json").write_bytes(site.answers[case.name].body)
    port = free_port()
    config = site.folder / "nginx.conf"
    locations = "\n".join(map(location, site.cases))
    config.write_text(_CONFIG.format(user=getpass.getuser(), folder=site.folder, port=port, locations=locations))
    return Peer(
        name="nginx",
        version=told.rpartition("/")[2].strip(),
        does="the same bytes from disk",
        commands={port: [program, "-c", str(config), "-e", str(site.folder / "error.log")]},
        has_prefix=True,
    )


def location(case: Case) -> str:
    """Write the part of the configuration that answers a case."""
    if case.method == "GET" and case.status == 200:
        return f"    location /{case.name}/ {{ try_files /{case.name}.json =404; }}"
    # A file is not served to POST, nor with another status, but as the page of an error it is.
    return f"    location /{case.name}/ {{ error_page 418 ={case.status} /{case.name}.json; return 418; }}"
