"""The layers of the house: who may import whom, and what is never written."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import core

ROOT = Path(core.__file__).parent.parent
HEAVY = ("torch", "umap", "sklearn", "imblearn", "transformers", "huggingface_hub", "safetensors")
# Which packages of core may import what is slow to load, each inside a function.
MAY_IMPORT = {
    "torch": {"embed", "neighbours", "synthesize", "evaluate"},
    "transformers": {"embed"},
    "huggingface_hub": {"embed"},
    "safetensors": {"embed"},
    "umap": {"project"},
}
# Estimators for other programs subclass scikit-learn's, so they load it. Nothing imports them
# but a function that needs one, or another of them.
ESTIMATORS = {
    "core/neighbours/exact.py",
    "core/smote/parity.py",
    "core/smote/sampler.py",
}
LONGEST = 300


def layers() -> list[str]:
    """Return core's packages, lowest first, as its docstring lists them."""
    assert core.__doc__ is not None
    listed = core.__doc__.split("holds this):")[1]
    return re.findall(r"\w+", listed)


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def layer_of(module: Path) -> str:
    """Return which entry of the list a module of core belongs to; '' is core itself."""
    place = module.relative_to(ROOT / "core").with_suffix("")
    return "" if place.parts == ("__init__",) else place.parts[0]


def imports(source: str) -> Iterator[tuple[str, bool]]:
    """Yield what `source` imports, and whether it does so only in a function, or for types."""
    tree = ast.parse(source)
    inside = {
        id(node)
        for holder in ast.walk(tree)
        if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        or (isinstance(holder, ast.If) and ast.unparse(holder.test) == "TYPE_CHECKING")
        for node in ast.walk(holder)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, id(node) in inside
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole package"
            for name in node.names:
                yield f"{node.module}.{name.name}", id(node) in inside


def faults_of_layer(source: str, layer: str) -> list[str]:
    """Return what `source`, a module of `layer`, imports though it lies on no lower layer."""
    order = layers()
    allowed = order[: order.index(layer) + 1] if layer else []
    faults = []
    for name, _ in imports(source):
        first, *rest = name.split(".")
        if first in {"app", "streamlit"} or (
            first == "core" and rest[0] != "__version__" and rest[0] not in allowed
        ):
            faults.append(name)
    return faults


def faults_of_weight(source: str, layer: str) -> list[str]:
    """Return the slow libraries that `source` imports where it must not."""
    faults = []
    for name, is_inside in imports(source):
        library = name.split(".")[0]
        is_elsewhere = library in MAY_IMPORT and layer not in MAY_IMPORT[library]
        if library in HEAVY and (not is_inside or is_elsewhere):
            faults.append(name)
    return faults


def faults_of_style(source: str) -> list[str]:
    """Return calls of print and handlers that catch everything."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            faults += ["print"] if node.func.id == "print" else []
        if isinstance(node, ast.ExceptHandler):
            caught = {name.id for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}
            if node.type is None or caught & {"Exception", "BaseException"}:
                faults.append("except")
    return faults


def test_every_module_of_core_is_in_the_list() -> None:
    assert {layer_of(module) for module in modules("core")} - {""} <= set(layers())
    assert len(set(layers())) == len(layers())


def test_core_imports_only_from_lower_layers() -> None:
    faults = {
        str(module.relative_to(ROOT)): found
        for module in modules("core")
        if (found := faults_of_layer(module.read_text("utf-8"), layer_of(module)))
    }
    assert faults == {}


def test_slow_libraries_are_imported_by_few_and_inside_functions() -> None:
    faults = {
        str(module.relative_to(ROOT)): found
        for module in modules("core")
        if (found := faults_of_weight(module.read_text("utf-8"), layer_of(module)))
    }
    assert set(faults) == ESTIMATORS


def test_core_prints_nothing_and_never_catches_everything() -> None:
    faults = {
        str(module.relative_to(ROOT)): found
        for module in modules("core")
        if (found := faults_of_style(module.read_text("utf-8")))
    }
    assert faults == {}


@pytest.mark.parametrize("package", ["core", "app"])
def test_no_module_is_longer_than_a_reader_can_hold(package: str) -> None:
    lengths = {
        str(module.relative_to(ROOT)): len(module.read_text("utf-8").splitlines())
        for module in modules(package)
    }
    assert lengths
    assert {path: length for path, length in lengths.items() if length >= LONGEST} == {}


def test_importing_all_of_core_loads_no_slow_library() -> None:
    names = [
        ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for module in modules("core")
        if str(module.relative_to(ROOT)) not in ESTIMATORS
    ]
    program = (
        f"import sys, importlib\nfor name in {names!r}: importlib.import_module(name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)

    assert (done.stdout.strip(), done.stderr) == ("[]", "")


# Beside the one door from a row to its pixels: what sees a file before it is a row, and what trains
# the built-in encoder from archives.
MAY_DECODE = {
    "core/dataset/picture.py",
    "core/pictures/measure.py",
    "core/embed/training_pictures.py",
}
MAY_READ_ROWS = {"core/dataset/picture.py"}


def calls_of_decode(source: str) -> list[str]:
    """Return where `decode` of pictures is called by that name, or brought in."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in {"decode", "imdecode"}
    ]


def reads_of_rows(source: str) -> list[str]:
    """Return where the file of a row is read: `something.read_bytes(row)`."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "read_bytes" and node.args
    ]


def test_a_row_comes_to_its_pixels_by_one_door() -> None:
    sources = {
        str(module.relative_to(ROOT)): module.read_text("utf-8")
        for package in ("core", "app")
        for module in modules(package)
    }

    decoding = {path for path, source in sources.items() if calls_of_decode(source)}
    reading = {path for path, source in sources.items() if reads_of_rows(source)}

    assert decoding == MAY_DECODE
    assert reading == MAY_READ_ROWS


def test_the_rule_of_one_door_can_fail() -> None:
    assert calls_of_decode("pixels = decode(dataset.read_bytes(row))")
    assert reads_of_rows("pixels = decode(dataset.read_bytes(row))")
    assert not reads_of_rows("text = path.read_bytes()")


@pytest.mark.parametrize(
    "source",
    [
        "import app.cli",
        "from streamlit import write",
        "from core import export",
        "import core.audit",
    ],
)
def test_the_rule_of_layers_can_fail(source: str) -> None:
    assert faults_of_layer(source, "pictures")


@pytest.mark.parametrize(
    ("source", "layer"),
    [
        ("import torch", "embed"),
        ("def f():\n    import torch", "pictures"),
        ("def f():\n    from umap import UMAP", "resample"),
        ("from sklearn.decomposition import PCA", "project"),
    ],
)
def test_the_rule_of_slow_libraries_can_fail(source: str, layer: str) -> None:
    assert faults_of_weight(source, layer)


@pytest.mark.parametrize(
    "source",
    [
        "print(1)",
        "try: pass\nexcept: pass",
        "try: pass\nexcept Exception: pass",
        "try: pass\nexcept (OSError, BaseException) as error: pass",
    ],
)
def test_the_rule_of_style_can_fail(source: str) -> None:
    assert faults_of_style(source)
