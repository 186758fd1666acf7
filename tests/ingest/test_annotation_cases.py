"""Workbooks and annotations as people have them: each kind in several forms."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence

import pytest
from known_layouts import Read, read_files, wrong
from layout_sketch import LABELS, Rows, Sketch, flat_set, sizes


@pytest.mark.parametrize("name", ["data.xlsx", "labels.xlsx", "ODIR annotations.XLSX"])
@pytest.mark.parametrize("folder", ["", "annotations/"])
def test_a_workbook_says_labels(name: str, folder: str) -> None:
    sketch, rows = flat_set()
    sketch.files[folder + name] = workbook([("image", "diagnosis"), *rows])

    read = read_files(sketch.files)

    assert wrong(read, sketch.images) == ""
    assert name in read.survey.sentence


def test_a_workbook_of_numbers_says_whole_ones() -> None:
    sketch = Sketch()
    rows: list[tuple[object, object]] = [("image_id", "grade")]
    for place, (label, _) in enumerate(sizes("012", least=6)):
        sketch.draw(f"images/{place + 100}.jpg", label)
        rows.append((float(place + 100), float(label)))
    sketch.files["grades.xlsx"] = workbook(rows)

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize("name", ["annotations.json", "annotations/instances_default.json"])
def test_coco_annotations_of_one_category_a_picture_say_labels(name: str) -> None:
    sketch, rows = flat_set()
    annotations = [
        {
            "id": place,
            "image_id": place,
            "category_id": LABELS.index(label) + 1,
            "bbox": [1, 1, 4, 4],
        }
        for place, (_, label) in enumerate(rows)
    ]
    images = [{"id": place, "file_name": file} for place, (file, _) in enumerate(rows)]
    categories = [{"id": place + 1, "name": label} for place, label in enumerate(LABELS)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    sketch.files[name] = json.dumps(content).encode()

    assert wrong(read_files(sketch.files), sketch.images) == ""


@pytest.mark.parametrize(
    "form",
    [
        lambda rows: [{"image": name, "label": label} for name, label in rows],
        lambda rows: dict(rows),
        lambda rows: {label: [n for n, other in rows if other == label] for label in LABELS},
        lambda rows: {name: {"label": label, "width": 8} for name, label in rows},
        lambda rows: {"data": [{"file_name": name, "class": label} for name, label in rows]},
    ],
    ids=["records", "file to label", "label to files", "file to record", "wrapped"],
)
def test_json_of_other_forms_says_labels(form: Callable[[Rows], object]) -> None:
    sketch, rows = flat_set()
    sketch.files["labels.json"] = json.dumps(form(rows)).encode()

    assert wrong(read_files(sketch.files), sketch.images) == ""


YOLO_FORMS = {
    "beside": ("images/{}.jpg", "labels/{}.txt"),
    "in splits": ("train/images/{}.jpg", "train/labels/{}.txt"),
    "split inside": ("images/train/{}.jpg", "labels/train/{}.txt"),
    "one folder": ("obj_train_data/{}.jpg", "obj_train_data/{}.txt"),
}


@pytest.mark.parametrize("form", YOLO_FORMS)
def test_yolo_boxes_of_several_classes_are_said_and_never_a_table(form: str) -> None:
    sketch, (picture, boxes) = Sketch(), YOLO_FORMS[form]
    for number in range(12):
        sketch.draw(picture.format(number))
        sketch.write(
            boxes.format(number),
            *(f"{(number + step) % 2} 0.5 0.5 0.2 0.{number + 1}" for step in range(2)),
        )
    sketch.write("data.yaml", "names: [ship, buoy]", "nc: 2")

    read = read_files(sketch.files)

    assert len({label for label, _ in read.images.values()}) <= 1
    assert "YOLO" in read.said
    assert not re.search(r"\b\d+\.txt", read.survey.sentence)
    assert names_one_class_at_most(read)


@pytest.mark.parametrize("form", YOLO_FORMS)
@pytest.mark.parametrize("names", ["names: [ship, buoy]", "names:\n  0: ship\n  1: buoy"])
def test_yolo_boxes_of_one_class_a_picture_say_labels(form: str, names: str) -> None:
    sketch, (picture, boxes) = Sketch(), YOLO_FORMS[form]
    for number in range(14):
        code = int(number % 3 == 0)
        sketch.draw(picture.format(number), ("ship", "buoy")[code])
        sketch.write(
            boxes.format(number), *[f"{code} 0.5 0.5 0.2 0.{number + 1}"] * (1 + number % 2)
        )
    sketch.write("data.yaml", names, "nc: 2")

    assert wrong(read_files(sketch.files), sketch.images) == ""


def names_one_class_at_most(read: Read) -> bool:
    """Return whether no more than one class was made of pictures without labels."""
    return read.dataset is None or len(read.dataset.classes) <= 1


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """Return an XLSX of one sheet; numbers are numbers there, as Excel writes them."""
    cells = []
    for number, row in enumerate(rows, 1):
        cells.append(f'<row r="{number}">')
        for column, value in zip("ABCDEFGH", row, strict=False):
            is_text = isinstance(value, str)
            inner = f"<is><t>{value}</t></is>" if is_text else f"<v>{value}</v>"
            kind = ' t="inlineStr"' if is_text else ""
            cells.append(f'<c r="{column}{number}"{kind}>{inner}</c>')
        cells.append("</row>")
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    application = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
        f'"/xl/workbook.xml" ContentType="{application}.sheet.main+xml"/><Override PartName='
        f'"/xl/worksheets/sheet1.xml" ContentType="{application}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type='
        f'"{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet '
        'name="Labels" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(cells)}'
        "</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, text in parts.items():
            opened.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return buffer.getvalue()
