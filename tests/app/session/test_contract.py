"""Every value of the session and every job of the app: what is stale is never shown."""

import ast
import importlib
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import app
from app.jobs.queue import AHEAD, JOBS, SLOTS, Job, Slot
from app.session.graph import needed_for
from app.session.session import VALUES, Session
from app.session.workspace import Workspace
from core.audit import Insights
from core.augment import PRESETS
from core.dataset import ImageDataset, Take
from core.dataset.edits import Edits
from core.export import ExportReport, ExportSource, Samples
from core.pictures.decoding import Decoding

# What goes with the images themselves, so that nobody has to be told.
GOES_WITH_IMAGES = {
    "folder", "pending", "take", "decoding", "policy", "source", "measures", "survey",
    "thresholds",
}  # fmt: skip
# What is a choice for all images.
CHOSEN_FOR_ALL = {"encoder"}


# What is read to see what is still to be made: a place is looked up by the points and the map.
FOUND_BY_ITSELF = {"'place'": {"balanced", "compared", "projections"}}
# Vectors hang on labels where their encoder has learned some: what these embed with learns none.
LEARN_NO_LABELS = {"EMBED": {"dataset"}, "'ahead'": {"dataset"}}


@dataclass(frozen=True, eq=False)
class Waiting:
    """Images that wait, as far as a workspace asks."""

    folder: Path
    survey: object = field(default_factory=object)
    not_ahead: str = ""


@dataclass(frozen=True)
class Declared:
    """What a call of `Job` in the app says in its own words."""

    place: str
    needs: tuple[str, ...]
    puts: tuple[str, ...]
    slot: Slot
    reads: set[str]  # values of the session, by the function that puts it together


def values_read(function: ast.FunctionDef) -> set[str]:
    """Return the values of a session that a function reads, or is given by their names."""
    read = {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == "session"
    }
    # A text of such a name is no value.
    given = {
        one.arg
        for one in function.args.args
        if one.annotation is None or ast.unparse(one.annotation) != "str"
    }
    return (read | given) & set(VALUES)


def hangs_on(names: Iterable[str]) -> set[str]:
    """Return the values that, where they change, drop one of these or put it out of date."""
    dated = {one for name in names for one in VALUES[name].dated_by}
    found = needed_for(Session, [*names, *dated])
    for name, value in VALUES.items():
        # It is made of these alone.
        if value.derive is not None and set(value.needs) <= found:
            found.add(name)
    return found


def chosen_on_pages() -> set[str]:
    """Return the values that pages put themselves, as a person clicks."""
    pages = Path(app.__file__).parent / "pages"
    calls = [
        node
        for path in sorted(pages.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".put")
    ]
    found = {str(one.arg) for call in calls for one in call.keywords} & set(VALUES)
    assert {"balanced", "edits", "policy"} <= found
    return found


def declared_jobs() -> list[Declared]:
    """Return every job that the app can start, from where it is put together."""
    root = Path(app.__file__).parent
    found = []
    for path in sorted(root.rglob("*.py")):
        module = ".".join(path.relative_to(root.parent).with_suffix("").parts)
        functions = ast.walk(ast.parse(path.read_text("utf-8")))
        functions = [one for one in functions if isinstance(one, ast.FunctionDef)]
        for function, call in ((one, node) for one in functions for node in ast.walk(one)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "Job":
                said = {one.arg: one.value for one in call.keywords}
                space = vars(importlib.import_module(module))
                parts = {
                    name: eval(ast.unparse(said[name]), space) if name in said else usual
                    for name, usual in (("needs", ()), ("puts", ()), ("slot", SLOTS[0]))
                }
                place = f"{module}: {ast.unparse(call.args[0])}"
                found.append(Declared(place, **parts, reads=values_read(function)))
    return found


ALL_DECLARED = declared_jobs()
DECLARED = [one for one in ALL_DECLARED if one.puts]
each_job = pytest.mark.parametrize("declared", DECLARED, ids=lambda one: one.place)


@pytest.fixture(scope="module")
def full(smote_session: Session, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return a session in which every value is there."""
    target = tmp_path_factory.mktemp("full") / "pets.zip"
    return smote_session.put(
        folder=target.parent, pending=Waiting(target.parent), policy_chosen=True,
        insights=Insights(), evidence=object(), best_augmentation=object(), clusters=object(),
        difficulty=object(),
        quality=object(), compared=object(), placed=(object(),), evaluation=object(),
        more_images=object(), predictions=object(), costs_outside=object(),
        samples=Samples(ExportSource(object(), object()), object(), ()),
        exported=ExportReport(target, (), {}, {}, (), 0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def others(
    full: Session, split_dataset: ImageDataset, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, object]:
    """Return another value in place of each."""
    folder = tmp_path_factory.mktemp("other")
    made = {name: object() for name in VALUES} | {
        "source": split_dataset, "folder": folder, "pending": Waiting(folder),
        "take": Take({"cat": 5, "dog": 5}), "decoding": Decoding("grey", 65_535),
        "edits": Edits().leave_out([0]), "policy": PRESETS["strong"], "policy_chosen": False,
        "projections": {"toy": object()}, "placed": (object(),),
        "samples": Samples(ExportSource(object(), object()), object(), ()),
    }  # fmt: skip
    made |= {"thresholds": {"dark": 0.5}, "insights": Insights()}
    for name in ("taken", "dataset", "audit", "measures", "embeddings", "balanced", "exported"):
        made[name] = replace(getattr(full, name))
    return made


def is_there(session: Session, name: str, made: object) -> bool:
    """Return whether a value is in the session, beside others where it joins them."""
    now = getattr(session, name)
    if name == "projections":
        return "toy" in now
    return set(made) <= set(now) if name == "placed" else now is made or now == made


def kept_after(
    declared: Declared, full: Session, others: Mapping[str, object], changed: str, folder: Path
) -> bool:
    """Return whether the result of a job is shown where one value changes while it runs."""
    workspace = Workspace(folder, "token")
    workspace.session = full
    result = {name: others[name] for name in declared.puts}
    if changed in declared.needs and changed in result:  # told from the one that it is changed to
        result[changed] = copy(others[changed])
    job = Job(
        "key", "Work", lambda _: result if len(result) > 1 else next(iter(result.values())),
        declared.needs, declared.puts, declared.slot,
    )  # fmt: skip
    assert workspace.start(job, full)
    workspace.put(full, full.put(**{changed: others[changed]}))
    job.run()
    workspace.collect()
    return all(is_there(workspace.session, name, made) for name, made in result.items())


@pytest.fixture(autouse=True)
def _run_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JOBS, "submit", lambda job: None)


def test_the_jobs_of_the_app_are_found() -> None:
    assert len(DECLARED) >= 15
    assert {one.slot for one in DECLARED} == set(SLOTS)


def test_the_one_job_without_a_result_leaves_vectors_in_the_cache() -> None:
    without = [one for one in ALL_DECLARED if not one.puts]

    assert [(one.place, one.slot) for one in without] == [("app.session.ahead: 'ahead'", AHEAD)]


@each_job
def test_a_job_says_what_it_puts_by_names_of_values(declared: Declared) -> None:
    assert {*declared.needs, *declared.puts} <= set(VALUES)


@each_job
def test_no_job_forgets_what_its_result_hangs_on(declared: Declared) -> None:
    key = declared.place.rpartition(": ")[2]
    watched = needed_for(Session, declared.needs) | set(declared.puts)
    watched |= LEARN_NO_LABELS.get(key, set())
    forgotten = {
        need
        for name in declared.puts
        for need in (*VALUES[name].needs, *VALUES[name].needs_where)
        # What hangs on a value that is put itself comes with it.
        if need not in watched and not needed_for(Session, [need]) & set(declared.puts)
    }

    assert forgotten == set()


@each_job
def test_what_a_job_makes_is_dropped_or_out_of_date_where_an_input_changes(
    declared: Declared,
) -> None:
    watched = hangs_on(declared.puts)
    forgotten = {
        need
        for need in declared.needs
        if need not in watched and not needed_for(Session, [need]) & set(declared.puts)
    }

    assert forgotten == set()


@each_job
def test_a_job_needs_every_value_that_it_is_put_together_from(declared: Declared) -> None:
    key = declared.place.rpartition(": ")[2]
    watched = hangs_on(declared.needs) | set(declared.puts) | FOUND_BY_ITSELF.get(key, set())

    assert declared.reads - watched == set()


@each_job
def test_no_job_replaces_what_a_person_has_chosen_meanwhile(declared: Declared) -> None:
    if "source" in declared.puts:  # other images: what was chosen goes with those before
        return

    chosen = chosen_on_pages() & set(declared.puts)

    assert chosen - hangs_on(declared.needs) == set()


@each_job
def test_a_result_whose_needs_have_changed_is_never_shown(
    declared: Declared, full: Session, others: Mapping[str, object], tmp_path: Path
) -> None:
    for need in declared.needs:
        assert full.put(**{need: others[need]}).differs(full, [need]), need
        assert not kept_after(declared, full, others, need, tmp_path), need


@each_job
def test_a_result_is_shown_whatever_else_has_changed(
    declared: Declared, full: Session, others: Mapping[str, object], tmp_path: Path
) -> None:
    for name in VALUES:
        if not full.put(**{name: others[name]}).differs(full, declared.needs):
            assert kept_after(declared, full, others, name, tmp_path), name


@pytest.mark.parametrize("name", VALUES)
def test_a_new_value_drops_what_hangs_on_it_and_nothing_else(
    name: str, full: Session, others: Mapping[str, object]
) -> None:
    after = full.put(**{name: others[name]})

    dropped = set()
    for other, value in VALUES.items():
        if other == name:
            continue
        hit = {name, *dropped} & set(value.hangs_on(getattr(full, other)))
        if hit:
            dropped.add(other)
            is_gone = not after.has(other) if value.derive is None else True
            assert is_gone, other
        else:
            assert getattr(after, other) is getattr(full, other), other


def test_the_question_before_a_replacement_can_forget_no_value() -> None:
    untold = {
        name
        for name, value in VALUES.items()
        if value.derive is None
        and not any(VALUES[one].title for one in needed_for(Session, [name]) | {name})
    }

    assert untold == GOES_WITH_IMAGES | CHOSEN_FOR_ALL
