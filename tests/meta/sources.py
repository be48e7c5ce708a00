"""What the meta tests know about the project: its files, its imports, its declared dependencies."""

from __future__ import annotations

import ast
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "mockserver", "oas")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module.

    Attributes:
        module: dotted and absolute; for `from a import b` it is `a.b`, since `b` may be a module.
        line: 1-based.
        in_function: False where loading the importing module runs the import.
        for_types: True below `if TYPE_CHECKING:`.
    """

    module: str
    line: int
    in_function: bool = False
    for_types: bool = False

    def is_below(self, package: str) -> bool:
        """Whether the module is `package` or lies in it."""
        return self.module == package or self.module.startswith(package + ".")


def modules(*packages: str) -> list[Path]:
    """List the source files of `packages`, both where none is named, relative to the checkout."""
    found = [path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in found)


def dotted(path: Path) -> str:
    """Name the module that a file, relative to the checkout, holds."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, source: str | None = None) -> list[Import]:
    """List every import of a file, whose text is `source` where given."""
    text = (ROOT / path).read_text(encoding="utf-8") if source is None else source
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    return list(_walk(ast.parse(text), package, in_function=False, for_types=False))


def _walk(node: ast.AST, package: str, *, in_function: bool, for_types: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno, in_function, for_types)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(node, package)
        for alias in node.names:
            yield Import(f"{base}.{alias.name}", node.lineno, in_function, for_types)
    in_function = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for_types = for_types or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, package, in_function=in_function, for_types=for_types)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    anchor = package.split(".")
    return ".".join([*anchor[: len(anchor) - node.level + 1], *([node.module] if node.module else [])])


@cache
def pyproject() -> dict[str, Any]:
    """Read `pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def tracked_files() -> tuple[Path, ...]:
    """List the files under version control, relative to the checkout; skips the test where there is none."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("the files under version control are unknown outside a git checkout")
    listing = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(Path(name) for name in listing.split("\0") if name and (ROOT / name).is_file())
