"""A toy in each registry, added as one entry: page, command line, recipe and documents see it.

One section per registry; a toy is a fixture that puts one record into the mapping.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pytest
from documents import what_documents_lack
from drawn_sets import loaded
from image_sets import read_folder
from opened_page import open_app, open_view, text, visitor

from app.cli import main
from app.pages import PAGES
from app.session.session import Session
from app.shell.page import Page, PageState, heading, lead_on
from core.audit import CHECKS, AuditInput, Check, Finding, Need, Severity, audit, write_report
from core.augment import OPERATIONS, AugmentPolicy, DrawnStep, Operation, apply, make_step
from core.augment.operation import COLOUR, draw_nothing
from core.dataset import ImageDataset
from core.embed import ENCODERS, Encoder, embedding_text
from core.evaluate import HEADS, METRICS, Head
from core.evaluate.head import Fit, OpenHead, Prediction
from core.evaluate.report_file import read_report
from core.export import CONTAINERS, LAYOUTS, Container, Layout, read_recipe
from core.export.index_files import RECIPE, IndexFile
from core.resample import STRATEGIES


class Titled(Protocol):
    """An entry that a page offers."""

    title: str


Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: object) -> tuple[str, str]:
    """Run a command that must succeed; return what it wrote to the screen and beside it."""
    assert main([str(argument) for argument in arguments]) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def help_of(capsys: Captured, command: str) -> str:
    return run(capsys, command, "--help")[0]


# --- All

OFFERED = (
    ("balance", "strategy", STRATEGIES, "balance"),
    ("evaluate", "evaluate_head", HEADS, "evaluate"),
    ("evaluate", "evaluate_metric", METRICS, "evaluate"),
)


@pytest.mark.parametrize(("view", "key", "registry", "command"), OFFERED)
def test_page_and_command_offer_every_entry_of_a_registry(
    capsys: Captured, embedded_session: Session, view: str, key: str,
    registry: Mapping[str, Titled], command: str,
) -> None:  # fmt: skip
    page = open_view(view, visitor(embedded_session))
    listed = help_of(capsys, command)

    assert page.selectbox(key=key).options == [one.title for one in registry.values()]
    assert [name for name in registry if name not in listed.split()] == []


# --- Operations


@pytest.fixture
def toy_operation(monkeypatch: pytest.MonkeyPatch) -> Operation:
    """Add an operation that turns light into dark."""
    toy = Operation(
        name="toy_negative",
        title="Toy negative",
        help="Turn light into dark.",
        warning="",
        source="",
        kind=COLOUR,
        probability=1.0,
        draw=draw_nothing,
        change=lambda pixels, _: 255 - pixels,
    )
    monkeypatch.setitem(OPERATIONS, toy.name, toy)
    return toy


def test_augment_has_a_button_for_an_operation(
    toy_operation: Operation, dataset: ImageDataset
) -> None:
    workspace = visitor(loaded(dataset))
    page = open_view("augment", workspace)

    page.button(key=f"add_{toy_operation.name}").click().run()

    assert not page.exception
    assert toy_operation.title in text(page)
    assert toy_operation.name in [step.operation for step in workspace.session.policy.steps]


def test_the_command_line_tries_an_operation(
    toy_operation: Operation, capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    table = tmp_path / "evidence.csv"

    run(
        capsys, "augment", drawn_folder, "--operations", toy_operation.name, "--evidence", table,
        "--encoder", "classical",
    )  # fmt: skip

    assert set(pd.read_csv(table)["operation"]) == {toy_operation.name}
    assert toy_operation.name in help_of(capsys, "augment")


def test_a_recipe_and_a_manifest_carry_an_operation(
    toy_operation: Operation, capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    policy = AugmentPolicy((make_step(toy_operation.name),))
    named, out = tmp_path / "policy.json", tmp_path / "out"
    named.write_text(json.dumps(policy.to_json()))

    run(capsys, "balance", drawn_folder, "--policy", named, "--out", out)

    assert read_recipe(out / "recipe.json").policy == policy
    manifest = pd.read_csv(out / "manifest.csv").fillna("")
    made = manifest[manifest["origin"] == "augmented"]
    assert len(made) > 0
    assert made["operation"].str.contains(toy_operation.name).all()


def test_an_operation_acts_by_its_record_alone(toy_operation: Operation) -> None:
    pixels = np.full((2, 2, 3), 200, np.uint8)

    changed = apply(pixels, [DrawnStep(toy_operation.name, {})])

    assert changed.tolist() == (255 - pixels).tolist()


def test_the_documents_are_to_name_an_operation(toy_operation: Operation) -> None:
    assert toy_operation.title in what_documents_lack()


# --- Encoders


@pytest.fixture
def toy_encoder(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    """Add an encoder that returns the mean colour."""
    toy = Encoder(
        name="toy_colour",
        title="Toy colour",
        help="The mean colour alone.",
        source="",
        dimension=3,
        input_px=8,
        version="1",
        open=lambda _: lambda pictures: pictures.mean(axis=(1, 2), dtype=np.float32),
        core_seconds=60.0,
        is_exact=True,
        is_small=True,
    )
    monkeypatch.setitem(ENCODERS, toy.name, toy)
    return toy


def test_balance_offers_an_encoder_and_tells_its_time(
    toy_encoder: Encoder, dataset: ImageDataset
) -> None:
    page = open_view("balance", visitor(loaded(dataset)), encoder=toy_encoder.name)

    assert not page.exception
    assert toy_encoder.title in page.selectbox(key="encoder").options
    assert toy_encoder.help in text(page)
    assert embedding_text(toy_encoder.name, len(dataset), device="cpu") in text(page)


def test_the_command_line_embeds_by_an_encoder_and_tells_the_time_of_the_page(
    toy_encoder: Encoder, capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "vectors"

    _, told = run(
        capsys, "embed", drawn_folder, "--encoder", toy_encoder.name, "--out", out,
        "--device", "cpu", "--no-cache",
    )  # fmt: skip

    assert np.load(out / "embeddings.npy").shape == (12, 3)
    assert embedding_text(toy_encoder.name, 12, device="cpu") in told
    assert toy_encoder.name in help_of(capsys, "embed")


def test_a_recipe_carries_an_encoder(
    toy_encoder: Encoder, capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    run(
        capsys, "balance", drawn_folder, "--encoder", toy_encoder.name, "--strategy", "smote",
        "--out", tmp_path / "out",
    )  # fmt: skip

    assert read_recipe(tmp_path / "out" / "recipe.json").encoder == toy_encoder.name


def test_the_documents_are_to_name_an_encoder(toy_encoder: Encoder) -> None:
    assert f"`{toy_encoder.name}`" in what_documents_lack()


# --- Heads


@pytest.fixture
def toy_head(monkeypatch: pytest.MonkeyPatch) -> Head:
    """Add a head that finds all classes equally likely, and says that it takes two hours."""

    def predict(side: object, test: np.ndarray, fit: Fit) -> Prediction:
        return Prediction(np.full((len(test), fit.class_count), 1 / fit.class_count))

    toy = Head(
        "toy_guess", "Toy guess", "It learns nothing.", lambda *_: OpenHead(predict), lambda _: 7200
    )
    monkeypatch.setitem(HEADS, toy.name, toy)
    return toy


def test_evaluate_offers_a_head_and_tells_its_time(
    toy_head: Head, embedded_session: Session
) -> None:
    page = open_view("evaluate", visitor(embedded_session), evaluate_head=toy_head.name)

    assert not page.exception
    assert toy_head.title in page.selectbox(key="evaluate_head").options
    assert "2 h 0 min." in text(page)


def test_the_command_line_learns_by_a_head_and_its_report_is_read_again(
    toy_head: Head, capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    found = tmp_path / "found.json"

    _, told = run(
        capsys, "evaluate", drawn_folder, "--head", toy_head.name, "--strategies", "class_weights",
        "--encoder", "classical", "--repeats", 1, "--take", "cat", "--take", "dog",
        "--json", found,
    )  # fmt: skip

    report = read_report(json.loads(found.read_text()))
    assert report.head == toy_head.name
    assert report.strategies[0].metrics["balanced_accuracy"] == pytest.approx(0.5, abs=0.2)
    assert "2 h 0 min." in told
    assert toy_head.name in help_of(capsys, "evaluate")


def test_the_documents_are_to_name_a_head(toy_head: Head) -> None:
    assert f"`{toy_head.name}`" in what_documents_lack()


# --- Checks


@pytest.fixture
def toy_check(monkeypatch: pytest.MonkeyPatch) -> Check:
    """Add a check that finds fault with the first image."""

    def find(given: AuditInput) -> list[Finding]:
        rows = given.dataset.present_rows[:1]
        return [Finding("toy_first", Severity.HIGH, rows, "One image is the first.", "Smile.")]

    toy = Check("toy_order", "Toy order of images", "Whether any image is the first.", find)
    monkeypatch.setitem(CHECKS, toy.name, toy)
    return toy


def test_audit_draws_what_a_check_finds_and_says_that_it_looked(
    toy_check: Check, dataset: ImageDataset
) -> None:
    page = open_view("audit", visitor(loaded(dataset)))

    assert not page.exception
    assert "One image is the first." in text(page)
    assert f"**{toy_check.title}**: {toy_check.help}" in text(page)


def test_the_command_line_prints_and_writes_what_a_check_finds(
    toy_check: Check, capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    found = tmp_path / "found.json"

    out, _ = run(capsys, "audit", drawn_folder, "--json", found)

    assert "[high] One image is the first. Smile." in out
    written = {one["id"]: one["rows"] for one in json.loads(found.read_text())["findings"]}
    assert written["toy_first"] == [0]
    assert toy_check.title in help_of(capsys, "audit")


def test_a_check_of_pictures_waits_until_they_were_looked_at(
    toy_check: Check, drawn_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = read_folder(drawn_folder)
    monkeypatch.setitem(CHECKS, toy_check.name, replace(toy_check, need=Need.PICTURES))

    compared, quick = audit(dataset), write_report(AuditInput(dataset))

    assert "toy_first" in [finding.id for finding in compared.findings]
    assert "toy_first" not in [finding.id for finding in quick.findings]


def test_the_documents_are_to_name_a_check(toy_check: Check) -> None:
    assert f"| `{toy_check.name}` | {toy_check.title}" in what_documents_lack()


# --- Strategies: see test_toy_strategy.py

# --- Layouts and containers


@pytest.fixture
def toy_layout(monkeypatch: pytest.MonkeyPatch) -> Layout:
    """Add a layout that puts all pictures of a split into one folder, and a greeting beside it."""
    toy = Layout(
        name="toy_flat",
        title="Toy flat",
        help="One folder a split.",
        folder=lambda split, _: f"pictures/{split}",
        index=(IndexFile("toy_hello.txt", lambda written: b"%d pictures" % len(written.rows)),),
    )
    monkeypatch.setitem(LAYOUTS, toy.name, toy)
    return toy


@pytest.fixture
def toy_container(monkeypatch: pytest.MonkeyPatch) -> Container:
    """Add a container that is a zip of another name."""
    toy = replace(CONTAINERS["zip"], name="toy_pack", title="Toy pack", suffix=".pack")
    monkeypatch.setitem(CONTAINERS, toy.name, toy)
    return toy


def test_export_offers_a_layout_and_draws_its_tree(
    toy_layout: Layout, dataset: ImageDataset
) -> None:
    page = open_view("export", visitor(loaded(dataset)))

    assert toy_layout.title in page.selectbox(key="export_layout").options
    page.selectbox(key="export_layout").select(toy_layout.name).run()

    assert not page.exception
    drawn = text(page)
    assert "pictures/" in drawn
    assert "toy_hello.txt" in drawn
    assert "manifest.csv" not in drawn


def test_export_offers_a_container(toy_container: Container, dataset: ImageDataset) -> None:
    page = open_view("export", visitor(loaded(dataset)))

    assert not page.exception
    assert toy_container.title in page.radio[0].options


def test_the_command_line_writes_a_layout_and_its_recipe_again(
    toy_layout: Layout,
    capsys: Captured,
    drawn_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_recipe = replace(toy_layout, index=(*toy_layout.index, RECIPE))
    monkeypatch.setitem(LAYOUTS, toy_layout.name, with_recipe)
    first, second = tmp_path / "first", tmp_path / "second"

    run(capsys, "balance", drawn_folder, "--layout", toy_layout.name, "--out", first)
    recipe = first / "recipe.json"
    run(capsys, "balance", drawn_folder, "--recipe", recipe, "--out", second)

    assert sorted(path.name for path in first.iterdir()) == [
        "pictures", "recipe.json", "toy_hello.txt",
    ]  # fmt: skip
    assert read_recipe(second / "recipe.json").layout == toy_layout.name
    assert (first / "toy_hello.txt").read_bytes() == (second / "toy_hello.txt").read_bytes()
    assert toy_layout.name in help_of(capsys, "balance")


def test_the_command_line_writes_a_container_by_its_suffix_or_its_name(
    toy_container: Container, capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    run(capsys, "balance", drawn_folder, "--out", tmp_path / "a.pack")
    run(capsys, "balance", drawn_folder, "--container", "toy_pack", "--out", tmp_path / "b.any")

    assert (tmp_path / "a.pack").read_bytes() == (tmp_path / "b.any").read_bytes()
    assert toy_container.name in help_of(capsys, "balance")


def test_the_documents_are_to_name_a_layout_and_what_lies_beside_it(toy_layout: Layout) -> None:
    assert what_documents_lack() == [f"`{toy_layout.name}`", "`toy_hello.txt`"]


def test_the_documents_are_to_name_a_container(toy_container: Container) -> None:
    assert what_documents_lack() == [f"`{toy_container.name}`"]


# --- Pages


@pytest.fixture
def toy_page(monkeypatch: pytest.MonkeyPatch) -> Page:
    """Add a page that says how many images there are, and lead to it from Load."""

    def view(session: Session) -> Session:
        heading(toy.question, f"{len(session.dataset or [])} of them.")
        return session

    def load_view(session: Session) -> Session:
        lead_on(toy.name, "To the toy")
        return session

    toy = Page("toy", "Toy count", "How many toys?", lambda _: PageState.STALE, view)
    monkeypatch.setitem(PAGES, toy.name, toy)
    monkeypatch.setitem(PAGES, "load", replace(PAGES["load"], view=load_view))
    return toy


def test_the_app_links_to_a_page_and_draws_it(toy_page: Page, dataset: ImageDataset) -> None:
    page = open_app(visitor(loaded(dataset)))
    last = page.sidebar.get("page_link")[-1].proto

    page.button(key=f"lead_on_{toy_page.name}").click().run()

    assert not page.exception
    assert (last.label, last.help) == (f"{len(PAGES)}. {toy_page.title}", "Out of date")
    assert page.title[0].value == toy_page.question
    assert f"{len(dataset)} of them." in text(page)


def test_the_documents_are_to_name_a_page(toy_page: Page) -> None:
    assert f"**{toy_page.title}**" in what_documents_lack()
