"""The layers of the house: who may import whom, and what is never written."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import core
from app.session.session import VALUES

ROOT = Path(core.__file__).parent.parent
SNIPPETS = ROOT / "core" / "export" / "snippets"
HEAVY = (
    *("torch", "umap", "numba", "sklearn", "imblearn", "transformers"),
    *("huggingface_hub", "safetensors"),
)
# Which packages of core may import what is slow to load, each inside a function.
MAY_IMPORT = {
    "torch": {"embed", "neighbours", "synthesize", "evaluate"},
    "transformers": {"embed"},
    "huggingface_hub": {"embed"},
    "safetensors": {"embed"},
    "umap": {"project"},
    "numba": {"project", "pictures"},
}
# Estimators for other programs subclass scikit-learn's, so they load it. Nothing imports them
# but a function that needs one, or another of them.
ESTIMATORS = {
    "core/neighbours/exact.py",
    "core/smote/parity.py",
    "core/smote/sampler.py",
}
# The rooms of app, lowest first: each imports only from those before it, pages never each other.
ROOMS = (
    *("settings", "jobs", "session", "shell", "upload", "charts", "map", "review", "pages"),
    *("main", "server", "cli"),
)
LONGEST = 450  # lines of a module
SLIVER = 60  # lines; a shorter module that one other imports is a part of that one
LONGEST_FUNCTION = 50  # lines
MOST_ARGUMENTS = 6
# Exceptions, below: one that is not found any more fails its test too.
# By package and function, so that a move within a package changes nothing here.
# Small modules that are more than a part of the one that imports them, and why.
MAY_BE_SMALL = {
    "core.audit.borderline": "it says what a check finds, which a page must not; a page shows it",
    "core.augment.mixing": "it mixes pixels, which a page must not; a page alone shows the result",
}
# Signatures that are not ours to choose, and whose they are.
MAY_BE_CROWDED = {
    "app/session: value": "a declaration, like `dataclasses.field`: what is not said is left out",
    "core/smote: _generate_samples": "imbalanced-learn's method, which it overrides",
    "core/smote: __init__": "scikit-learn: an estimator names each parameter",
}


def layers() -> list[str]:
    """Return core's packages, lowest first, as its docstring lists them."""
    assert core.__doc__ is not None
    listed = core.__doc__.split("holds this):")[1]
    return re.findall(r"\w+", listed)


@cache
def files(package: str) -> dict[str, str]:
    """Return the source of every module of a package, by its path; code to paste is none."""
    paths = [path for path in sorted((ROOT / package).rglob("*.py")) if path.parent != SNIPPETS]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


def both() -> dict[str, str]:
    """Return the source of every module of core and app, by its path."""
    return files("core") | files("app")


def layer_of(path: str) -> str:
    """Return which entry of the list a module of core belongs to; '' is core itself."""
    name = path.removesuffix(".py").split("/")[1]
    return "" if name == "__init__" else name


@cache
def tree_of(source: str) -> ast.Module:
    """Return `source` parsed, once for all rules."""
    return ast.parse(source)


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Return all that `source` consists of: to walk a tree takes longer than to parse it."""
    return tuple(ast.walk(tree_of(source)))


@cache
def imports(source: str) -> tuple[tuple[str, bool], ...]:
    """Return what `source` imports, and whether it does so only in a function, or for types."""
    found: list[tuple[str, bool]] = []
    ahead: list[tuple[ast.AST, bool]] = [(tree_of(source), False)]
    while ahead:
        node, is_inside = ahead.pop()
        if isinstance(node, ast.Import):
            found += [(name.name, is_inside) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole package"
            found += [(f"{node.module}.{name.name}", is_inside) for name in node.names]
        elif not isinstance(node, ast.expr):  # no expression holds an import
            opens = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
                isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            )
            ahead += [(child, is_inside or opens) for child in ast.iter_child_nodes(node)]
    return tuple(found)


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
    for node in nodes_of(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            faults += ["print"] if node.func.id == "print" else []
        if isinstance(node, ast.ExceptHandler):
            caught = {name.id for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}
            if node.type is None or caught & {"Exception", "BaseException"}:
                faults.append("except")
    return faults


def too_long(lengths: dict[str, int]) -> dict[str, int]:
    """Return the modules that are as long as no module may be, and their lengths."""
    return {path: length for path, length in lengths.items() if length >= LONGEST}


def name_of(path: str) -> str:
    """Return the dotted name of a module; a package's `__init__` has the package's."""
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def import_graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """Return which of the modules in `sources` each of them imports, in functions too."""
    graph: dict[str, set[str]] = {name: set() for name in sources}
    for importer, source in sources.items():
        for imported, _ in imports(source):
            holder = imported.rpartition(".")[0]
            found = imported if imported in sources else holder
            if found in sources and found != importer:
                graph[importer].add(found)
    return graph


@cache
def house() -> dict[str, str]:
    """Return the source of every module of core and app, by its dotted name."""
    return {name_of(path): source for path, source in both().items()}


@cache
def graph_of_house() -> dict[str, set[str]]:
    """Return which module of core and app imports which."""
    return import_graph(house())


def faults_of_room(graph: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Return which module of app imports which though it is in no lower room."""
    faults = set()
    for importer, imported in graph.items():
        for other in imported:
            if not (importer.startswith("app.") and other.startswith("app.")):
                continue
            room, other_room = importer.split(".")[1], other.split(".")[1]
            is_up = ROOMS.index(other_room) > ROOMS.index(room)
            is_across = (room, other_room) == ("pages", "pages") and (
                # The room itself may put its pages together.
                len(importer.split(".")) > 2 and importer.split(".")[2] != other.split(".")[2]
            )
            if is_up or is_across:
                faults.add((importer, other))
    return faults


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules that reach each other by imports."""
    reached: dict[str, set[str]] = {}
    for start in graph:
        found: set[str] = set()
        ahead = list(graph[start])
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += graph[name]
        reached[start] = found
    circling = [name for name in graph if name in reached[name]]
    sets = [{other for other in reached[name] if name in reached[other]} for name in circling]
    return [found for place, found in enumerate(sets) if found not in sets[:place]]


def slivers(sources: dict[str, str], graph: dict[str, set[str]]) -> dict[str, str]:
    """Return the short modules that exactly one other imports, and that one."""
    found = {}
    for name, source in sources.items():
        users = [importer for importer, imported in graph.items() if name in imported]
        is_package = any(other.startswith(f"{name}.") for other in sources)
        # What its package's face shows is used by those who import from there.
        is_shown = users == [name.rpartition(".")[0]]
        is_sliver = len(source.splitlines()) < SLIVER and len(users) == 1
        if is_sliver and not is_package and not is_shown:
            found[name] = users[0]
    return found


def crowded(source: str) -> list[str]:
    """Return the functions that are too long or take too much, and the calls that bind too much.

    A record's constructor is no such call: a record is what many arguments are to become. Nor are
    calls of other libraries, whose signatures are theirs.
    """
    faults = []
    for node in nodes_of(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = len([one for one in taken if one.arg not in {"self", "cls"}])
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            faults += [node.name] * (length > LONGEST_FUNCTION or count > MOST_ARGUMENTS)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "partial",
            "functools.partial",
        }:
            bound = len(node.args) - 1 + len(node.keywords)
            name = ast.unparse(node.args[0]) if node.args else ""
            faults += [f"partial {name}"] * (bound > MOST_ARGUMENTS)
    return faults


def test_every_module_of_core_is_in_the_list() -> None:
    assert {layer_of(path) for path in files("core")} - {""} == set(layers())
    assert len(set(layers())) == len(layers())


def test_core_imports_only_from_lower_layers() -> None:
    faults = {
        path: found
        for path, source in files("core").items()
        if (found := faults_of_layer(source, layer_of(path)))
    }
    assert faults == {}


def test_slow_libraries_are_imported_by_few_and_inside_functions() -> None:
    faults = {
        path: found
        for path, source in files("core").items()
        if (found := faults_of_weight(source, layer_of(path)))
    }
    assert set(faults) == ESTIMATORS


def test_core_prints_nothing_and_never_catches_everything() -> None:
    faults = {
        path: found for path, source in files("core").items() if (found := faults_of_style(source))
    }
    assert faults == {}


def test_rooms_of_app_import_only_lower_rooms_and_pages_never_each_other() -> None:
    rooms = {name.split(".")[1] for name in house() if name.startswith("app.")}

    assert rooms == set(ROOMS)
    assert faults_of_room(graph_of_house()) == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    found = circles(graph_of_house())

    assert found == []


def test_no_module_is_a_sliver_of_the_only_one_that_imports_it() -> None:
    found = set(slivers(house(), graph_of_house()))

    assert found == set(MAY_BE_SMALL)


def test_no_function_is_long_and_none_takes_more_arguments_than_a_reader_holds() -> None:
    found = {
        f"{path.rpartition('/')[0]}: {fault}"
        for path, source in both().items()
        for fault in crowded(source)
    }

    assert found == set(MAY_BE_CROWDED)


@pytest.mark.parametrize("package", ["core", "app"])
def test_no_module_is_longer_than_a_reader_can_hold(package: str) -> None:
    lengths = {path: len(source.splitlines()) for path, source in files(package).items()}

    assert lengths
    assert too_long(lengths) == {}


def test_importing_all_of_core_loads_no_slow_library() -> None:
    names = [name_of(path) for path in files("core") if path not in ESTIMATORS]
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
    "core/embed/fit_directions.py",
    "core/ingest/file_views.py",
    "core/export/samples.py",  # a file as it will be written, to show it
}
MAY_READ_ROWS = {"core/dataset/picture.py"}


def calls_of_decode(source: str) -> list[str]:
    """Return where `decode` of pictures is called by that name, or brought in."""
    return [
        ast.unparse(node)
        for node in nodes_of(source)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in {"decode", "imdecode"}
    ]


def reads_of_rows(source: str) -> list[str]:
    """Return where the file of a row is read: `something.read_bytes(row)`."""
    return [
        ast.unparse(node)
        for node in nodes_of(source)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "read_bytes" and node.args
    ]


def test_a_row_comes_to_its_pixels_by_one_door() -> None:
    decoding = {path for path, source in both().items() if calls_of_decode(source)}
    reading = {path for path, source in both().items() if reads_of_rows(source)}

    assert decoding == MAY_DECODE
    assert reading == MAY_READ_ROWS


def test_the_rule_of_one_door_can_fail() -> None:
    assert calls_of_decode("pixels = decode(dataset.read_bytes(row))")
    assert reads_of_rows("pixels = decode(dataset.read_bytes(row))")
    assert not reads_of_rows("text = path.read_bytes()")


# What a person has chosen, beside what was made of it.
CHOSEN = {"policy", "policy_chosen", "take", "decoding", "edits"}
_MEMORY = re.compile(r"st\.session_state\b(?!\.(get|pop)\b)")


def results_kept_in_memory(source: str) -> list[str]:
    """Return where a page's memory is given what was made: it would stay when that is dropped.

    That is a value of the session, or what a function of core returns, by way of names too.
    """
    tree = ast.parse(source)
    made_by = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core.")
        for name in node.names
        if name.name.islower() and node.module != "core.words"
    }
    faults = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        tainted: set[str] = set()
        for node in ast.walk(function):
            if not isinstance(node, ast.Assign | ast.AnnAssign | ast.Call):
                continue
            if isinstance(node, ast.Call):
                is_kept = ast.unparse(node.func) == "st.session_state.setdefault"
                parts, targets = node.args[1:], []
            else:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                is_kept = any(_MEMORY.match(ast.unparse(target)) for target in targets)
                parts = [node.value] if node.value is not None else []
            if any(_is_made(part, made_by, tainted) for part in parts):
                tainted |= {target.id for target in targets if isinstance(target, ast.Name)}
                faults += [ast.unparse(node)] * is_kept
    return faults


def _is_made(expression: ast.expr, made_by: set[str], tainted: set[str]) -> bool:
    if isinstance(expression, ast.Call) and ast.unparse(expression.func).startswith("st."):
        return False  # what a widget returns, a person has typed
    values = {f"session.{name}" for name in set(VALUES) - CHOSEN}
    nodes = list(ast.walk(expression))
    read = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    is_read = any(f"session.{one.rpartition('session.')[2]}" in values for one in read)
    return is_read or bool(called & made_by or named & tainted)


def test_what_was_made_lies_in_the_session_and_not_in_the_memory_of_a_page() -> None:
    found = {
        name: faults
        for name, source in house().items()
        if name.startswith("app.") and (faults := results_kept_in_memory(source))
    }

    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "st.session_state['found'] = session.evidence",
        "found = st.session_state['found'] = workspace.session.evidence",
        "st.session_state.found = session.audit.findings",
        "st.session_state.setdefault('found', session.quality)",
        "report = session.evaluation\n    st.session_state['found'] = (report, 1)",
        "st.session_state['found'] = audit(dataset)",
    ],
)
def test_the_rule_of_a_pages_memory_can_fail(line: str) -> None:
    assert results_kept_in_memory(f"from core.audit import audit\ndef f():\n    {line}")


@pytest.mark.parametrize(
    "line",
    [
        "st.session_state['drawn'] = session.policy",
        "st.session_state['page'] = page",
        "report = st.session_state.get('name', session.audit)",
    ],
)
def test_a_page_may_remember_what_was_chosen(line: str) -> None:
    assert results_kept_in_memory(f"def f():\n    {line}") == []


# Figures that a page still works out itself: nothing may be added.
STILL_DIVIDING = {
    "app/pages/balance: _table",
}
# A slider in percent, for a share.
MAY_DIVIDE = {"app/pages/augment: _sliders"}
_PLACES = re.compile(r"\bPath\b|folder|root|place")


def divisions(source: str) -> list[str]:
    """Return the functions that divide one number by another, for a share or a ratio."""
    return [
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        if not _PLACES.search(ast.unparse(node.left))
    ]


def test_pages_work_out_no_shares_and_no_ratios() -> None:
    found = {
        f"{'/'.join(module.split('.')[:3])}: {name}"
        for module, source in house().items()
        if module.startswith("app.pages.")
        for name in divisions(source)
    }

    assert found == STILL_DIVIDING | MAY_DIVIDE


def test_the_rule_of_shares_can_fail() -> None:
    assert divisions("def f(): return max(counts) / min(counts)") == ["f"]
    assert divisions("def f(): return workspace.new_folder('export') / name") == []


def test_the_rule_of_length_can_fail() -> None:
    assert too_long({"core/errors.py": 449, "core/words.py": 450}) == {"core/words.py": 450}


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("app.session.session", "from app.map.scene import Scene"),
        ("app.jobs", "from app import settings, server"),
        ("app.shell.page", "def f():\n    import app.main"),
        ("app.pages.load.page", "from app.pages.audit.page import audit_view"),
    ],
)
def test_the_rule_of_rooms_can_fail(importer: str, imported: str) -> None:
    others = ("app.map.scene", "app.settings", "app.server", "app.main", "app.pages.audit.page")

    graph = import_graph({importer: imported, **dict.fromkeys(others, "")})

    assert [one for one, _ in faults_of_room(graph)] == [importer]


def test_what_puts_the_pages_together_may_import_them() -> None:
    source = "from app.pages.load.page import load_view"

    graph = import_graph({"app.pages": source, "app.main": source, "app.pages.load.page": ""})

    assert len(graph["app.main"]) == 1
    assert faults_of_room(graph) == set()


@pytest.mark.parametrize(
    "second",
    ["from core import first", "def f():\n    from core.first import x", "import core.third"],
)
def test_the_rule_of_circles_can_fail(second: str) -> None:
    sources = {
        "core.first": "from core.second import y",
        "core.second": second,
        "core.third": "from core.first import x",
        "core.fourth": "from core.first import x",
    }

    found = circles(import_graph(sources))

    assert found == [
        {"core.first", "core.second"} | ({"core.third"} if "third" in second else set())
    ]


def test_the_rule_of_slivers_can_fail() -> None:
    sources = {
        "core.small": "\n" * 59,
        "core.shared": "",
        "core.large": "import core.shared\n" + "\n" * 59,
        "core.user": "import core.small, core.shared, core.large",
        "core.room": "from core.room.part import x",
        "core.room.part": "",
    }

    assert slivers(sources, import_graph(sources)) == {"core.small": "core.user"}


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def f(a, b, c, *, d, e, f, g): ...", "f"),
        ("class A:\n    def f(self, a, /, b, c, d, e, f, g): ...", "f"),
        ("async def f():\n" + "    x = 1\n" * 50, "f"),
        ("partial(f, 1, 2, 3, 4, 5, 6, x=7)", "partial f"),
    ],
)
def test_the_rule_of_crowded_functions_can_fail(source: str, fault: str) -> None:
    assert crowded(source) == [fault]


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    def f(self, a, b, c, d, e, f): ...",
        "def f():\n" + "    x = 1\n" * 49,
        "partial(f, 1, 2, 3, 4, 5, x=6)",
    ],
)
def test_functions_within_the_rule_pass(source: str) -> None:
    assert crowded(source) == []


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
