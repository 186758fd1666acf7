"""Well-known layouts where tables say the labels, as they are downloaded."""

from layout_sketch import Layout, Sketch, Truth, code_of, renamed, sizes


def ham_10000() -> Layout:
    sketch, rows = Sketch(), []
    counts = {"nv": 15, "mel": 7, "bkl": 6, "bcc": 5, "akiec": 4, "vasc": 3, "df": 3}
    sites, tests = ("back", "trunk", "scalp"), ("histo", "follow_up", "consensus")
    for label, count in counts.items():
        for number in range(count):
            place = len(rows)
            image, lesion = f"ISIC_00{24306 + place}", f"HAM_000{label}{number // 2}"
            folder = f"HAM10000_images_part_{1 if place % 2 else 2}"
            sketch.draw(f"{folder}/{image}.jpg", label, group=lesion)
            age, sex = 40.0 + place % 9 * 5, ("male", "female")[place // 2 % 2]
            rows.append(
                f"{lesion},{image},{label},{tests[place % 3]},{age},{sex},{sites[place % 3]}"
            )
    header = "lesion_id,image_id,dx,dx_type,age,sex,localization"
    sketch.write("HAM10000_metadata.csv", header, *rows)
    pixels = ",".join(f"pixel{number:04}" for number in range(64))
    values = (",".join(str((row * column) % 255) for column in range(64)) for row in range(43))
    labelled = (f"{row},{number % 7}" for number, row in enumerate(values))
    sketch.write("hmnist_8_8_L.csv", f"{pixels},label", *labelled)
    return sketch.layout(
        "`HAM10000_images_part_1` and `_part_2`, `HAM10000_metadata.csv`, `hmnist_8_8_L.csv`",
        said=["hmnist_8_8_L.csv"],
    )


def aptos_2019() -> Layout:
    sketch, rows, tests = Sketch(), [], []
    for label, number in sizes("01234", least=5):
        name = code_of("aptos", label, number, digits=12)
        sketch.draw(f"train_images/{name}.png", label)
        rows.append(f"{name},{label}")
    for number in range(12):
        tests.append(code_of("aptos", "test", number, digits=12))
        sketch.draw(f"test_images/{tests[-1]}.png")
    sketch.write("train.csv", "id_code,diagnosis", *rows)
    sketch.write("test.csv", "id_code", *tests)
    sketch.write("sample_submission.csv", "id_code,diagnosis", *(f"{name},0" for name in tests))
    return sketch.layout(
        "`train_images`, `test_images`, `train.csv` (`id_code`, `diagnosis`), `test.csv`, "
        "`sample_submission.csv`",
        said=["sample_submission.csv"],
        unlabelled=["test_images"],
    )


def cassava() -> Layout:
    sketch, rows = Sketch(), []
    for label, number in sizes("01234", least=5):
        name = f"{int(code_of('cassava', label, number), 16)}.jpg"
        sketch.draw(f"train_images/{name}", label)
        rows.append(f"{name},{label}")
    sketch.draw("test_images/2216849948.jpg")
    sketch.write("train.csv", "image_id,label", *rows)
    sketch.write("sample_submission.csv", "image_id,label", "2216849948.jpg,4")
    diseases = ("Bacterial Blight (CBB)", "Brown Streak Disease (CBSD)", "Green Mottle (CGM)")
    names = [f"Cassava {name}" for name in (*diseases, "Mosaic Disease (CMD)")] + ["Healthy"]
    pairs = ", ".join(f'"{number}": "{name}"' for number, name in enumerate(names))
    sketch.write("label_num_to_disease_map.json", f"{{{pairs}}}")
    sketch.files["train_tfrecords/ld_train00-1338.tfrec"] = b"\x00records"
    return sketch.layout(
        "`train_images`, `train.csv` (`image_id`, `label`), `label_num_to_disease_map.json`, "
        "`sample_submission.csv`",
        also=[renamed(sketch.images, lambda label: names[int(label)])],
        said=["sample_submission.csv", "label_num_to_disease_map.json"],
        unlabelled=["test_images"],
    )


def nih_chest_x_ray() -> Layout:
    sketch, rows, tests = Sketch(), [], []
    findings = ("No Finding", "Mass", "Effusion", "Mass|Effusion", "Hernia", "No Finding")
    for patient in range(1, 13):
        for number in range(patient % 3 + 1):
            name = f"{patient:08}_{number:03}.png"
            finding = findings[(patient * 2 + number) % 6]
            path = f"images_{(patient + 5) // 6:03}/images/{name}"
            sketch.draw(path, None if "|" in finding else finding)
            if "|" not in finding:
                sketch.groups[path] = str(patient)
            age, view = f"0{40 + patient}Y", ("PA", "AP")[patient % 2]
            rows.append(
                f"{name},{finding},{number:03},{patient},{age},{'MF'[number % 2]},{view},"
                "2682,2749,0.143,0.143,"
            )
            tests += [name] if patient > 9 else []
    header = (
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,"
        "View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],"
    )
    sketch.write("Data_Entry_2017.csv", header, *rows)
    boxes = [
        f"{row[:16]},Mass,225.08,547.01,86.7{number},79.18,,,"
        for number, row in enumerate(rows[:5])
    ]
    sketch.write("BBox_List_2017.csv", "Image Index,Finding Label,Bbox [x,y,w,h],,,,,", *boxes)
    names = [row.partition(",")[0] for row in rows]
    sketch.write("train_val_list.txt", *(name for name in names if name not in tests))
    sketch.write("test_list.txt", *tests)
    split: Truth = {
        path: (label, "test" if path.rpartition("/")[2] in tests else "train")
        for path, (label, _) in sketch.images.items()
    }
    return sketch.layout(
        "`images_001/images`, `images_002/images`, `Data_Entry_2017.csv` (`Finding Labels` such as "
        r"`Mass\|Effusion`), `BBox_List_2017.csv`, lists",
        also=[split],
        said=["several|more than one", "BBox_List_2017.csv", "test_list.txt"],
    )


def isic_2018() -> Layout:
    sketch = Sketch()
    labels = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
    for part, split in (("Training", "train"), ("Validation", "validation")):
        rows, start = [], f"ISIC2018_Task3_{part}"
        for label, number in sizes(labels):
            name = f"ISIC_00{int(code_of(part, label, number), 16) % 99_999:05}"
            sketch.draw(f"{start}_Input/{name}.jpg", label, split)
            rows.append(",".join([name, *(f"{float(other == label)}" for other in labels)]))
        sketch.write(
            f"{start}_Input/ATTRIBUTION.txt", "To comply with the terms, cite:", "Tschandl"
        )
        sketch.write(f"{start}_Input/LICENSE.txt", "Creative Commons", "Attribution, 4.0")
        header = ",".join(["image", *labels])
        sketch.write(f"{start}_GroundTruth/{start}_GroundTruth.csv", header, *rows)
    return sketch.layout(
        "`ISIC2018_Task3_Training_Input`, `..._Validation_Input`, and a one-hot "
        "`..._GroundTruth.csv` of each"
    )


def plant_pathology_2020() -> Layout:
    sketch, rows = Sketch(), []
    labels = ("healthy", "multiple_diseases", "rust", "scab")
    for label, _ in sizes(labels, least=5):
        name = f"Train_{len(rows)}"
        sketch.draw(f"images/{name}.jpg", label)
        rows.append(",".join([name, *(str(int(other == label)) for other in labels)]))
    tests = [f"Test_{number}" for number in range(20)]
    for name in tests:
        sketch.draw(f"images/{name}.jpg")
    header = ",".join(["image_id", *labels])
    sketch.write("train.csv", header, *rows)
    sketch.write("test.csv", "image_id", *tests)
    sketch.write("sample_submission.csv", header, *(f"{name}{',0.25' * 4}" for name in tests))
    return sketch.layout(
        "`images/Train_0.jpg` and `Test_0.jpg`, one-hot `train.csv`, `sample_submission.csv`",
        said=["sample_submission.csv", "without a row|without labels"],
    )


def plant_pathology_2021() -> Layout:
    sketch, rows, combined = Sketch(), [], {}
    labels = ("healthy", "scab", "rust", "complex", "frog_eye_leaf_spot", "scab frog_eye_leaf_spot")
    for label, number in sizes((*labels, "rust complex"), least=5):
        name = f"{code_of(label, number, digits=16)}.jpg"
        sketch.draw(f"train_images/{name}", None if " " in label else label)
        combined[f"train_images/{name}"] = (label, "train")
        rows.append(f"{name},{label}")
    tests = [f"{code_of('leaf', number, digits=16)}.jpg" for number in range(3)]
    for name in tests:
        sketch.draw(f"test_images/{name}")
    sketch.write("train.csv", "image,labels", *rows)
    sketch.write("sample_submission.csv", "image,labels", *(f"{name},healthy" for name in tests))
    return sketch.layout(
        "`train_images`, `train.csv` with labels such as `scab frog_eye_leaf_spot`, "
        "`sample_submission.csv`",
        also=[combined],
        said=["several|more than one", "sample_submission.csv"],
        unlabelled=["test_images"],
    )


def dog_breeds() -> Layout:
    sketch, rows = Sketch(), []
    labels = ("boston_bull", "dingo", "pekinese", "redbone")
    for label, number in sizes(labels):
        name = code_of(label, number, digits=24)
        sketch.draw(f"train/{name}.jpg", label)
        rows.append(f"{name},{label}")
    tests = [code_of("breed", number, digits=24) for number in range(9)]
    for name in tests:
        sketch.draw(f"test/{name}.jpg")
    sketch.write("labels.csv", "id,breed", *rows)
    share = ",".join(["0.00833333333333"] * len(labels))
    header = ",".join(["id", *labels])
    sketch.write("sample_submission.csv", header, *(f"{name},{share}" for name in tests))
    return sketch.layout(
        "`train`, `test`, `labels.csv` (`id`, `breed`), `sample_submission.csv` of 1/120",
        said=["sample_submission.csv"],
        unlabelled=["test"],
    )


def histopathologic_cancer() -> Layout:
    sketch, rows = Sketch(), []
    for label, number in sizes("01", least=9):
        name = code_of("tissue", label, number, digits=24)
        sketch.draw(f"train/{name}.tif", label)
        rows.append(f"{name},{label}")
    tests = [code_of("tissue", number, digits=24) for number in range(8)]
    for name in tests:
        sketch.draw(f"test/{name}.tif")
    sketch.write("train_labels.csv", "id,label", *rows)
    sketch.write("sample_submission.csv", "id,label", *(f"{name},0" for name in tests))
    return sketch.layout(
        "`train/*.tif`, `test/*.tif`, `train_labels.csv` (`id`, `label`), `sample_submission.csv`",
        said=["sample_submission.csv"],
        unlabelled=["test"],
    )


def traffic_signs() -> Layout:
    sketch = Sketch()
    columns = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2"
    for label, count in (("00000", 5), ("00001", 8), ("00014", 6)):
        folder = f"GTSRB/Final_Training/Images/{label}"
        rows = []
        for number in range(count):
            name = f"{number // 3:05}_{number % 3:05}.ppm"
            sketch.draw(f"{folder}/{name}", label)
            rows.append(f"{name};{29 + number};30;5;6;24;2{number};{int(label)}")
        sketch.write(f"{folder}/GT-{label}.csv", f"{columns};ClassId", *rows)
    tests = [f"{number:05}.ppm" for number in range(6)]
    for name in tests:
        sketch.draw(f"GTSRB/Final_Test/Images/{name}")
    rows = [f"{name};5{number};54;6;5;48;49" for number, name in enumerate(tests)]
    sketch.write("GTSRB/Final_Test/Images/GT-final_test.test.csv", columns, *rows)
    sketch.write(
        "GTSRB/Readme-Images.txt", "German Traffic Sign Recognition Benchmark", "", "Content"
    )
    return sketch.layout(
        "`Final_Training/Images/00000` with pictures and `GT-00000.csv`, flat `Final_Test/Images`",
        also=[renamed(sketch.images, lambda label: str(int(label)))],
        unlabelled=["Final_Test"],
    )


def traffic_signs_by_tables() -> Layout:
    sketch, trained, tested = Sketch(), [], []
    for label, number in sizes(("0", "1", "14", "20")):
        path = f"Train/{label}/{int(label):05}_0000{number}_00000.png"
        sketch.draw(path, label)
        trained.append(f"{26 + number},27,5,5,2{number},22,{label},{path}")
    for number in range(12):
        label = ("0", "1", "14", "20")[number * 3 % 4]
        sketch.draw(f"Test/{number:05}.png", label, "test")
        tested.append(f"5{number},54,6,5,48,49,{label},Test/{number:05}.png")
    metas = []
    for label in ("0", "1", "14", "20"):
        sketch.draw(f"Meta/{label}.png")
        metas.append(f"Meta/{label}.png,{label},{int(label) % 2},0,3.{label}")
    header = "Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path"
    sketch.write("Train.csv", header, *trained)
    sketch.write("Test.csv", header, *tested)
    sketch.write("Meta.csv", "Path,ClassId,ShapeId,ColorId,SignId", *metas)
    return sketch.layout(
        "`Train/0`, flat `Test`, `Train.csv`, `Test.csv` (`ClassId`, `Path`), `Meta`",
        said=["Meta"],
    )


def roboflow_one_hot() -> Layout:
    sketch = Sketch()
    labels = ("bishop", "king", "knight")
    for split, read in (("train", "train"), ("valid", "validation"), ("test", "test")):
        rows = []
        for label, number in sizes(labels):
            name = f"chess{number}_jpg.rf.{code_of(split, label, number, digits=24)}.jpg"
            sketch.draw(f"{split}/{name}", label, read)
            rows.append(", ".join([name, *(str(int(other == label)) for other in labels)]))
        sketch.write(f"{split}/_classes.csv", ", ".join(["filename", *labels]), *rows)
    sketch.write("README.roboflow.txt", "", "Chess - v2", "The dataset includes 45 images.")
    return sketch.layout("`{train,valid,test}/_classes.csv`, one-hot, with spaces in the header")


def hugging_face_csv() -> Layout:
    sketch = Sketch()
    for split in ("train", "test"):
        rows = []
        for label, number in sizes(("bean rust", "healthy", "angular leaf spot")):
            name = f"{code_of(split, label, number)}.png"
            sketch.draw(f"data/{split}/{name}", label, split)
            rows.append(f"{name},{label}")
        sketch.write(f"data/{split}/metadata.csv", "file_name,label", *rows)
    sketch.write("README.md", "---", "license: mit", "---", "# Beans")
    sketch.write(".gitattributes", "*.png filter=lfs diff=lfs merge=lfs -text")
    return sketch.layout("`{train,test}/metadata.csv` (`file_name`, `label`)")


def hugging_face_json_lines() -> Layout:
    sketch, rows = Sketch(), []
    for label, number in sizes(("circle", "square", "star")):
        name = f"images/{number:03}-{label[:2]}{number}.png"
        sketch.draw(f"train/{name}", label)
        rows.append(
            f'{{"file_name": "{name}", "caption": "picture {len(rows)}", "label": "{label}"}}'
        )
    sketch.write("train/metadata.jsonl", *rows)
    return sketch.layout("`train/metadata.jsonl` (`file_name`, `caption`, `label`)")


def face_attributes() -> Layout:
    sketch, others = Sketch(), ({}, {})
    races = ("East Asian", "Black", "Indian", "White", "Latino_Hispanic")
    ages = ("3-9", "20-29", "30-39", "50-59")
    for split, read, count in (("train", "train", 30), ("val", "validation", 15)):
        rows = []
        for number in range(1, count + 1):
            path = f"{split}/{number}.jpg"
            age, race = ages[number * 3 % 8 % 4], races[number * 7 % 11 % 5]
            gender = ("Male", "Female")[number * 5 % 3 % 2]
            sketch.draw(path, race, read)
            others[0][path], others[1][path] = (age, read), (gender, read)
            rows.append(f"{path},{age},{gender},{race},{number % 4 != 0}")
        header = "file,age,gender,race,service_test"
        sketch.write(f"fairface_label_{split}.csv", header, *rows)
    return sketch.layout(
        "`{train,val}/1.jpg`, `fairface_label_{train,val}.csv` (`age`, `gender`, `race`)",
        also=others,
        said=["age", "gender", "race"],
    )


TABLE_LAYOUTS = {
    "APTOS 2019": aptos_2019,
    "Cassava": cassava,
    "Dog breed identification": dog_breeds,
    "FairFace": face_attributes,
    "GTSRB": traffic_signs,
    "GTSRB on Kaggle": traffic_signs_by_tables,
    "HAM10000": ham_10000,
    "Histopathologic cancer": histopathologic_cancer,
    "Hugging Face imagefolder, CSV": hugging_face_csv,
    "Hugging Face imagefolder, JSON lines": hugging_face_json_lines,
    "ISIC 2018": isic_2018,
    "NIH chest X-ray": nih_chest_x_ray,
    "Plant Pathology 2020": plant_pathology_2020,
    "Plant Pathology 2021": plant_pathology_2021,
    "Roboflow multi-class": roboflow_one_hot,
}
