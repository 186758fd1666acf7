"""The page that asks about labels before images are read."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_sets import HOSTILE, loaded
from image_sets import jpeg, write_files
from opened_page import button, finish_jobs, html, markdown, open_view, text, visitor
from streamlit.testing.v1 import AppTest

from app.cli.entry import main
from app.session.session import Pending, Session
from app.session.workspace import Workspace
from app.session.workspaces import WORKSPACES
from app.upload import reading
from core.dataset import Choices, ImageDataset
from core.ingest.file_names import AFTER_NUMBER, FIRST_WORD
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


def test_what_has_to_be_used_first_has_the_accent(pending: Pending) -> None:
    page = open_view("load", visitor(Session(pending=pending)))
    assert [one.label for one in page.button if one.proto.type == "primary"] == ["Load 7 images"]

    next(box for box in page.selectbox if box.label == "Label column").select("cage").run()

    accents = [one.label for one in page.button if one.proto.type == "primary"]
    assert accents == ["Use these columns"]


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
    assert "Labels: none found" in shown
    assert "8 pictures outside all class folders" in shown


def test_what_was_there_stays_when_other_images_are_not_wanted(
    pending: Pending, dataset: ImageDataset
) -> None:
    workspace = visitor(loaded(dataset).put(pending=pending))
    page = open_view("load", workspace)
    assert "'pets' is set aside: you can go back to it." in text(page)

    button(page, "Keep ").click().run()

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


def flat(count: int, **tables: str) -> dict[str, bytes]:
    """Return pictures '0.jpg' and on in one folder, beside tables."""
    pictures = {f"{n}.jpg": jpeg(n) for n in range(count)}
    return pictures | {f"{name}.csv": rows.encode() for name, rows in tables.items()}


def pets(count: int = 12) -> str:
    """Return a table with two columns that could be the labels."""
    kinds, breeds = ("cat", "dog"), ("pug", "boxer", "siam")
    rows = [f"{n}.jpg,{kinds[n % 2]},{breeds[n % 3]},{n % 2}" for n in range(count)]
    return "\n".join(["file,species,breed,sex", *rows])


def test_load_says_what_the_command_line_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = waiting(tmp_path, flat(12, pets=pets()))
    main(["audit", str(tmp_path / "set"), "--json", str(tmp_path / "report.json")])
    printed = capsys.readouterr().err

    assert workspace.session.pending is not None
    sentence = workspace.session.pending.survey.sentence
    assert sentence in text(open_view("load", workspace))
    assert printed.startswith(f"evenset: {sentence}")

    button(open_view("load", workspace), "Load 12 images").click().run()
    finish_jobs(workspace)

    assert sentence in text(open_view("load", workspace))


def test_a_close_call_says_why_it_is_asked_and_shows_both_readings(tmp_path: Path) -> None:
    page = open_view("load", waiting(tmp_path, flat(12, pets=pets())))

    shown = text(page)
    assert "Another reading fits almost as well." in shown
    assert "pets.csv, column 'species' proposed" in " ".join(shown.split())
    assert "pets.csv, column 'breed' fits almost as well" in " ".join(shown.split())
    cards = [body for body in html(page) if 'class="reading"' in body]
    assert [body.count("<img ") for body in cards] == [6, 6]
    assert 'alt="dog: 1.jpg"' in cards[0]
    assert 'alt="boxer: 1.jpg"' in cards[1]


def test_another_reading_is_taken_and_the_cards_stay_where_they_are(tmp_path: Path) -> None:
    workspace = waiting(tmp_path, flat(12, pets=pets()))
    before = titles(open_view("load", workspace))

    button(open_view("load", workspace), "Use pets").click().run()
    finish_jobs(workspace)

    page = open_view("load", workspace)
    assert titles(page) == before
    assert page.subheader[-1].value == "This gives 12 images in 3 classes"
    assert "almost as well" not in text(page)
    assert [element.label for element in page.button if element.label == "In use"] == ["In use"]


def titles(page: AppTest) -> list[str]:
    """Return the titles of the cards, in order, without what is marked on them."""
    cards = [body for body in html(page) if 'class="reading"' in body]
    return [re.split("<", re.split('class="way">', body)[1])[0].strip() for body in cards]


def test_tables_that_are_not_used_are_named_with_the_reason(tmp_path: Path) -> None:
    submission = "file,healthy,rust\n" + "\n".join(f"{n}.jpg,0.25,0.25" for n in range(8))
    page = open_view("load", waiting(tmp_path, flat(12, pets=pets(), sample_submission=submission)))

    assert [box.label for box in page.expander if "not used" in box.label] == [
        "Looked at, not used (1)"
    ]
    assert "sample_submission.csv: the same probability in each row." in text(page)


def field(page: AppTest) -> "object":
    return next(box for box in page.text_input if box.label == "Regular expression")


def test_an_expression_shows_what_it_finds_and_is_used_after_a_click(tmp_path: Path) -> None:
    names = {f"{k}/{place}-{n:02}.jpg": jpeg(n) for k in "ab" for place in ("in", "out")
             for n in range(3)}  # fmt: skip
    workspace = waiting(tmp_path, {**names, "a/in-00_mask.jpg": jpeg(9)})
    page = open_view("load", workspace)

    field(page).set_value(r"(in|out)-").run()

    assert "2 labels in 12 of 12 names" in text(page)
    assert button(page, "Load 12 images").disabled  # by the folders, which are not in view any more
    button(page, "Use this expression").click().run()
    finish_jobs(workspace)
    again = open_view("load", workspace)
    assert again.subheader[-1].value == "This gives 12 images in 2 classes"
    assert field(again).value == r"(in|out)-"
    assert not button(again, "Load 12 images").disabled


def test_an_expression_that_is_none_says_so_and_holds_nothing_up(tmp_path: Path) -> None:
    page = open_view("load", waiting(tmp_path, flat(12, pets=pets())))

    for wrong, said in (("(", "is not a regular expression"), ("cat", "has no group")):
        field(page).set_value(wrong).run()

        assert not page.exception
        assert said in page.error[0].value
        assert not button(page, "Load 12 images").disabled


def test_an_example_of_an_expression_is_written_by_a_click(tmp_path: Path) -> None:
    names = {f"{k}_{n}.jpg": jpeg(n) for k in ("cat", "dog") for n in range(6)}
    page = open_view("load", waiting(tmp_path, {**names, "cat_1_mask.jpg": jpeg(9)}))

    button(page, "The first word").click().run()

    assert field(page).value == FIRST_WORD
    assert "2 labels in 12 of 12 names" in text(page)


def test_an_example_replaces_the_expression_in_use(tmp_path: Path) -> None:
    workspace = waiting(tmp_path, flat(12))
    pending = workspace.session.pending
    assert pending is not None
    again = reading.survey_again(pending, Choices(label_pattern=AFTER_NUMBER), silent)
    page = open_view("load", visitor(Session(pending=again)))
    assert field(page).value == AFTER_NUMBER

    button(page, "The first word").click().run()
    page.run()

    assert field(page).value == FIRST_WORD
    # Beside a value of the page's memory, a default is what Streamlit warns of.
    assert not field(page).proto.default


def test_several_labels_in_a_cell_say_what_each_decision_gives(tmp_path: Path) -> None:
    rows = "\n".join(f"{n}.jpg,{('oak', 'elm', 'oak|elm', 'oak')[n % 4]}" for n in range(12))
    page = open_view("load", waiting(tmp_path, flat(12, trees=f"file,label\n{rows}")))

    radio = page.radio[0]
    assert radio.options == [
        *("Leave them out", "Use the first label", "Make each combination of labels a class"),
    ]
    assert list(radio.proto.captions) == [
        *("9 images in 2 classes", "12 images in 2 classes", "12 images in 3 classes"),
    ]
    radio.set_value("combination").run()
    button(page, "Load 12 images")


def test_pictures_that_belong_to_another_one_stand_beside_it(tmp_path: Path) -> None:
    names = [f"{k}/{n}{end}.jpg" for k in "ab" for n in range(5) for end in ("", "_mask")]
    page = open_view("load", waiting(tmp_path, {name: jpeg(3) for name in names}))

    [pairs] = [body for body in html(page) if 'class="pairs"' in body]
    assert pairs.count('class="pair"') == 6
    assert 'alt="Belongs to the next: 0_mask.jpg"' in pairs
    assert 'alt="Picture: 0.jpg"' in pairs
    box = next(box for box in page.selectbox if box.label.startswith("10 pictures belonging"))
    box.select("keep").run()
    button(page, "Load 20 images")


def test_a_thousand_labels_are_a_few_pictures_and_a_table(tmp_path: Path) -> None:
    rows = "\n".join(f"{n}.jpg,k{n % 1000:04}{'x' * 90}" for n in range(2000))
    page = open_view("load", waiting(tmp_path, flat(2000, many=f"file,label\n{rows}")))

    cards = [body for body in html(page) if 'class="reading"' in body]
    assert [body.count("<img ") for body in cards] == [6]
    assert max(body.count("<i ") for body in cards) == 60
    assert page.subheader[-1].value == "This gives 2,000 images in 1,000 classes"


def test_a_class_without_a_usable_picture_is_named_after_loading(tmp_path: Path) -> None:
    files = {f"train/{k}/{n}.jpg": jpeg(n) for k in ("elm", "oak") for n in range(3)}
    files |= {f"train/yew/{n}.jpg": b"cut" for n in range(2)} | {"test/7.jpg": jpeg(7)}
    folder = write_files(tmp_path / "set", files)
    (folder / "train" / "fir").mkdir()
    opened = reading.open_named(str(folder), tmp_path / "dataset", DEFAULT_LIMITS, silent)
    workspace = visitor(Session(pending=opened) if isinstance(opened, Pending) else Session())
    page = open_view("load", workspace)
    assert "without a picture: train/fir" in text(page)

    button(page, "Load 8 images").click().run()
    finish_jobs(workspace)

    loaded_page = open_view("load", workspace)
    assert "1 class without a usable picture: yew." in text(loaded_page)
    assert len(loaded_page.warning) == 1
    assert "1 class folder without a picture: train/fir." in text(loaded_page)
    assert "in a folder for validation or test: test." in text(loaded_page)
