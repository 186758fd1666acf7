"""One word per idea: what people read, and what code is called, keeps to the words of the field.

A phrase that was replaced comes back by habit. Each one stands here with what to write instead.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# In every sentence that a person reads, whatever the case.
PHRASES: Mapping[str, str] = {
    r"gone on with|\bgo on with": "resume",
    r"a bad idea when": "Avoid when",
    r"\bmade ones\b|\bmade-up\b": "synthetic points, augmented pictures",
    r"sees what it sees": "within its limits",
    r"what fills|comes free": "Fill empty areas with",
    r"chance that|by its chance": "probability",
    r"tak(e|en) over the": "use",
    r"another part drops|\btake a part\b": "subset",
    r"through memory": "uses server memory",
    r"scored in turn": "cross-validation folds",
    r"hold for all strategies": "corrected for multiple comparisons",
    r"points that are not there": "inflation",
    r"would hold .* as many": "would have n synthetic images for every real one",
    r"\btakes .* here\b|when exported\b": "About 3 s; the export will include 9 MB of vectors",
    r"limit what is made": "Limit per image",
    r"judged by .*, which\b": "Judged by the encoder 'x', within its limits",
    r"\banew\b": "again",
    r"is a base\b": "was used as a parent",
    r"\busual(ly)?\b": "default",
    r"(folder|zip) of this computer": "a local folder",
    r"two by two": "in pairs",
    r"\bfor one\b(?! )": "for example",
    r"\b(are|is|images) (to look at|looked (at|for))\b": "review, check, find",
    r"hand(ed|s)? over\b": "write, send, export",
    r"speaks? (for|against)\b": "agree, disagree, a risk",
    r"as (it|they) came\b": "original",
    r"see(s|n)? pictures as\b": "the input of a head",
    r"alike to the encoder": "the same vector",
    r"\bkin\b": "variants",
    r"(takes?|bring|brought) (it|them) home": "export",
    r"\bsmote proper\b": "plain SMOTE",
    r"what learns\b": "model, head",
    r"let something else learn": "choose another head",
    r"of (a|the|another) kind that is not read": "unsupported",
    r"\boops\b|\binvalid\b|\bplease\b": "say what happened, where, and what to do",
    r"[a-z]!(\s|$)": "a full stop",
    r"\bcontenders?\b": "candidate",
    r"\b(albums?|galler(y|ies))\b": "cache, store",
}

# In names of modules, classes, functions, arguments and attributes.
NAMES: Mapping[str, str] = {
    r"contender": "candidate",
    r"album(?!ent)": "cache",
    r"galler(y|ies)": "store",
    r"^looks?$|^Look": "input, view",
    r"^_?Room$": "buffer",
    r"^_?Answers?$|^answers?_": "prediction",
    r"bad_idea": "avoid_when",
    r"(^|_)usual_|_usual$|^is_usual|^unusual|^USUAL$": "default",
}

NOUNS = ("deciding", "choosing", "labelling", "matching", "unpacking", "learn", "gaps", "spaces")


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of the string literals of `source` that are no docstrings."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    unread = {  # docstrings, and pieces that are read in their whole
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    } | {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "0" for part in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in unread
        ):
            yield node.lineno, node.value


def names(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of what `source` defines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def script_texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of the quoted texts of JavaScript, comments left out."""
    for number, line in enumerate(source.splitlines(), 1):
        code = re.sub(r"(^|\s)//.*|^\s*\*.*", "", line)
        for found in re.finditer(r"\"([^\"]*)\"|`([^`]*)`", code):
            yield number, found[1] or found[2] or ""


def found_in(text: str, banned: Mapping[str, str]) -> list[str]:
    """Return what of `banned` stands in `text`, with what to write instead."""
    flags = re.IGNORECASE if banned is PHRASES else 0
    if not re.search("|".join(banned), text, flags):
        return []
    matches = ((re.search(pattern, text, flags), better) for pattern, better in banned.items())
    return [f"'{match[0]}': write '{better}'" for match, better in matches if match]


def faults(folder: Path) -> list[str]:
    """Return each place under `folder` where words are wrong."""
    texts: list[tuple[Path, int, str, Mapping[str, str]]] = []
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text()
        # A constant's name, as in `__all__`, is no sentence.
        read = [(line, text) for line, text in sentences(source) if not text.isupper()]
        texts += [(path, line, text, PHRASES) for line, text in read]
        texts += [(path, line, name, NAMES) for line, name in names(source)]
    for path in sorted(folder.rglob("*.js")):
        texts += [(path, line, text, PHRASES) for line, text in script_texts(path.read_text())]
    return [
        f"{path.relative_to(folder.parent)}:{line}: {fault}"
        for path, line, text, banned in texts
        for fault in found_in(text, banned)
    ]


FOLDERS = [
    path
    for package in ("app", "core")
    for path in sorted((ROOT / package).iterdir())
    if path.is_dir() and path.name != "__pycache__"
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_people_read_the_words_of_the_field(folder: Path) -> None:
    assert faults(folder) == []


def test_documents_use_the_words_of_the_field() -> None:
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

    wrong = [
        f"{path.name}:{number}: {fault}"
        for path in documents
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for fault in found_in(line, PHRASES)
    ]

    assert wrong == []


def test_modules_are_named_for_things() -> None:
    modules = [path.stem for package in ("app", "core") for path in (ROOT / package).rglob("*.py")]

    assert sorted(set(modules) & set(NOUNS)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Synthetic points have to be made anew.", "'anew'"),
        ("A bad idea when: labels are noisy.", "'A bad idea when'"),
        ("Done!", "'e!'"),
        ("a folder of this computer", "'folder of this computer'"),
        ("All strategies have their usual settings.", "'usual'"),
    ],
)
def test_a_banned_phrase_is_found(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "page.py").write_text(f'"""Say anew."""\n\nst.write("{text}")\n')

    assert [one.partition(": ")[2].partition(":")[0] for one in faults(tmp_path)] == [fault]


def test_a_banned_phrase_is_found_in_pieces_in_scripts_and_in_names(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text('st.write(f"{n} points made " "anew")\n')
    (tmp_path / "code.py").write_text("def parse_contender(look):\n    gallery = 1\n")
    (tmp_path / "map.js").write_text('say("Draw it anew"); // and anew\n')

    found = [one.split(": ")[0].rpartition("/")[2] for one in faults(tmp_path)]

    assert found == ["code.py:1", "code.py:1", "code.py:2", "page.py:1", "map.js:1"]
