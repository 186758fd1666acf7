"""What holds of the readings of any source: all can be asked for, and order says nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from image_sets import write_files, write_zip
from known_layouts import KNOWN_LAYOUTS, layout, read_layout
from layout_sketch import LABELS, Sketch, sizes

from core.dataset import Choices
from core.ingest import Listing, list_source, preview_counts, read_survey, survey

every_layout = pytest.mark.parametrize("name", KNOWN_LAYOUTS)


@contextmanager
def listed(name: str) -> Iterator[Listing]:
    """Yield the files of a well-known layout."""
    with TemporaryDirectory() as folder:
        source = write_files(Path(folder) / "set", layout(name).files)
        yield list_source(str(source), Path(folder) / "unpacked")


@every_layout
def test_each_reading_can_be_asked_for_again(name: str) -> None:
    with listed(name) as listing:
        found = survey(listing)
        titles = [survey(listing, reading.choices).chosen.title for reading in found.readings]

    assert titles == [reading.title for reading in found.readings]


@every_layout
def test_the_same_choices_give_the_same_dataset_again(name: str) -> None:
    dataset = read_layout(name).dataset
    if dataset is None:
        return

    with listed(name) as listing:
        again = read_survey(survey(listing, dataset.choices), dataset.choices.decisions)

    assert again.digest == dataset.digest
    assert again.counts() == dataset.counts()


@every_layout
def test_the_order_of_files_says_nothing(name: str) -> None:
    with listed(name) as listing:
        order = Random(0).sample(range(len(listing.paths)), len(listing.paths))
        shuffled = replace(
            listing,
            paths=[listing.paths[place] for place in order],
            files=[listing.files[place] for place in order],
        )
        first, second = survey(listing), survey(shuffled)

    assert second.sentence == first.sentence
    assert preview_counts(second, {}) == preview_counts(first, {})


@every_layout
def test_a_zip_is_read_as_its_folder_is(name: str, tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", layout(name).files)

    found = survey(list_source(str(archive), tmp_path / "unpacked"))

    assert found.sentence == read_layout(name).survey.sentence
    assert preview_counts(found, {}) == preview_counts(read_layout(name).survey, {})


@every_layout
def test_readings_differ_from_each_other(name: str) -> None:
    titles = [reading.title for reading in read_layout(name).survey.readings]

    assert sorted(titles) == sorted(set(titles))


@every_layout
def test_the_chosen_reading_is_the_best_of_its_score(name: str) -> None:
    found = read_layout(name).survey

    assert found.chosen in found.readings
    assert all(0 <= reading.score <= 1 for reading in found.readings)


@pytest.mark.parametrize("count", [12, 43, 60])
def test_a_sentence_about_many_tables_stays_short(tmp_path: Path, count: int) -> None:
    sketch = Sketch()
    for place in range(count):
        rows = []
        for number in range(4):
            name = f"{number // 2:05}_{number % 2:05}.png"
            sketch.draw(f"Final_Training/Images/{place:05}/{name}", str(place))
            rows.append(f"{name};3{number};30;{place}")
        path = f"Final_Training/Images/{place:05}/GT-{place:05}.csv"
        sketch.write(path, "Filename;Width;Height;ClassId", *rows)
    source = write_files(tmp_path / "set", sketch.files)

    found = survey(list_source(str(source), tmp_path / "unpacked"))

    assert len(preview_counts(found, {})) == count
    assert len(found.sentence) <= 500


def test_a_sentence_about_long_names_stays_short(tmp_path: Path) -> None:
    sketch = Sketch()
    for label, number in sizes(f"{label} {'very ' * 38}rare" for label in LABELS):
        sketch.draw(f"{label}/{number}.jpg", label)
    sketch.write(f"{'table ' * 38}.csv", "file,label", "none.jpg,cat", "nobody.jpg,dog")
    source = write_files(tmp_path / "set", sketch.files)

    found = survey(list_source(str(source), tmp_path / "unpacked"))

    assert set(preview_counts(found, {})) == {label for label, _ in sketch.images.values()}
    assert len(found.sentence) <= 700


def test_a_source_of_one_picture_has_a_sentence(tmp_path: Path) -> None:
    sketch = Sketch()
    sketch.draw("picture.jpg")
    source = write_files(tmp_path / "set", sketch.files)

    found = survey(list_source(str(source), tmp_path / "unpacked"))

    assert found.sentence
    assert found.chosen in found.readings


def test_a_source_without_pictures_has_a_sentence(tmp_path: Path) -> None:
    source = write_files(tmp_path / "set", {"notes.txt": b"nothing\n", "labels.csv": b"a,b\n1,2\n"})

    found = survey(list_source(str(source), tmp_path / "unpacked"), Choices())

    assert found.sentence
