"""Judges `openapi.yaml` by Redocly's recommended rules and Spectral's `spectral:oas`.

Both come from npm, at the versions below, into a folder of the caller's. Where
there is no Node.js the program says so and succeeds: openapi-spec-validator,
which needs only Python, has judged the document already.

Redocly takes an example whose value is a reference for the example itself and
warns that it lacks every property. So it also judges a copy in which the
fixtures stand at their places, and of the document as it is only a summary is
shown.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
REDOCLY = "@redocly/cli@2.77.0"
SPECTRAL = "@stoplight/spectral-cli@6.16.3"
#: Oldest Node.js that both accept.
NODE_NEEDED = (20, 19)
LINTERS = (
    ("redocly", "lint", "--config=redocly.yaml", "--format=summary", "{document}"),
    ("redocly", "lint", "--config=redocly.yaml", "{copy}"),
    ("spectral", "lint", "--ruleset=.spectral.yaml", "--fail-severity=error", "{document}"),
)


def reason_to_skip() -> str | None:
    """Say what is missing; None where both linters can run."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return "node and npm are not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    major, minor = (int(part) for part in version.lstrip("v").split(".")[:2])
    if (major, minor) < NODE_NEEDED:
        return f"node {version} is older than {NODE_NEEDED[0]}.{NODE_NEEDED[1]}"
    return None


def run(command: Sequence[str]) -> int:
    """Show and run one command in the checkout; its exit code."""
    print("$", " ".join(command), flush=True)
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(command, cwd=ROOT, check=False, env=os.environ | quiet).returncode


def with_fixtures(node: Any) -> Any:
    """Copy a part of the document, with the fixture in the place of each example that refers to one."""
    if isinstance(node, list):
        return [with_fixtures(item) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node["$ref"] if node.keys() == {"$ref"} else ""
    if str(reference).startswith("fixtures/"):
        return json.loads((ROOT / reference).read_text(encoding="utf-8"))
    return {name: with_fixtures(item) for name, item in node.items()}


def write_copy(target: Path) -> Path:
    """Write the document with its fixtures to `target`."""
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    target.write_text(yaml.safe_dump(with_fixtures(document), sort_keys=False, allow_unicode=True), encoding="utf-8")
    return target


def main(argv: Sequence[str]) -> int:
    """Install both linters below `argv[0]` and run them; 0 when neither found an error."""
    reason = reason_to_skip()
    if reason:
        print(f"skipped: Redocly and Spectral did not judge openapi.yaml, because {reason}")
        return 0
    prefix = Path(argv[0]).resolve() / "npm"
    prefix.mkdir(parents=True, exist_ok=True)
    npm = shutil.which("npm") or "npm"
    installed = run(
        [
            npm,
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            f"--prefix={prefix}",
            REDOCLY,
            SPECTRAL,
        ]
    )
    if installed:
        print("npm could not install the linters; its message stands above")
        return installed
    binaries = prefix / "node_modules" / ".bin"
    files = {"document": "openapi.yaml", "copy": str(write_copy(prefix / "openapi.yaml"))}
    codes = []
    for name, *options in LINTERS:
        program = shutil.which(name, path=str(binaries)) or name
        codes.append(run([program, *(option.format_map(files) for option in options)]))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
