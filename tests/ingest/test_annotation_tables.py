"""COCO, Label Studio and CVAT: a table where images have one class, else said what it is."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from written_tables import found_in, passed_in, rows_of

from core.ingest.tables import Table


def coco(*classes: Sequence[int], of: str = "bbox") -> dict[str, object]:
    """Return what COCO says of images with boxes of these classes: 1 is a cat, 2 a dog."""
    boxes = [(image, number) for image, numbers in enumerate(classes) for number in numbers]
    return {
        "info": {"year": 2017},
        "licenses": [],
        "images": [
            {"id": 100 + image, "file_name": f"{image}.jpg", "width": 8, "height": 8}
            for image in range(len(classes))
        ],
        "annotations": [
            {"id": box, "image_id": 100 + image, "category_id": number, of: [0, 0, 1, 1]}
            for box, (image, number) in enumerate(boxes)
        ],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    }


def only_table(folder: Path, value: object, name: str = "annotations.json") -> Table:
    found = found_in(folder, {name: value})
    assert (len(found.tables), found.passed) == (1, ())
    return found.tables[0]


def test_coco_of_one_class_an_image_is_a_table(tmp_path: Path) -> None:
    table = only_table(tmp_path, coco([1], [2, 2], []))

    assert (table.kind, table.names) == ("COCO annotations", ("file_name", "label"))
    assert rows_of(table) == [("0.jpg", "cat"), ("1.jpg", "dog"), ("2.jpg", "")]
    assert table.about == ""


def test_a_few_images_of_several_classes_are_said(tmp_path: Path) -> None:
    table = only_table(tmp_path, coco([1, 2, 1], [2], [1]))

    assert rows_of(table)[0] == ("0.jpg", "cat|dog")
    assert table.about == "COCO boxes: several classes in 1 of 3 images."


def test_boxes_of_several_classes_an_image_are_no_labels(tmp_path: Path) -> None:
    value = coco([1, 2], [2, 1], [1])

    assert passed_in(tmp_path, {"annotations/instances_val2017.json": value}) == {
        "annotations/instances_val2017.json": "COCO boxes, several classes in 2 of 3 images"
    }


def test_annotations_without_boxes_are_labels_as_well(tmp_path: Path) -> None:
    images = [{"id": n, "file_name": f"{n}.jpg", "location": f"site {n % 2}"} for n in range(2)]
    annotations = [{"image_id": n, "category_id": n} for n in range(2)]

    table = only_table(tmp_path, {"images": images, "annotations": annotations})

    assert table.names == ("file_name", "label", "location")
    assert rows_of(table) == [("0.jpg", "0", "site 0"), ("1.jpg", "1", "site 1")]


def test_captions_are_no_labels(tmp_path: Path) -> None:
    value = {
        "images": [{"id": 1, "file_name": "1.jpg"}],
        "annotations": [{"image_id": 1, "id": 3, "caption": "A cat."}],
    }

    assert passed_in(tmp_path, {"a.json": value}) == {"a.json": "COCO captions, no labels"}


def test_annotations_of_no_image_are_no_labels(tmp_path: Path) -> None:
    assert passed_in(tmp_path, {"a.json": coco([], [])}) == {
        "a.json": "COCO annotations of no image"
    }


def test_annotations_of_splits_in_one_folder_are_one_table_that_says_them(tmp_path: Path) -> None:
    files = {
        f"annotations/instances_{split}2017.json": coco([1], [2]) for split in ("train", "val")
    }

    found = found_in(tmp_path, files)

    [table] = found.tables
    assert (table.path, table.names) == (
        "annotations/instances_*2017.json",
        ("file_name", "label", "split"),
    )
    assert list(table.rows) == rows_of(table)
    assert rows_of(table) == [
        ("0.jpg", "cat", "train"),
        ("1.jpg", "dog", "train"),
        ("0.jpg", "cat", "val"),
        ("1.jpg", "dog", "val"),
    ]
    assert found.used == set(files)


def test_annotations_of_other_columns_are_not_joined(tmp_path: Path) -> None:
    other = {"images": [{"id": 1, "file_name": "1.jpg", "site": "a"}]}
    other["annotations"] = [{"image_id": 1, "category_id": 1}]

    found = found_in(tmp_path, {"a_train.json": coco([1], [2]), "a_val.json": other})

    assert len(found.tables) == 2


def test_annotations_in_each_split_are_a_table_each(tmp_path: Path) -> None:
    files = {f"{split}/_annotations.coco.json": coco([1], [2]) for split in ("train", "valid")}

    found = found_in(tmp_path, files)

    assert [table.path for table in found.tables] == sorted(files)


@pytest.mark.parametrize(
    "entry",
    [
        {"image": "1.jpg", "annotations": [{"label": "cat", "coordinates": {"x": 1}}]},
        {"filename": "1.jpg", "objects": [{"name": "cat"}, {"name": "cat"}], "width": 8},
        {"width": 8, "file_name": "1.jpg", "boxes": [{"class": "cat", "xmin": 3}]},
    ],
)
def test_a_list_of_images_with_what_is_on_each_is_a_table(tmp_path: Path, entry: object) -> None:
    table = only_table(tmp_path, [entry])

    assert table.kind == "annotations of a list of images"
    assert rows_of(table) == [("1.jpg", "cat")]


def test_images_with_several_classes_in_a_list_are_no_labels(tmp_path: Path) -> None:
    entry = {"image": "1.jpg", "annotations": [{"label": "cat"}, {"label": "dog"}]}

    assert passed_in(tmp_path, {"a.json": [entry, entry]}) == {
        "a.json": "annotations of images, several classes in 2 of 2 images"
    }


def task(path: str, *chosen: Sequence[str], tool: str = "choices", **more: object) -> object:
    results = [{"type": tool, "value": {tool: list(choice)}} for choice in chosen]
    return {"id": 1, "data": {"image": path}, "annotations": [{"result": results, **more}]}


def test_choices_of_label_studio_are_labels(tmp_path: Path) -> None:
    tasks = [
        task("/data/upload/1/8f3a2b1c-cat.jpg", ["cat"]),
        task("/data/local-files/?d=folder/my%20dog.jpg", ["dog"]),
        task("s3://bucket/both.jpg", ["cat", "dog"]),
        task("skipped.jpg", ["cat"], was_cancelled=True),
    ]

    table = only_table(tmp_path, tasks)

    assert table.kind == "Label Studio export"
    assert rows_of(table) == [
        ("/data/upload/1/8f3a2b1c-cat.jpg", "cat"),
        ("folder/my dog.jpg", "dog"),
        ("s3://bucket/both.jpg", "cat|dog"),
        ("skipped.jpg", ""),
    ]
    assert table.about == "1 of 4 tasks have several choices."


def test_what_a_model_predicted_is_no_label(tmp_path: Path) -> None:
    predicted = {"result": [{"value": {"choices": ["dog"]}}]}
    tasks = [{"data": {"image": "1.jpg"}, "annotations": [], "predictions": [predicted]}]

    assert passed_in(tmp_path, {"a.json": tasks}) == {
        "a.json": "regions of Label Studio of no image"
    }


def test_a_choice_in_a_tree_is_named_by_its_path(tmp_path: Path) -> None:
    tasks = [task("1.jpg", [["animal", "cat"]], tool="taxonomy"), task("2.jpg", ["dog"])]  # type: ignore[list-item]

    assert rows_of(only_table(tmp_path, tasks))[0] == ("1.jpg", "animal/cat")


def test_regions_of_several_classes_are_no_labels(tmp_path: Path) -> None:
    tasks = [task("1.jpg", ["cat"], ["dog"], tool="rectanglelabels")]

    assert passed_in(tmp_path, {"a.json": tasks}) == {
        "a.json": "regions of Label Studio, several classes in 1 of 1 image"
    }


def test_the_short_form_of_label_studio_is_a_table(tmp_path: Path) -> None:
    short = [
        {"image": "/data/upload/1/x.jpg", "id": 1, "choice": "cat"},
        {"image": "/data/upload/1/y.jpg", "id": 2, "choice": {"choices": ["cat", "dog"]}},
    ]

    table = only_table(tmp_path, short)

    assert table.names == ("image", "id", "choice")
    assert [row[2] for row in rows_of(table)] == ["cat", "cat|dog"]


CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><name>mine</name></task></meta>
<image id="0" name="a/1.jpg" subset="Train" width="8" height="8">
 <tag label="cat &amp; co" source="manual"></tag></image>
<image id="1" name="a/2.jpg" subset="Test" width="8" height="8">
 <box label="dog" xtl="1" ytl="1"><attribute name="label">old</attribute></box>
 <box label="dog" xtl="2" ytl="2"/></image>
<image id="2" name="a/3.jpg" subset="Test" width="8" height="8"/>
</annotations>"""


def test_cvat_is_a_table_with_splits(tmp_path: Path) -> None:
    table = only_table(tmp_path, CVAT, "annotations.xml")

    assert (table.kind, table.names) == ("CVAT annotations", ("file_name", "label", "split"))
    assert rows_of(table) == [
        ("a/1.jpg", "cat & co", "Train"),
        ("a/2.jpg", "dog", "Test"),
        ("a/3.jpg", "", "Test"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><body>cat</body></html>", "XML of another kind"),
        ("<annotations></annotations>", "XML of another kind"),
        ("<annotations><image name='1.jpg'><box", "annotations of CVAT of no image"),
        ("", "empty"),
    ],
)
def test_other_xml_is_passed_over_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    assert passed_in(tmp_path, {"a.xml": text}) == {"a.xml": reason}


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "ha">]><annotations><image name="&x;.jpg"><tag label="cat"/>'

    assert rows_of(only_table(tmp_path, bomb, "a.xml")) == [("&x;.jpg", "cat")]
