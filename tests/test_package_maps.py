"""A package's docstring is its map: it names each module, and what it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(
    path.parent for room in ("core", "app") for path in (ROOT / room).rglob("__init__.py")
)
# `name` in prose; or at the head of an indented line, as in a list of modules.
_NAMED = re.compile(r"`([a-z][a-z0-9_]*)`")
_LISTED = re.compile(r"^ {4}([a-z][a-z0-9_.]*(?:, [a-z][a-z0-9_.]*)*)(?: {2,}|,?$)", re.MULTILINE)
_DEFINED = re.compile(r"^\s*(?:(?:async )?def|class) (\w+)|^(\w+)\b.*=|^\s+(\w+): ", re.MULTILINE)


def docstring_of(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8")), False) or ""


def modules_of(package: Path) -> set[str]:
    inside = {path.stem for path in package.glob("*.py")} - {"__init__"}
    return inside | {path.parent.name for path in package.glob("*/__init__.py")}


def defined_in(package: Path) -> set[str]:
    found = set[str]()
    for path in package.glob("*.py"):
        for names in _DEFINED.findall(path.read_text("utf-8")):
            found.update(names)
    return found


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_package_names_each_of_its_modules(package: Path) -> None:
    text = docstring_of(package)
    listed = re.split(r"[ ,]+", " ".join(_LISTED.findall(text)))
    named = {*_NAMED.findall(text), *(name.removesuffix(".py") for name in listed)}

    assert sorted(modules_of(package) - named) == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_package_names_is_there(package: Path) -> None:
    known = modules_of(package) | defined_in(package) | {"core", "app", "streamlit", "evenset"}
    known |= modules_of(ROOT / "core") | modules_of(ROOT / "app")

    assert sorted(set(_NAMED.findall(docstring_of(package))) - known) == []
