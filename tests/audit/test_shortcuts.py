"""A class that can be told without looking at what pictures show is named, and no other is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from image_sets import read_folder, write_folder
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score, mutual_info_score
from sklearn.naive_bayes import CategoricalNB

from core.audit import AuditInput, Finding, Insights, PictureMeasures, Severity, write_report
from core.audit.measures import MEASURES
from core.audit.properties import MEASURED, PROPERTIES, into_bins
from core.audit.shortcuts import Shortcuts, measure_shortcuts
from core.dataset import ImageDataset
from core.duplicates import Copies

COLUMNS = ("brightness", *MEASURED)
PLACE = {each.name: place for place, each in enumerate(PROPERTIES)}
CLASSES = ("a", "b", "c", "d")

Columns = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return 4 classes of 30 pictures; their properties are put in by hand."""
    folder = tmp_path_factory.mktemp("set")
    dataset = read_folder(write_folder(folder, dict.fromkeys(CLASSES, 30)))
    # All files alike, so that nothing tells but what a test puts in.
    table = dataset.table.assign(
        format=pd.Categorical(["JPEG"] * len(dataset), ["JPEG", "PNG"]),
        bytes=np.random.default_rng(0).integers(400, 800, len(dataset)),
    )
    return replace(dataset, table=table)


def drawn(dataset: ImageDataset, seed: int = 0) -> Columns:
    """Return measures that have nothing to do with labels."""
    rng = np.random.default_rng(seed)
    columns = {name: rng.random(len(dataset)).astype(np.float32) for name in COLUMNS}
    columns["jpeg_quality"] = rng.choice([75, 85, 95], len(dataset)).astype(np.float32)
    columns["jpeg_sampling"] = rng.choice([0, 2], len(dataset)).astype(np.float32)
    columns["camera"] = rng.integers(0, 3, len(dataset)).astype(np.float32)
    columns["captured"] = rng.integers(10_000, 10_400, len(dataset)).astype(np.float32)
    return columns


def measures_of(columns: Columns, groups: NDArray[np.intp]) -> PictureMeasures:
    """Return measures of pictures of which nothing else is known."""
    names = [name for measure in MEASURES for name in measure.columns]
    unknown = np.full(len(groups), np.nan, np.float32)
    none = np.empty(0, np.intp)
    return PictureMeasures(
        dict.fromkeys(names, unknown) | dict(columns), Copies(groups, none.reshape(0, 2), none)
    )


def compared(
    dataset: ImageDataset, columns: Columns, groups: NDArray[np.intp] | None = None
) -> tuple[Shortcuts, list[Finding]]:
    groups = np.arange(len(dataset)) if groups is None else groups
    measures = measures_of(columns, groups)
    shortcuts = measure_shortcuts(dataset, measures)
    report = write_report(AuditInput(dataset, measures, Insights(shortcuts=shortcuts)))
    return shortcuts, [finding for finding in report.findings if finding.check == "shortcuts"]


def test_what_has_nothing_to_do_with_labels_is_no_finding(base: ImageDataset) -> None:
    shortcuts, findings = compared(base, drawn(base))

    assert findings == []
    assert abs(shortcuts.together - 0.25) < 0.15
    assert shortcuts.p_information.min() > 0.05


@pytest.mark.parametrize(
    ("column", "value", "words", "severity"),
    [
        ("jpeg_quality", 40, "JPEG quality 40 in 'b', 75 to 95 in the others", Severity.HIGH),
        ("border_spread", 0, "variation along the border 0% in 'b', ", Severity.HIGH),
        ("colourfulness", 0, "All 30 images of 'b' are in black and white; ", Severity.HIGH),
        ("plain_share", 0.95, "strength of colour", Severity.HIGH),
        ("camera", 9, "camera of one kind in 100% of 'b' and 0% of the others", Severity.LOW),
        ("captured", 0, "day of capture 1970-01-01 in 'b', 199", Severity.LOW),
    ],
)
def test_a_class_with_a_property_of_its_own_is_named(
    base: ImageDataset, column: str, value: float, words: str, severity: Severity
) -> None:
    columns = drawn(base)
    columns["plain_share"] *= 0.4
    columns["colourfulness"] = 0.05 + columns["colourfulness"] / 2
    columns[column][base.rows_of("b")] = value
    if column == "plain_share":
        columns["colourfulness"][base.rows_of("b")] = 0
        words = "All 30 images of 'b' are in black and white and mostly of a single tone"

    shortcuts, findings = compared(base, columns)

    (finding,) = findings
    assert finding.labels == ("b",)
    assert words in finding.text
    assert finding.severity is severity
    assert sorted(finding.rows) == base.rows_of("b").tolist()
    assert shortcuts.p_information[PLACE[column]] == pytest.approx(1 / 200)
    assert shortcuts.told[1, PLACE[column]] == 1


def test_a_class_in_another_format_and_size_is_named(base: ImageDataset) -> None:
    formats = base.table["format"].astype(object).to_numpy(copy=True)
    formats[base.rows_of("c")] = "PNG"
    widths = base.table["width"].to_numpy(copy=True)
    widths[base.rows_of("c")] = 500
    dataset = replace(base, table=base.table.assign(format=pd.Categorical(formats), width=widths))

    _, findings = compared(dataset, drawn(dataset))

    assert [finding.labels for finding in findings] == [("c",)]
    assert findings[0].severity is Severity.LOW
    assert "file format PNG in 100% of 'c' and 0% of the others" in findings[0].text
    assert "A trainer that scales" in findings[0].text


def test_several_classes_of_another_world_are_named_together(base: ImageDataset) -> None:
    columns = drawn(base)
    columns["colourfulness"] = 0.1 + columns["colourfulness"] / 2
    for label in ("a", "d"):
        columns["colourfulness"][base.rows_of(label)] = 0
    smaller = base.table["label"].isin(["a"]) & (np.arange(len(base)) % 2 == 0)
    split = base.table["split"].astype(object).mask(smaller, "left out").astype("category")
    dataset = replace(base, table=base.table.assign(split=split))

    _, findings = compared(dataset, columns)

    assert [finding.labels for finding in findings] == [("a", "d")]
    assert "'a' and 'd' are in black and white; none of the others is." in findings[0].text


def test_of_two_classes_the_smaller_one_is_said_to_differ(base: ImageDataset) -> None:
    label = base.table["label"].astype(object).where(base.table["label"] == "a", "rest")
    dataset = replace(base, table=base.table.assign(label=label.astype("category")))
    columns = drawn(dataset)
    columns["jpeg_quality"][dataset.rows_of("a")] = 40

    _, findings = compared(dataset, columns)

    assert [finding.labels for finding in findings] == [("a", "rest")]
    assert "JPEG quality alone tells 'a' from 'rest' in 100 of 100 cases" in findings[0].text
    assert sorted(findings[0].rows) == dataset.rows_of("a").tolist()


def test_the_most_typical_images_come_first_and_others_are_left_out(base: ImageDataset) -> None:
    columns, rows = drawn(base), base.rows_of("b")
    columns["jpeg_quality"][rows] = 40
    columns["jpeg_quality"][rows[:2]] = 85
    columns["border_spread"][rows[5:]] = 0

    _, (finding, *_) = compared(base, columns)

    assert finding.scores is not None
    assert (np.diff(finding.scores) <= 0).all()
    assert {*finding.rows.tolist()} == {*rows[2:].tolist()}
    assert {*finding.rows[-3:].tolist()} == {*rows[2:5].tolist()}


def test_files_that_tell_all_labels_a_little_are_told_of(base: ImageDataset) -> None:
    columns = drawn(base)
    rng = np.random.default_rng(1)
    wrong = rng.random(len(base)) < 0.25
    columns["captured"] = (base.codes * 100 + rng.integers(0, 90, len(base))).astype(np.float32)
    columns["captured"][wrong] = rng.integers(0, 400, wrong.sum())

    shortcuts, findings = compared(base, columns)

    assert [finding.id for finding in findings] == ["files_tell_labels"]
    assert "Most is told by: day of capture" in findings[0].text
    assert shortcuts.files_together > 0.6


def test_copies_of_a_picture_are_compared_once(base: ImageDataset) -> None:
    columns = drawn(base)
    rows = base.rows_of("b")
    for values in columns.values():
        values[rows] = values[rows[0]]
    groups = np.arange(len(base))
    groups[rows[:27]] = rows[0]

    shortcuts, findings = compared(base, columns, groups)

    assert "b" not in shortcuts.labels
    assert shortcuts.compared == 90
    assert findings == []


def test_a_set_of_one_class_has_no_shortcut(base: ImageDataset) -> None:
    dataset = replace(base, table=base.table[base.table["label"] == "a"].reset_index(drop=True))

    shortcuts, findings = compared(dataset, drawn(dataset))

    assert shortcuts.labels == ()
    assert findings == []
    assert shortcuts.to_json()["compared"] == 0


def test_figures_are_those_of_scikit_learn(base: ImageDataset) -> None:
    columns = drawn(base)
    columns["brightness"] += base.codes / 4

    shortcuts, _ = compared(base, columns)

    place = PLACE["brightness"]
    bins = shortcuts.table.bins[:, place]
    assert shortcuts.information[place] == pytest.approx(mutual_info_score(base.codes, bins))
    for code, label in enumerate(CLASSES):
        is_one = base.codes == code
        likelier = [
            value for value in np.unique(bins)
            if (bins[is_one] == value).mean() > (bins[~is_one] == value).mean()
        ]  # fmt: skip
        told = balanced_accuracy_score(is_one, np.isin(bins, likelier))
        assert shortcuts.told[shortcuts.labels.index(label), place] == pytest.approx(told)


def test_what_all_properties_predict_is_as_good_as_scikit_learns(base: ImageDataset) -> None:
    columns = drawn(base)
    for name in ("brightness", "edge_share", "ring_red"):
        columns[name] += base.codes / 4

    shortcuts, _ = compared(base, columns)

    bins, rng = shortcuts.table.bins, np.random.default_rng(0)
    folds = np.empty(len(base), int)
    for code in range(len(CLASSES)):
        folds[rng.permutation(np.flatnonzero(base.codes == code))] = np.arange(30) % 5
    predicted = np.empty(len(base), int)
    for fold in range(5):
        model = CategoricalNB(alpha=0.5, fit_prior=False, min_categories=int(bins.max()) + 1)
        model.fit(bins[folds != fold], base.codes[folds != fold])
        predicted[folds == fold] = model.predict(bins[folds == fold])
    assert shortcuts.together == pytest.approx(
        balanced_accuracy_score(base.codes, predicted), abs=0.08
    )


# Of 30 random labellings 1.5 are expected, of 100 five; more than these, or fewer, come once in 150
# sets or less.
@pytest.mark.parametrize(
    ("labellings", "least", "most"),
    [(30, 0, 6), pytest.param(100, 1, 11, marks=pytest.mark.release)],
)
def test_chance_is_called_a_shortcut_in_one_set_of_twenty(
    base: ImageDataset, labellings: int, least: int, most: int
) -> None:
    rng = np.random.default_rng(3)
    measures = measures_of(drawn(base), np.arange(len(base)))
    found_whole = found_class = 0
    for _ in range(labellings):
        label = pd.Categorical.from_codes(rng.permutation(base.codes), list(CLASSES))
        dataset = replace(base, table=base.table.assign(label=label))
        shortcuts = measure_shortcuts(dataset, measures)
        found_whole += bool(shortcuts.p_information.min() <= 0.05)
        found_class += bool(shortcuts.p_told.min() <= 0.05)

    assert least <= found_whole <= most
    assert least <= found_class <= most


def test_the_same_seed_gives_the_same_figures(base: ImageDataset) -> None:
    first, second = (compared(base, drawn(base))[0] for _ in range(2))

    assert first.to_json() == second.to_json()


def test_json_names_each_property_and_the_classes_that_it_tells(base: ImageDataset) -> None:
    columns = drawn(base)
    columns["jpeg_quality"][base.rows_of("b")] = 40

    given = compared(base, columns)[0].to_json()

    assert isinstance(given["properties"], list)
    assert [each["name"] for each in given["properties"]] == [each.name for each in PROPERTIES]
    assert given["properties"][PLACE["jpeg_quality"]]["classes"] == {"b": 1.0}


def test_ranges_of_a_small_class_are_not_lost_among_equal_numbers() -> None:
    values = np.array([75] * 300 + [95] * 6, np.float32)

    bins = into_bins(values, is_kind=False)

    assert {*bins[:300]}.isdisjoint({*bins[300:]})
