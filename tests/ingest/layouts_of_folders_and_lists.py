"""Well-known layouts of class folders with lists or tables beside, as they are downloaded."""

from layout_sketch import Layout, Sketch, code_of, in_splits, sizes


def blood_cells() -> Layout:
    sketch = Sketch()
    labels = ("EOSINOPHIL", "LYMPHOCYTE", "MONOCYTE", "NEUTROPHIL")
    for folder, split in (("TRAIN", "train"), ("TEST", "test"), ("TEST_SIMPLE", "test")):
        for label, number in sizes(labels):
            name = f"_{number}_{int(code_of(folder, label, number), 16) % 9999}.jpeg"
            sketch.draw(
                f"dataset2-master/dataset2-master/images/{folder}/{label}/{name}", label, split
            )
    rows = [f",{number},{label}," for number, label in enumerate(labels * 3)]
    rows[3] = ",3,,"
    rows[5] = ',5,"NEUTROPHIL, EOSINOPHIL",'
    sketch.write("dataset2-master/dataset2-master/labels.csv", ",Image,Category,", *rows)
    return sketch.layout(
        "`images/{TRAIN,TEST,TEST_SIMPLE}/EOSINOPHIL` and a `labels.csv` of other pictures",
        said=["labels.csv"],
    )


def flowers_102() -> Layout:
    sketch = Sketch()
    for split, read in (("train", "train"), ("valid", "validation"), ("test", "test")):
        for label, number in sizes(("1", "10", "100", "102", "21")):
            name = f"image_0{int(code_of(split, label, number), 16) % 9999:04}.jpg"
            sketch.draw(f"flower_data/{split}/{label}/{name}", label, read)
    names = ('"21": "fire lily"', '"1": "pink primrose"', '"10": "globe thistle"')
    sketch.write("flower_data/cat_to_name.json", "{" + ", ".join(names) + "}")
    flowers = {"21": "fire lily", "1": "pink primrose", "10": "globe thistle"}
    named = {
        path: (flowers.get(label, label), split) for path, (label, split) in sketch.images.items()
    }
    return sketch.layout(
        "`{train,valid,test}/1` to `102`, and `cat_to_name.json`",
        also=[named],
        said=["cat_to_name.json"],
    )


def labelled_faces() -> Layout:
    sketch = Sketch()
    people = ("Aaron_Eckhart", "Aaron_Guiel", "George_W_Bush", "Serena_Williams", "Tony_Blair")
    counts = (1, 1, 9, 4, 5)
    for person, count in zip(people, counts, strict=True):
        for number in range(1, count + 1):
            path = f"lfw-deepfunneled/lfw-deepfunneled/{person}/{person}_{number:04}.jpg"
            sketch.draw(path, person)
    rows = [f"{person},{count}" for person, count in zip(people, counts, strict=True)]
    sketch.write("lfw_allnames.csv", "name,images", *rows)
    sketch.write("peopleDevTrain.csv", "name,images", *rows[::2])
    sketch.write(
        "pairs.csv",
        "name,imagenum1,imagenum2,",
        "George_W_Bush,1,4,",
        "Tony_Blair,1,2,",
        "Aaron_Guiel,1,Tony_Blair,3",
    )
    return sketch.layout(
        "`lfw-deepfunneled/Aaron_Eckhart/Aaron_Eckhart_0001.jpg`, lists of names, `pairs.csv`"
    )


def cub_200() -> Layout:
    sketch = Sketch()
    names, codes, trained, boxes, in_test = [], [], [], [], set()
    labels = ("001.Black_footed_Albatross", "002.Laysan_Albatross", "004.Groove_billed_Ani")
    for label, number in sizes(labels, least=5):
        file = f"{label}/{label[4:]}_{number:04}_{number * 18}.jpg"
        row = len(names) + 1
        sketch.draw(f"CUB_200_2011/images/{file}", label)
        names.append(f"{row} {file}")
        codes.append(f"{row} {labels.index(label) + 1}")
        trained.append(f"{row} {number % 2}")
        boxes.append(f"{row} {row}.0 27.0 325.0 304.0")
        in_test |= {f"CUB_200_2011/images/{file}"} if number % 2 == 0 else set()
    sketch.write("CUB_200_2011/images.txt", *names)
    sketch.write("CUB_200_2011/image_class_labels.txt", *codes)
    sketch.write("CUB_200_2011/train_test_split.txt", *trained)
    sketch.write("CUB_200_2011/bounding_boxes.txt", *boxes)
    sketch.write("CUB_200_2011/classes.txt", *(f"{n + 1} {name}" for n, name in enumerate(labels)))
    sketch.write("CUB_200_2011/README", "The Caltech-UCSD Birds-200-2011 dataset")
    sketch.write(
        "attributes.txt", "1 has_bill_shape::curved_(up_or_down)", "2 has_bill_shape::dagger"
    )
    split = in_splits(sketch.images, lambda path: "test" if path in in_test else "train")
    return sketch.layout(
        "`images/001.Black_footed_Albatross`, and tables of ids, classes and splits",
        also=[split],
        said=["images.txt"],
    )


def food_101() -> Layout:
    sketch = Sketch()
    lists: dict[str, list[str]] = {"train": [], "test": []}
    for label, number in sizes(("apple_pie", "baby_back_ribs", "ramen", "waffles"), least=5):
        name = str(int(code_of(label, number), 16) % 3_999_999)
        sketch.draw(f"food-101/images/{label}/{name}.jpg", label)
        lists["test" if number % 4 == 0 else "train"].append(f"{label}/{name}")
    for split, names in lists.items():
        sketch.write(f"food-101/meta/{split}.txt", *names)
        by_label: dict[str, list[str]] = {}
        for name in names:
            by_label.setdefault(name.partition("/")[0], []).append(name)
        sketch.write(f"food-101/meta/{split}.json", repr(by_label).replace("'", '"'))
    sketch.write("food-101/meta/classes.txt", "apple_pie", "baby_back_ribs", "ramen", "waffles")
    sketch.write("food-101/meta/labels.txt", "Apple pie", "Baby back ribs", "Ramen", "Waffles")
    sketch.write("food-101/README.txt", "This file lists the images of the Food-101 data set.")
    tested = {f"food-101/images/{name}.jpg" for name in lists["test"]}
    split = in_splits(sketch.images, lambda path: "test" if path in tested else "train")
    return sketch.layout(
        "`images/apple_pie/1005649.jpg`, and lists `meta/{train,test}.{txt,json}`",
        also=[split],
        said=[r"train\.(txt|json)"],
    )


def eurosat() -> Layout:
    sketch = Sketch()
    labels = ("AnnualCrop", "Forest", "Highway", "SeaLake")
    rows: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for label, number in sizes(labels, least=6):
        split = "test" if number == 3 else "validation" if number == 5 else "train"
        sketch.draw(f"EuroSAT/{label}/{label}_{number}.jpg", label, split)
        place, code = len(rows[split]), labels.index(label)
        rows[split].append(f"{place},{label}/{label}_{number}.jpg,{code},{label}")
    for split, lines in rows.items():
        sketch.write(f"EuroSAT/{split}.csv", ",Filename,Label,ClassName", *lines)
    sketch.write(
        "EuroSAT/label_map.json", '{"AnnualCrop": 0, "Forest": 1, "Highway": 2, "SeaLake": 3}'
    )
    return sketch.layout(
        "`AnnualCrop/AnnualCrop_1.jpg`, and `{train,validation,test}.csv` with a column `ClassName`"
    )


def tiny_imagenet() -> Layout:
    sketch = Sketch()
    top, labels = "tiny-imagenet-200", ("n01443537", "n01629819", "n02124075")
    for label, number in sizes(labels, least=5):
        sketch.draw(f"{top}/train/{label}/images/{label}_{number}.JPEG", label)
    for label in labels:
        boxes = (f"{label}_{number}.JPEG\t0\t10\t63\t58" for number in range(1, 6))
        sketch.write(f"{top}/train/{label}/{label}_boxes.txt", *boxes)
    annotations, validated = [], {}
    for place in range(9):
        label = labels[place * 2 % 3]
        sketch.draw(f"{top}/val/images/val_{place}.JPEG")
        validated[f"{top}/val/images/val_{place}.JPEG"] = (label, "validation")
        annotations.append(f"val_{place}.JPEG\t{label}\t0\t{place}\t44\t62")
        sketch.draw(f"{top}/test/images/test_{place}.JPEG")
    sketch.write(f"{top}/val/val_annotations.txt", *annotations)
    sketch.write(f"{top}/wnids.txt", *labels)
    sketch.write(f"{top}/words.txt", *(f"{label}\tgoldfish, Carassius" for label in labels))
    return sketch.layout(
        "`train/n01443537/images`, flat `val/images`, `val_annotations.txt`, `test/images`",
        also=[{**sketch.images, **validated}],
        unlabelled=["val", "test"],
    )


def imagenet() -> Layout:
    sketch = Sketch()
    top, labels = "ILSVRC/Data/CLS-LOC", ("n01440764", "n01443537", "n02102040")
    solution, train_list = [], []
    for label, number in sizes(labels, least=5):
        name = f"{label}_{number * 18}"
        sketch.draw(f"{top}/train/{label}/{name}.JPEG", label)
        solution.append(f"{name},{label} 115 49 448 {number}")
        train_list.append(f"{label}/{name} {len(train_list) + 1}")
    validated, rows = {}, []
    for place in range(1, 8):
        label, name = labels[place % 3], f"ILSVRC2012_val_{place:08}"
        sketch.draw(f"{top}/val/{name}.JPEG")
        validated[f"{top}/val/{name}.JPEG"] = (label, "validation")
        rows.append(f"{name},{label} 1{place} 108 230 190")
        sketch.draw(f"{top}/test/ILSVRC2012_test_{place:08}.JPEG")
    sketch.write("LOC_synset_mapping.txt", *(f"{label} goldfish, Carassius" for label in labels))
    sketch.write("LOC_train_solution.csv", "ImageId,PredictionString", *solution)
    sketch.write("LOC_val_solution.csv", "ImageId,PredictionString", *rows)
    tests = (f"ILSVRC2012_test_{place:08},n01440764 0 0 10 10" for place in range(1, 8))
    sketch.write("LOC_sample_submission.csv", "ImageId,PredictionString", *tests)
    sketch.write("ILSVRC/ImageSets/CLS-LOC/train_cls.txt", *train_list)
    return sketch.layout(
        "`train/n01440764/n01440764_18.JPEG`, flat `val` and `test`, `LOC_synset_mapping.txt`",
        also=[{**sketch.images, **validated}],
        said=["LOC_val_solution.csv"],
        unlabelled=["val", "test"],
    )


LISTED_LAYOUTS = {
    "Blood cells": blood_cells,
    "CUB-200": cub_200,
    "EuroSAT": eurosat,
    "Flowers-102": flowers_102,
    "Food-101": food_101,
    "ImageNet": imagenet,
    "Labelled Faces in the Wild": labelled_faces,
    "Tiny ImageNet": tiny_imagenet,
}
