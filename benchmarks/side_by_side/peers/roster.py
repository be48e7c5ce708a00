"""Which servers are compared, in the order of the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from side_by_side.peers import mock, mockoon, nginx, prism, wiremock
from side_by_side.peers.peer import Peer, Site

MOCK = "mockserver"
PRISM = "prism-silent"

#: Short name → makes the peer ready, or raises PeerMissing.
PEERS: Mapping[str, Callable[[Site], Peer]] = {
    MOCK: mock.mock,
    "bare": mock.bare,
    "nginx": nginx.nginx,
    PRISM: prism.prism_silent,
    "prism": prism.prism,
    "wiremock": wiremock.wiremock,
    "mockoon": mockoon.mockoon,
}
