"""Fetches the libraries of the console from npm, as they are, with version and licence.

    python tools/vendor.py

npm verifies the integrity of what it fetches. Nothing is built or changed but
the links to source maps, which are left out.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "mockserver" / "console" / "static" / "vendor"
#: Package → version, licence, files.
PACKAGES = {
    "lit-html": ("3.3.3", "BSD-3-Clause", ("lit-html.js", "LICENSE")),
    "uplot": ("1.6.32", "MIT", ("dist/uPlot.iife.min.js", "dist/uPlot.min.css", "LICENSE")),
    "swagger-ui-dist": (
        "5.35.0",
        "Apache-2.0",
        ("swagger-ui-bundle.js", "swagger-ui.css", "swagger-ui-bundle.js.LICENSE.txt", "LICENSE", "NOTICE"),
    ),
}


def fetch(name: str, version: str, wanted: tuple[str, ...], scratch: Path) -> str:
    """Put the files of a package into the folder; return its integrity as npm knows it."""
    packed = subprocess.run(
        ["npm", "pack", "--json", f"{name}@{version}"], cwd=scratch, capture_output=True, text=True, check=True
    )
    report = json.loads(packed.stdout)
    entry = report[0] if isinstance(report, list) else next(iter(report.values()))
    target = FOLDER / name
    target.mkdir(parents=True)
    with tarfile.open(scratch / entry["filename"]) as archive:
        for path in wanted:
            member = archive.extractfile(f"package/{path}")
            assert member is not None, path
            text = member.read().decode("utf-8")
            clean = re.sub(r"\n//# sourceMappingURL=.*|/\*# sourceMappingURL=.*?\*/", "", text)
            (target / Path(path).name).write_text(clean)
    return str(entry["integrity"])


def main() -> int:
    """Replace everything that is vendored."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    manifest = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, (version, licence, wanted) in PACKAGES.items():
            integrity = fetch(name, version, wanted, Path(scratch))
            manifest[name] = {"version": version, "license": licence, "integrity": integrity}
    (FOLDER / "vendor.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
