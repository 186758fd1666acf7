"""The page that asks about labels before images are read."""

from dataclasses import replace
from pathlib import Path

import pytest
from drawn_sets import HOSTILE, loaded
from image_sets import jpeg, write_files
from opened_page import button, finish_jobs, markdown, open_view, text, visitor

from app.session.session import Pending, Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.upload import reading
from core.dataset import ImageDataset
from core.limits import DEFAULT_LIMITS
from core.progress import silent

ROWS = b"".join(b"%d,%s,%d\n" % (n, (b"a", b"b")[n % 2], n % 4) for n in range(1, 9))


@pytest.fixture
def pending(tmp_path: Path) -> Pending:
    """Return 8 pictures in no class folder, with a table that misses one and names another."""
    files = {f"{n}.jpg": jpeg(n) for n in range(8)}
    folder = write_files(tmp_path / "pets", {**files, "pets.csv": b"id,kind,cage\n" + ROWS})
    opened = reading.open_named(str(folder), tmp_path / "dataset", DEFAULT_LIMITS, silent)
    assert isinstance(opened, Pending)
    return opened


def waiting(place: Path, files: dict[str, bytes]) -> Workspace:
    """Return the workspace of a visitor who is asked about a folder 'set' of these files."""
    folder = write_files(place / "set", files)
    opened = reading.open_named(str(folder), place / "dataset", DEFAULT_LIMITS, silent)
    assert isinstance(opened, Pending)
    return visitor(Session(pending=opened))


def test_it_says_where_labels_come_from_and_what_does_not_match(pending: Pending) -> None:
    page = open_view("load", visitor(Session(pending=pending)), notes=True)

    assert not page.exception
    shown = text(page)
    assert "Labels: pets.csv, column 'kind' (2 labels, 7 of 8 pictures)" in shown
    assert "1 picture without a row in the labels file" in shown
    assert "1 row without a file" in shown
    assert page.subheader[-1].value == "This gives 7 images in 2 classes"
    button(page, "Load 7 images")


def test_a_decision_changes_what_will_be_loaded(pending: Pending) -> None:
    page = open_view("load", visitor(Session(pending=pending)))
    box = next(box for box in page.selectbox if box.label.startswith("1 picture without"))

    box.select("own_class").run()

    assert page.subheader[-1].value == "This gives 8 images in 3 classes"


def test_loading_what_waited_reads_it_as_decided(pending: Pending) -> None:
    workspace = visitor(Session(pending=pending))
    page = open_view("load", workspace)

    button(page, "Load 7 images").click().run()
    finish_jobs(workspace)

    assert workspace.session.pending is None
    assert workspace.session.dataset is not None
    assert workspace.session.dataset.counts() == {"a": 3, "b": 4}


def test_another_column_is_looked_at_again(pending: Pending) -> None:
    workspace = visitor(Session(pending=pending))
    page = open_view("load", workspace)
    assert button(page, "Use these columns").disabled
    box = next(box for box in page.selectbox if box.label == "Label column")

    box.select("cage").run()
    button(page, "Use these columns").click().run()
    finish_jobs(workspace)

    again = open_view("load", workspace)
    assert again.subheader[-1].value == "This gives 7 images in 4 classes"


def test_a_group_is_chosen_and_kept_with_the_images(pending: Pending) -> None:
    workspace = visitor(Session(pending=pending))
    page = open_view("load", workspace)
    box = next(box for box in page.selectbox if box.label == "Group column")
    assert box.options[box.index] == "None"
    assert box.help

    box.select("cage").run()
    button(page, "Use these columns").click().run()
    finish_jobs(workspace)
    button(open_view("load", workspace), "Load 7 images").click().run()
    finish_jobs(workspace)

    dataset = workspace.session.dataset
    assert dataset is not None
    assert dataset.table["group"].tolist() == ["1", "2", "3", "0", "1", "2", "3"]
    assert dataset.choices.group_column == "cage"


def test_a_group_that_was_guessed_stands_in_its_box_and_may_be_none(tmp_path: Path) -> None:
    rows = b"".join(b"%d,%s,p%d\n" % (n, (b"a", b"b")[n % 2], n // 3) for n in range(8))
    files = {f"{n}.jpg": jpeg(n) for n in range(8)}
    folder = write_files(tmp_path / "pets", {**files, "a.csv": b"id,kind,patient\n" + rows})
    opened = reading.open_named(str(folder), tmp_path / "dataset", DEFAULT_LIMITS, silent)
    assert isinstance(opened, Pending)
    workspace = visitor(Session(pending=opened))
    page = open_view("load", workspace)
    box = next(box for box in page.selectbox if box.label == "Group column")
    assert box.options[box.index] == "patient"
    assert not button(page, "Load 8 images").disabled

    box.select_index(0).run()
    button(page, "Use these columns").click().run()
    finish_jobs(workspace)

    assert workspace.session.pending is not None
    assert not workspace.session.pending.survey.labels.has_telling_groups
    again = open_view("load", workspace)
    assert not button(again, "Load 8 images").disabled


def test_nothing_is_loaded_by_other_columns_than_those_in_view(pending: Pending) -> None:
    page = open_view("load", visitor(Session(pending=pending)))
    box = next(box for box in page.selectbox if box.label == "Label column")

    box.select("cage").run()

    assert button(page, "Load 7 images").disabled


def test_another_labels_file_comes_with_its_own_columns(tmp_path: Path) -> None:
    numbered = b"image,label,species\n" + b"".join(
        b"%d,%d,%s\n" % (n, n % 2, (b"oak", b"elm")[n % 2]) for n in range(8)
    )
    named = b"image,label\n" + b"".join(b"%d,%s\n" % (n, (b"u", b"v")[n % 3 > 1]) for n in range(8))
    files = {f"{n}.jpg": jpeg(n) for n in range(8)}
    workspace = waiting(tmp_path, {**files, "a.csv": named, "b.csv": numbered})
    page = open_view("load", workspace)

    button(page, r"Use b\.csv\, column \'species\'").click().run()
    finish_jobs(workspace)

    again = open_view("load", workspace)
    box = next(box for box in again.selectbox if box.label == "Label column")
    assert box.value == "species"


def test_folders_can_be_used_instead(pending: Pending) -> None:
    workspace = visitor(Session(pending=pending))
    page = open_view("load", workspace)
    box = next(box for box in page.selectbox if box.label == "Another way to read them")

    box.select_index(box.options.index("No labels")).run()
    button(page, "Use no labels").click().run()
    finish_jobs(workspace)

    shown = text(open_view("load", workspace))
    assert "Labels: no labels" in shown
    assert "8 pictures outside all class folders" in shown


def test_what_was_there_stays_when_other_images_are_not_wanted(
    pending: Pending, dataset: ImageDataset
) -> None:
    workspace = visitor(loaded(dataset).put(pending=pending))
    page = open_view("load", workspace)

    button(page, "Discard them").click().run()

    assert workspace.session.pending is None
    assert workspace.session.dataset is dataset


def test_hostile_names_are_letters_there_too(tmp_path: Path) -> None:
    names = [name.replace("/", "_") for name in HOSTILE]
    header = ",".join(["file", *names]).encode()
    rows = b"".join(b"%d.jpg%s\n" % (n, b",x%d" % (n % 2) * len(names)) for n in range(6))
    files = {f"{n}.jpg": jpeg(n) for n in range(6)} | {f"{names[0]}.csv": header + b"\n" + rows}
    folder = write_files(tmp_path / names[1], files)
    opened = reading.open_named(str(folder), tmp_path / "dataset", DEFAULT_LIMITS, silent)
    assert isinstance(opened, Pending)

    page = open_view("load", visitor(Session(pending=opened)), notes=True)

    assert not page.exception
    for name in names:
        assert not any(name in line for line in markdown(page) if name.isascii())


def test_more_classes_than_the_limit_cannot_be_loaded(
    pending: Pending, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(WORKSPACES.settings.limits, classes=1)
    monkeypatch.setattr(WORKSPACES, "settings", replace(WORKSPACES.settings, limits=limits))

    page = open_view("load", visitor(Session(pending=pending)))

    assert button(page, "Load 7 images").disabled
    assert "2 classes are more than 1, the limit." in text(page)
