"""README and docs name what there is, what they name is there, and what they show works."""

import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from command_line import command_options
from documents import (
    DOCUMENTS,
    ROOT,
    code_blocks,
    names_of_pages,
    prose,
    section,
    table_rows,
    text_of,
    what_documents_lack,
)
from image_sets import write_folder

from app.cli import main
from core.audit import CHECKS
from core.evaluate import HEADS
from core.ingest import MISMATCHES
from core.pictures.encode import encode
from core.project import IMPLEMENTATIONS
from core.resample import STRATEGIES

PAGES = [document.stem for document in DOCUMENTS]
# Also what the documents lead to, and what leads to them.
LINKING = [
    *DOCUMENTS,
    ROOT / "CHANGELOG.md",
    ROOT / "benchmarks" / "RESULTS.md",
    ROOT / "core" / "embed" / "MODEL_CARD.md",
    ROOT / "sample_data" / "README.md",
]
FOLDERS = ("app", "benchmarks", "core", "docs", "sample_data", "tests")
PYTHON = ["README", "python"]  # pages whose Python is run
LINES_OF_README = 85  # a screen and a half


# --- What must be named


def test_what_the_registries_hold_is_named() -> None:
    assert what_documents_lack() == []


def test_each_page_that_has_to_name_something_is_there() -> None:
    assert set(names_of_pages()) <= set(PAGES)


@pytest.mark.parametrize(
    ("page", "title", "registry"),
    [
        ("audit", "Checks", CHECKS),
        ("strategies", "Strategies", STRATEGIES),
        ("evaluation", "Heads", HEADS),
        ("sources", "Mismatches", MISMATCHES),
        ("map", "Implementations", IMPLEMENTATIONS),
    ],
)
def test_a_table_of_a_registry_has_no_other_entries(
    page: str, title: str, registry: dict[str, object]
) -> None:
    rows = list(table_rows(section(page, title)))

    named = [name for first, *_ in rows for name in re.findall(r"`([\w-]+)`", first)]

    assert sorted(named) == sorted(registry)


def test_decisions_stand_at_their_mismatch_the_default_first() -> None:
    for kind, decisions in table_rows(section("sources", "Mismatches")):
        record = MISMATCHES[re.findall(r"`(\w+)`", kind)[0]]

        assert re.findall(r"`(\w+)`", decisions) == list(record.decisions)


def test_settings_stand_at_their_strategy() -> None:
    for names, _, settings in table_rows(section("strategies", "Strategies")):
        records = [STRATEGIES[name] for name in re.findall(r"`(\w+)`", names)]
        known = {setting.name for record in records for setting in record.parameters}

        assert set(re.findall(r"`(\w+)`", settings)) <= known


def test_readme_is_one_screen_and_leads_to_every_page() -> None:
    readme = text_of("README")

    assert len(readme.splitlines()) <= LINES_OF_README
    assert [page for page in PAGES[1:] if f"](docs/{page}.md" not in readme] == []


# --- Where links, paths and names lead


def links() -> list[tuple[Path, str]]:
    found = r"!?\[[^\]]*\]\(([^)\s]+)\)"
    return [
        (document, link)
        for document in LINKING
        for link in re.findall(found, prose(document.read_text("utf-8")))
        if not re.match(r"https?://|mailto:", link)
    ]


def anchors(page: Path) -> set[str]:
    """Return the names that GitHub gives to the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", prose(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    ("document", "link"), [pytest.param(*one, id=f"{one[0].name}-{one[1]}") for one in links()]
)
def test_a_link_leads_somewhere(document: Path, link: str) -> None:
    place, _, anchor = link.partition("#")
    target = (document.parent / place).resolve() if place else document

    assert target.exists()
    assert target.is_relative_to(ROOT)
    assert not anchor or anchor in anchors(target)


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_is_named_is_there(page: str) -> None:
    spans = re.findall(r"`([^`\n]+)`", prose(text_of(page)))
    named = {word for span in spans for word in span.split() if word.split("/")[0] in FOLDERS}

    assert [path for path in sorted(named) if "/" in path and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_name_of_python_is_there(page: str) -> None:
    for name in re.findall(r"`((?:app|core)(?:\.\w+)+)`", prose(text_of(page))):
        module, _, inside = name.rpartition(".")
        try:
            import_module(name)
        except ModuleNotFoundError:
            assert hasattr(import_module(module), inside), name


def test_the_design_names_every_package_and_room() -> None:
    design = section("design", "Layers")
    places = [
        place.relative_to(ROOT).as_posix()
        for package in ("app", "core")
        for place in (ROOT / package).iterdir()
        if (place / "__init__.py").is_file()
    ]

    assert places
    assert [place for place in places if f"| `{place}` |" not in design] == []


def test_a_registry_lies_where_contributing_says() -> None:
    rows = re.findall(
        r"^\| [^|`]+ \| `([A-Z_]+)` \| `([\w/]+)\.py` \|", text_of("contributing"), re.MULTILINE
    )

    assert len(rows) > 9
    for registry, place in rows:
        assert getattr(import_module(place.replace("/", ".")), registry), registry


def test_the_diagram_of_packages_is_that_of_the_imports(tmp_path: Path) -> None:
    for folder in ("app", "core", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=_all_but_text)

    subprocess.run([sys.executable, tmp_path / "docs" / "draw_packages.py"], check=True)

    drawn = (tmp_path / "docs" / "design.md").read_text("utf-8")
    assert drawn == text_of("design"), "run: python docs/draw_packages.py"


def _all_but_text(folder: str, names: list[str]) -> set[str]:
    return {
        name
        for name in names
        if not (Path(folder) / name).is_dir() and Path(name).suffix not in {".py", ".md"}
    }


# --- Commands


def lines_of_commands(text: str) -> list[str]:
    """Return the lines that call `evenset` in code for a shell, less those of a synopsis."""
    return [
        line.partition(" #")[0].strip()
        for block in code_blocks(text, "sh")
        for line in block.splitlines()
        if line.startswith("evenset ") and "[" not in line
    ]


def test_every_command_is_named() -> None:
    page = text_of("command_line")

    assert len(command_options()) >= 8
    assert [name for name in command_options() if f"| `evenset {name}` |" not in page] == []


def test_every_option_is_named_and_no_other() -> None:
    reading = set(re.findall(r"`(--[\w-]+)", section("sources", "Labels")))
    page = text_of("command_line")

    for command, options in command_options().items():
        synopsis = re.findall(rf"^evenset {command} [^\n]*\n(?: {{20,}}[^\n]*\n)*", page, re.M)[0]
        named = set(re.findall(r"--[\w-]+", synopsis))

        whole = named | reading if "[reading]" in synopsis else named
        assert whole == set(options), command


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_text_have_their_options(page: str) -> None:
    known = command_options()
    spans = re.findall(r"`evenset ([^`]+)`", prose(text_of(page)).replace("\n", " "))
    lines = [line.removeprefix("evenset ") for line in lines_of_commands(text_of(page))]

    for line in (*spans, *lines):
        command, *rest = line.split()
        options = {word.partition("=")[0] for word in rest if word.startswith("--")}

        assert command == "COMMAND" or options - {"--help"} <= set(known[command]), line


@pytest.mark.parametrize("page", PAGES)
def test_an_option_in_the_text_is_one_of_some_command(page: str) -> None:
    known = {option for options in command_options().values() for option in options}

    named = set(re.findall(r"`[^`\n]*?(--[a-z][\w-]+)", prose(text_of(page))))

    assert named - known - {"--help"} == set()


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in PAGES if lines_of_commands(text_of(page))])
def test_the_commands_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small set stands in for the samples and for what a person would have."""
    folder = _draw(tmp_path / "pictures", {"cat": 9, "dog": 6, "fox": 6})
    for name in ("pictures.zip", "cifar10.zip"):
        _zip(folder, tmp_path / name)
    monkeypatch.chdir(tmp_path)

    for line in lines_of_commands(text_of(page)):
        arguments = shlex.split(line.replace("sample:parts", "pictures"))[1:]
        for option, quickest in {"--encoder": "classical", "--method": "pca"}.items():
            if option in set(command_options()[arguments[0]]) - set(arguments):
                arguments += [option, quickest]

        assert main(arguments) == 0, line
        if Path("balanced.zip").exists():
            _keep_recipe(Path("balanced.zip"))


def _draw(root: Path, counts: dict[str, int]) -> Path:
    """Write noise, each class of its own hue: an encoder tells them apart."""
    rng = np.random.default_rng(0)
    for place, (label, count) in enumerate(counts.items()):
        (root / label).mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 120, (24, 24, 3), dtype=np.uint8)
            pixels[:, :, place] += 110
            (root / label / f"{number:02d}.png").write_bytes(encode(pixels, "PNG"))
    return root


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder))


def _keep_recipe(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        Path("recipe.json").write_bytes(opened.read("recipe.json"))


@pytest.mark.parametrize("command", ["run", "quick", "test", "release"])
def test_the_commands_of_the_makefile_are_named(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert f"make {command}" in text_of("README")
    assert command == "run" or f"| `make {command}` |" in text_of("contributing")
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_the_marks_of_the_tests_are_named() -> None:
    marks = (ROOT / "pyproject.toml").read_text("utf-8").partition("markers = [")[2]
    tests = section("contributing", "Tests")

    for mark in re.findall(r'^    "(\w+): ', marks.partition("]")[0], re.MULTILINE):
        assert f"`{mark}`" in tests or f"`@pytest.mark.{mark}`" in tests


# --- Python


@pytest.mark.parametrize("page", PYTHON)
def test_the_python_of_a_page_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "pictures", {"cat": 12, "dog": 8, "fox": 6})
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    names = {
        "vectors": rng.normal(size=(20, 4)).astype(np.float32),
        "labels": np.repeat(["cat", "dog"], [13, 7]),
    }
    blocks = code_blocks(text_of(page), "python")

    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec"), names)


def test_the_programs_of_the_documents_are_there() -> None:
    for page in PAGES:
        for path in re.findall(r"\bpython (\S+\.py)\b", text_of(page)):
            assert (ROOT / path).is_file(), path
