"""What a person looks at before anything is read."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from image_sets import jpeg, write_files

from core.errors import UnreadableImageError
from core.ingest import Survey, survey
from core.ingest.file_views import view_file
from core.ingest.folder import list_folder
from core.ingest.listing import Listing
from core.ingest.previews import examples, extent_of, label_counts, try_pattern


def surveyed(folder: Path, names: Iterator[str] | list[str], **others: bytes) -> Survey:
    """Return the survey of a folder with pictures of these names."""
    files = {name: jpeg(number) for number, name in enumerate(names)}
    return survey(list_folder(write_files(folder / "set", files | others)))


def test_examples_are_spread_over_the_labels_from_the_commonest_to_the_rarest(
    tmp_path: Path,
) -> None:
    counts = {"elm": 9, "oak": 3, "yew": 1}
    found = surveyed(
        tmp_path, [f"{k}/{n}.jpg" for k, count in counts.items() for n in range(count)]
    )

    shown = examples(found, found.chosen)

    assert [one.path for one in shown] == [
        *("elm/0.jpg", "elm/8.jpg", "oak/0.jpg", "oak/2.jpg", "yew/0.jpg"),
    ]
    assert [one.label for one in shown] == ["elm", "elm", "oak", "oak", "yew"]
    assert label_counts(found.chosen) == [9, 3, 1]


def test_of_many_labels_a_few_are_shown_the_ends_among_them(tmp_path: Path) -> None:
    found = surveyed(tmp_path, [f"k{k:02}/{n}.jpg" for k in range(30) for n in range(30 - k)])

    labels = [one.label for one in examples(found, found.chosen, most=4)]

    assert labels == ["k00", "k10", "k19", "k29"]


def test_a_mask_is_no_example(tmp_path: Path) -> None:
    names = [f"{k}/{n}{end}.jpg" for k in "ab" for n in range(3) for end in ("", "_mask")]
    found = surveyed(tmp_path, names)

    assert len(found.labels.pictures["companions"]) == 6
    assert not any("mask" in one.path for one in examples(found, found.chosen, most=20))


def test_a_reading_tells_its_labels_splits_and_group(tmp_path: Path) -> None:
    rows = [f"{n}.jpg,{'ab'[n % 2]},{'train' if n < 8 else 'test'},p{n // 2}" for n in range(12)]
    table = "\n".join(["file,label,split,patient", *rows]).encode()
    names = [f"{n}.jpg" for n in range(16)]
    found = surveyed(tmp_path, names, **{"labels.csv": table})

    told = extent_of(found.chosen)

    assert told == "2 labels for 75% of the pictures; splits train, test; group 'patient'"


def test_a_pattern_shows_what_it_finds_in_names_spread_over_the_source(tmp_path: Path) -> None:
    found = surveyed(tmp_path, [f"{k}_{n:02}.jpg" for k in ("cat", "dog") for n in range(20)])

    trial = try_pattern(found, r"(dog|cow)_\d", most=3)

    assert trial.told == "1 label in 20 of 40 names"
    assert [(one.path, one.label) for one in trial.examples] == [
        *(("cat_00.jpg", ""), ("dog_00.jpg", "dog"), ("dog_19.jpg", "dog")),
    ]
    assert trial.finds_labels


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "is not a regular expression"),
        ("cat", "has no group"),
        (r"((a|aa)+)+$", "takes too long"),
        ("(" * 5000, "at most 1,000"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why_and_shows_nothing(
    tmp_path: Path, pattern: str, said: str
) -> None:
    found = surveyed(tmp_path, [f"k/{'a' * 60}{n}b.jpg" for n in range(3)])

    trial = try_pattern(found, pattern)

    assert said in trial.refusal
    assert not trial.examples
    assert not trial.finds_labels


def listed(folder: Path) -> Listing:
    """Return a listing of one picture."""
    return list_folder(write_files(folder / "set", {"a.jpg": jpeg(3)}))


def test_a_view_gives_the_pixels_of_a_file_that_is_no_row(tmp_path: Path) -> None:
    with view_file(listed(tmp_path), 0, at_least_px=8) as view:
        assert (view.width, view.height) == (32, 24)
        assert view.pixels.shape == (12, 16, 3)  # a JPEG at half its size
        assert view.pixels.dtype == np.uint8


@pytest.mark.parametrize("instead", ["link", "folder", "nothing", "text", "large"])
def test_what_is_no_picture_any_more_is_not_viewed(tmp_path: Path, instead: str) -> None:
    listing = listed(tmp_path)
    file = listing.root / "a.jpg"
    picture = file.rename(tmp_path / "elsewhere.jpg")
    if instead == "link":
        file.symlink_to(picture)
    elif instead == "folder":
        file.mkdir()
    elif instead == "text":
        file.write_text("not a picture")
    elif instead == "large":
        file.write_bytes(picture.read_bytes())

    most_bytes = 10 if instead == "large" else 1_000_000
    with (
        pytest.raises(UnreadableImageError),
        view_file(listing, 0, at_least_px=8, most_bytes=most_bytes),
    ):
        pass
