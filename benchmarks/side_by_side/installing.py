"""Installs npm packages into the user's cache folder, each in a folder of its own, once."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from side_by_side.peers.peer import PeerMissing

INSTALL_TIMEOUT_S = 1800.0


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where installed packages are.

    Attributes:
        folder: holds `NAME-VERSION/node_modules`.
        trees: other folders `node_modules` to look in first.
        may_install: False leaves out what is not there already.
    """

    folder: Path
    trees: tuple[Path, ...] = ()
    may_install: bool = True

    @classmethod
    def of_user(cls, trees: tuple[Path, ...] = (), may_install: bool = True) -> Shelf:
        """Return the one in the user's cache folder."""
        return cls(user_cache_path("konnector-contracts") / "peers", trees, may_install)

    def install(self, package: str, version: str) -> Path:
        """Return the folder `node_modules` that holds a package, installed by npm where need be.

        Raises:
            PeerMissing: node or npm is missing, npm failed, or nothing may be installed.
        """
        if shutil.which("node") is None:
            raise PeerMissing("node is not on the path")
        own = self.folder / f"{package.replace('/', '-')}-{version}" / "node_modules"
        for modules in (*self.trees, own):
            if _version(modules / package) == version:
                return modules
        if not self.may_install or shutil.which("npm") is None:
            raise PeerMissing(f"{package} {version} is not installed; run without --quick, with npm on the path")
        return _npm(package, version, own)


def _npm(package: str, version: str, modules: Path) -> Path:
    modules.parent.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--prefix", str(modules.parent), "--no-audit", "--no-fund", f"{package}@{version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise PeerMissing(f"npm did not install {package} within {INSTALL_TIMEOUT_S:g} s") from error
    if done.returncode or _version(modules / package) != version:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise PeerMissing(f"npm could not install {package} {version}: {last}")
    return modules


def _version(package: Path) -> str | None:
    """Return the version of an installed package, None where it is not whole."""
    try:
        found: str = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError):
        return None
    return found
