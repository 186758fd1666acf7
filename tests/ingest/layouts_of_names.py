"""Well-known layouts where names of files or annotations say the labels, as they are downloaded."""

import json
from collections.abc import Mapping, Sequence

from layout_sketch import Layout, Sketch, code_of, in_splits, renamed, sizes


def dogs_vs_cats() -> Layout:
    sketch = Sketch()
    for label, number in sizes(("cat", "dog"), least=12):
        sketch.draw(f"train/{label}.{number - 1}.jpg", label)
    for number in range(1, 11):
        sketch.draw(f"test1/{number}.jpg")
    sketch.write("sampleSubmission.csv", "id,label", *(f"{number},0" for number in range(1, 11)))
    return sketch.layout(
        "`train/cat.0.jpg`, `train/dog.0.jpg`, `test1/1.jpg`, `sampleSubmission.csv`",
        said=["sampleSubmission.csv"],
        unlabelled=["test1"],
    )


def steel_surfaces() -> Layout:
    sketch = Sketch()
    for label, number in sizes(("Cr", "In", "Pa", "PS", "RS", "Sc"), least=6):
        sketch.draw(f"NEU surface defect database/{label}_{number}.bmp", label)
    return sketch.layout("`Cr_1.bmp`, `In_1.bmp`, ... in one folder")


def steel_surfaces_with_flat_boxes() -> Layout:
    sketch = Sketch()
    labels = ("crazing", "inclusion", "patches", "pitted_surface", "rolled-in_scale", "scratches")
    for label, number in sizes(labels, least=6):
        sketch.draw(f"NEU-DET/IMAGES/{label}_{number}.jpg", label)
        sketch.write(
            f"NEU-DET/ANNOTATIONS/{label}_{number}.xml",
            "<annotation><folder>cr</folder>",
            f"<filename>{label}_{number}.jpg</filename>",
            "<size><width>8</width><height>8</height><depth>1</depth></size>",
            f"<object><name>{label}</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>6</xmax>"
            "<ymax>8</ymax></bndbox></object></annotation>",
        )
    return sketch.layout("`IMAGES/crazing_1.jpg`, `ANNOTATIONS/crazing_1.xml`")


def oxford_pets() -> Layout:
    sketch, rows = Sketch(), []
    cats, dogs = ("Abyssinian", "Bengal", "Egyptian_Mau"), ("american_bulldog", "beagle", "pug")
    tested = set()
    for label, number in sizes((*cats, *dogs), least=6):
        path = f"images/{label}_{number}.jpg"
        sketch.draw(path, label)
        sketch.draw_mask(f"annotations/trimaps/{label}_{number}.png")
        sketch.files[f"annotations/trimaps/._{label}_{number}.png"] = b"resource fork"
        sketch.write(f"annotations/xmls/{label}_{number}.xml", f"<name>{label}</name>")
        species, breeds = (1, cats) if label in cats else (2, dogs)
        code = (*cats, *dogs).index(label) + 1
        rows.append(f"{label}_{number} {code} {species} {breeds.index(label) + 1}")
        tested |= {path} if number % 2 else set()
    head = ("#Image CLASS-ID SPECIES BREED ID", "#ID: 1:37 Class ids", "#SPECIES: 1:Cat 2:Dog")
    sketch.write("annotations/list.txt", *head, *rows)
    for name, rest in (("trainval", 0), ("test", 1)):
        lines = (row for row in rows if int(row.split()[0].rpartition("_")[2]) % 2 == rest)
        sketch.write(f"annotations/{name}.txt", *lines)
    split = in_splits(sketch.images, lambda path: "test" if path in tested else "train")
    codes = {label: str(code + 1) for code, label in enumerate((*cats, *dogs))}
    by_code = [renamed(truth, codes.__getitem__) for truth in (sketch.images, split)]
    return sketch.layout(
        "`images/Abyssinian_1.jpg`, `annotations/trimaps/Abyssinian_1.png`, `annotations/list.txt`",
        also=[split, *by_code],
        said=["list.txt"],
    )


def garbage() -> Layout:
    sketch, rows = Sketch(), []
    labels = ("glass", "paper", "cardboard", "plastic", "metal", "trash")
    for label, number in sizes(labels):
        top = "Garbage classification/Garbage classification"
        sketch.draw(f"{top}/{label}/{label}{number}.jpg", label)
        rows.append(f"{label}{number}.jpg {labels.index(label) + 1}")
    sketch.write("one-indexed-files.txt", *rows)
    sketch.write("zero-indexed-files.txt", *(f"{row[:-1]}{int(row[-1]) - 1}" for row in rows))
    return sketch.layout(
        "`Garbage classification/glass/glass1.jpg`, `one-indexed-files.txt` (`glass1.jpg 1`)",
        said=["one-indexed-files.txt", "zero-indexed-files.txt"],
    )


def faces_by_age() -> Layout:
    sketch = Sketch()
    for number in range(40):
        age, gender, race = 20 + number * number % 17, number * 5 % 3 % 2, number * 7 % 11 % 5
        sketch.draw(f"UTKFace/{age}_{gender}_{race}_201701{number:02}174725526.jpg.chip.jpg")
    return sketch.layout_without_labels(
        "`UTKFace/26_0_2_20170117.jpg.chip.jpg`: age, gender and race in the name",
        said=["--label-pattern|pattern|names?"],
    )


def coco_of_one_category() -> Layout:
    sketch = Sketch()
    categories = ("cat", "dog", "horse")
    for split, read in (("train2017", "train"), ("val2017", "validation")):
        records, names = [], []
        for label, number in sizes(categories):
            names.append(f"{int(code_of(split, label, number), 16) % 581_929:012}.jpg")
            sketch.draw(f"{split}/{names[-1]}", label, read)
            place = len(names) - 1
            records += [(place, categories.index(label))] * (1 + number % 2)
        annotations = _coco(names, records, categories)
        sketch.files[f"annotations/instances_{split}.json"] = annotations
    return sketch.layout(
        "`train2017`, `annotations/instances_train2017.json`, one category a picture"
    )


def coco_of_several_categories() -> Layout:
    sketch = Sketch()
    for first, split in enumerate(("train2017", "val2017")):
        names = [f"{place * 37 + first:012}.jpg" for place in range(12)]
        for name in names:
            sketch.draw(f"{split}/{name}")
        records = [(place, (place + step) % 4) for place in range(12) for step in range(2)]
        annotations = _coco(names, records, ("person", "bicycle", "car", "dog"))
        sketch.files[f"annotations/instances_{split}.json"] = annotations
    return sketch.layout_without_labels(
        "`train2017`, `annotations/instances_train2017.json`, several categories a picture",
        said=["instances_train2017.json", "several|detection"],
    )


def yolo_of_one_class() -> Layout:
    sketch = Sketch()
    names = ("mask", "no-mask", "worn wrong")
    for folder, split in (("train", "train"), ("val", "validation")):
        for label, number in sizes(names):
            name = code_of(folder, label, number)
            sketch.draw(f"images/{folder}/{name}.jpg", label, split)
            boxes = [f"{names.index(label)} 0.5 0.5 0.{number} 0.2"] * (1 + number % 2)
            sketch.write(f"labels/{folder}/{name}.txt", *boxes)
    sketch.write(
        "data.yaml", "train: ../images/train", "val: ../images/val", "", "nc: 3",
        "names: ['mask', 'no-mask', 'worn wrong']",
    )  # fmt: skip
    return sketch.layout(
        "`images/train/a.jpg`, `labels/train/a.txt`, `data.yaml`, boxes of one class a picture"
    )


def yolo_of_several_classes() -> Layout:
    sketch = Sketch()
    for split in ("train", "valid"):
        for number in range(12):
            name = code_of(split, number)
            sketch.draw(f"{split}/images/{name}.jpg")
            boxes = (f"{(number + step) % 3} 0.5 0.5 0.2 0.{step + 1}" for step in range(2))
            sketch.write(f"{split}/labels/{name}.txt", *boxes)
    sketch.write(
        "data.yaml", "train: ../train/images", "names:", "  0: car", "  1: bus", "  2: bike"
    )
    return sketch.layout_without_labels(
        "`train/images/a.jpg`, `train/labels/a.txt`, boxes of several classes a picture",
        said=["YOLO", "several|detection"],
    )


def label_studio() -> Layout:
    sketch, tasks = Sketch(), []
    for label, number in sizes(("ripe", "unripe", "rotten"), least=5):
        name = f"{code_of(label, number)}-IMG_{number}{label[0]}.jpg"
        sketch.draw(f"upload/1/{name}", label)
        choice = {"value": {"choices": [label]}, "from_name": "quality", "to_name": "image"}
        kept = {"id": number, "was_cancelled": False, "result": [choice | {"type": "choices"}]}
        image = f"/data/upload/1/{name}"
        tasks.append({"id": len(tasks) + 1, "annotations": [kept], "data": {"image": image}})
    sketch.files["project-1-at-2024-05-06-07-08-abcdef12.json"] = json.dumps(tasks).encode()
    return sketch.layout(
        "`upload/1/8f3a2b1c-IMG_1.jpg`, and the export `project-1-at-2024-05-06.json`"
    )


def _coco(
    names: Sequence[str], records: Sequence[tuple[int, int]], categories: Sequence[str]
) -> bytes:
    """Return annotations: of each record, the picture and the category, by place."""
    content: Mapping[str, object] = {
        "info": {"description": "drawn", "year": 2017},
        "licenses": [{"id": 1, "name": "Attribution"}],
        "images": [
            {"id": 1000 + place, "file_name": name, "width": 8, "height": 8, "license": 1}
            for place, name in enumerate(names)
        ],
        "annotations": [
            {"id": number, "image_id": 1000 + place, "category_id": code + 1, "bbox": [0, 0, 4, 4]}
            for number, (place, code) in enumerate(records)
        ],
        "categories": [
            {"id": code + 1, "name": name, "supercategory": "thing"}
            for code, name in enumerate(categories)
        ],
    }
    return json.dumps(content).encode()


NAME_LAYOUTS = {
    "COCO, one category a picture": coco_of_one_category,
    "COCO, several categories": coco_of_several_categories,
    "Dogs vs. cats": dogs_vs_cats,
    "Garbage classification": garbage,
    "Label Studio": label_studio,
    "NEU surface defects": steel_surfaces,
    "NEU-DET, flat": steel_surfaces_with_flat_boxes,
    "Oxford pets": oxford_pets,
    "UTKFace": faces_by_age,
    "YOLO, one class a picture": yolo_of_one_class,
    "YOLO, several classes": yolo_of_several_classes,
}
