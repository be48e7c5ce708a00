"""What these tests need also where they run alone, without the conftest.py above."""

from __future__ import annotations

import importlib.util
import pkgutil

import contracts.plugin
import mockserver.live
from background import restore_signals

restore_signals()

# A run of pytest within a test forgets the modules that it imports first. Extension modules cannot be imported twice,
# and the others take a second. So all that the plugin and its users need is imported before.
for package in (contracts.plugin, mockserver.live):
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
for name in ("requests", "httpx", "aiohttp"):
    if importlib.util.find_spec(name):
        importlib.import_module(name)
