"""Well-known layouts whose folders say all of the labels, as they are downloaded."""

from layout_sketch import Layout, Sketch, code_of, sizes


def chest_x_ray_pneumonia() -> Layout:
    sketch = Sketch()
    least = {"train": 6, "test": 4, "val": 2}
    for split, read in (("train", "train"), ("test", "test"), ("val", "validation")):
        for label, number in sizes(("NORMAL", "PNEUMONIA"), least=least[split]):
            name = (
                f"IM-0{number}{len(split)}-0001" if label == "NORMAL" else f"person{number}_virus"
            )
            path = f"chest_xray/{split}/{label}/{name}_{split}.jpeg"
            sketch.draw(path, label, read)
            sketch.copy(path, f"chest_xray/{path}")
            sketch.files[f"chest_xray/__MACOSX/{path.replace('/IM', '/._IM')}"] = b"resource fork"
    for split in ("train", "test", "val"):
        sketch.files[f"chest_xray/{split}/.DS_Store"] = b"desktop"
    return sketch.layout(
        "`{train,val,test}/{NORMAL,PNEUMONIA}` twice, one copy inside the other, and `__MACOSX`",
        said=["cop(y|ies)|twice|same files"],
    )


def intel_scenes() -> Layout:
    sketch = Sketch()
    for split in ("train", "test"):
        for label, number in sizes(("buildings", "forest", "glacier", "sea")):
            path = f"seg_{split}/seg_{split}/{label}/{code_of(split, label, number, digits=5)}.jpg"
            sketch.draw(path, label, split)
    for number in range(7):
        sketch.draw(f"seg_pred/seg_pred/{number * 31}.jpg")
    return sketch.layout(
        "`seg_train/seg_train/buildings`, `seg_test/seg_test/...`, and `seg_pred/seg_pred` flat",
        unlabelled=["seg_pred"],
    )


def plant_village_in_three_forms() -> Layout:
    sketch, coloured = Sketch(), {}
    labels = ("Apple___Apple_scab", "Apple___healthy", "Corn_(maize)___healthy", "Tomato___healthy")
    for label, number in sizes(labels):
        name = f"{code_of(label, number)}-dbad-432d-ac58-d291718345d9___FREC_Scab 3{number}17"
        for form, end in (
            ("color", ".JPG"),
            ("grayscale", ".JPG"),
            ("segmented", "_final_masked.jpg"),
        ):
            sketch.draw(f"plantvillage dataset/{form}/{label}/{name}{end}", label)
        coloured[f"plantvillage dataset/color/{label}/{name}.JPG"] = (label, "train")
    return sketch.layout(
        "`color`, `grayscale` and `segmented`, each with the same class folders",
        also=[coloured],
        said=["color", "grayscale", "segmented"],
    )


def plant_village() -> Layout:
    sketch = Sketch()
    labels = ("Pepper__bell___Bacterial_spot", "Potato___Early_blight", "Tomato_Leaf_Mold")
    for label, number in sizes(labels):
        path = f"PlantVillage/{label}/{code_of(label, number)}-f4ce-4b5c___JR_B.Spot 3{number}6.JPG"
        sketch.draw(path, label)
        sketch.copy(path, f"PlantVillage/{path}")
    return sketch.layout(
        "`PlantVillage` with class folders and `PlantVillage/PlantVillage`, a copy of it",
        said=["cop(y|ies)|twice|same files"],
    )


def malaria_cells() -> Layout:
    sketch = Sketch()
    for label, number in sizes(("Parasitized", "Uninfected"), least=6):
        path = f"cell_images/{label}/C{number}P61ThinF_IMG_2015_cell_{number * 17}.png"
        sketch.draw(path, label)
        sketch.copy(path, f"cell_images/{path}")
    for label in ("Parasitized", "Uninfected"):
        sketch.files[f"cell_images/{label}/Thumbs.db"] = b"thumbs"
    return sketch.layout(
        "`cell_images/{Parasitized,Uninfected}`, a copy in `cell_images/cell_images`, `Thumbs.db`",
        said=["cop(y|ies)|twice|same files"],
    )


def brain_tumours() -> Layout:
    sketch = Sketch()
    for folder, split, short in (("Training", "train", "Tr"), ("Testing", "test", "Te")):
        for label, number in sizes(("glioma", "meningioma", "notumor", "pituitary")):
            sketch.draw(f"{folder}/{label}/{short}-{label[:2]}_{number:04}.jpg", label, split)
    return sketch.layout("`Training/glioma`, `Testing/glioma`, ...")


def fruits_360() -> Layout:
    sketch = Sketch()
    for folder, split in (("Training", "train"), ("Test", "test")):
        for label, number in sizes(("Apple Braeburn", "Apple Golden 1", "Banana", "Kiwi")):
            start = "r_" if number % 2 else ""
            sketch.draw(
                f"fruits-360_dataset/fruits-360/{folder}/{label}/{start}{number * 31}_100.jpg",
                label,
                split,
            )
    for name in ("apple_1.jpg", "apples_bananas_2.jpg", "kiwi_3.jpg"):
        sketch.draw(f"fruits-360_dataset/fruits-360/test-multiple_fruits/{name}")
    sketch.write("fruits-360_dataset/fruits-360/readme.md", "# Fruits 360", "", "A dataset.")
    sketch.write("fruits-360_dataset/fruits-360/LICENSE", "MIT License")
    return sketch.layout(
        "`Training/Apple Braeburn`, `Test/Apple Braeburn`, and `test-multiple_fruits` flat",
        unlabelled=["test-multiple_fruits"],
    )


def mnist_as_folders() -> Layout:
    sketch = Sketch()
    for folder, split in (("training", "train"), ("testing", "test")):
        for label, number in sizes(map(str, range(10))):
            place = int(code_of(folder, label, number), 16) % 60_000
            sketch.draw(f"mnist_png/{folder}/{label}/{place}.png", label, split)
    return sketch.layout("`training/0`, `testing/0`, ... `9`")


def fer_2013() -> Layout:
    sketch = Sketch()
    for split, start in (("train", "Training"), ("test", "PublicTest")):
        for label, number in sizes(("angry", "disgust", "happy", "neutral")):
            name = f"{start}_{int(code_of(split, label, number), 16) % 9_999_999}.jpg"
            sketch.draw(f"{split}/{label}/{name}", label, split)
    return sketch.layout("`train/angry`, `test/angry`, ...")


def caltech_101() -> Layout:
    sketch = Sketch()
    labels = ("BACKGROUND_Google", "Faces", "Faces_easy", "accordion", "yin_yang")
    for label, number in sizes(labels):
        sketch.draw(f"caltech-101/101_ObjectCategories/{label}/image_{number:04}.jpg", label)
        if label != "BACKGROUND_Google":
            name = f"caltech-101/Annotations/{label}/annotation_{number:04}.mat"
            sketch.files[name] = b"MATLAB 5.0 MAT-file"
    sketch.files["caltech-101/101_ObjectCategories/BACKGROUND_Google/tmp"] = b"0001\n0002\n"
    sketch.write("caltech-101/show_annotation.m", "function show_annotation(imgfile)")
    return sketch.layout("`101_ObjectCategories/accordion/image_0001.jpg`, `Annotations/*.mat`")


def stanford_dogs() -> Layout:
    sketch = Sketch()
    for label, number in sizes(
        ("n02085620-Chihuahua", "n02085782-Japanese_spaniel", "n02116738-dhole")
    ):
        name = f"{label.partition('-')[0]}_{number * 74}"
        sketch.draw(f"images/Images/{label}/{name}.jpg", label)
        sketch.write(
            f"annotations/Annotation/{label}/{name}",
            "<annotation>",
            f"<folder>{label[1:9]}</folder><object><name>{label[10:]}</name></object>",
            "</annotation>",
        )
    return sketch.layout(
        "`images/Images/n02085620-Chihuahua`, and XML without a suffix in `annotations/Annotation`"
    )


def breast_ultrasound() -> Layout:
    sketch = Sketch()
    for label, number in sizes(("benign", "malignant", "normal")):
        sketch.draw(f"Dataset_BUSI_with_GT/{label}/{label} ({number}).png", label)
        sketch.draw_mask(f"Dataset_BUSI_with_GT/{label}/{label} ({number})_mask.png")
    sketch.draw_mask("Dataset_BUSI_with_GT/benign/benign (4)_mask_1.png")
    return sketch.layout(
        "`benign/benign (1).png` and `benign (1)_mask.png`", said=["mask|belonging to another"]
    )


def magnetic_tiles() -> Layout:
    sketch = Sketch()
    for label, number in sizes(("MT_Blowhole", "MT_Break", "MT_Crack", "MT_Free"), least=5):
        name = f"Magnetic-tile-defect-datasets.-master/{label}/Imgs/exp{number}_num_{number * 871}"
        sketch.draw(f"{name}.jpg", label)
        sketch.draw_mask(f"{name}.png")
    sketch.write("Magnetic-tile-defect-datasets.-master/README.md", "# Magnetic tile defects")
    return sketch.layout(
        "`MT_Blowhole/Imgs/exp1.jpg` and its mask `exp1.png`", said=["mask|belonging to another"]
    )


def steel_surfaces_with_boxes() -> Layout:
    sketch = Sketch()
    labels = ("crazing", "inclusion", "patches", "rolled-in_scale")
    for folder, split in (("train", "train"), ("validation", "validation")):
        for label, number in sizes(labels):
            name = f"{label}_{number + (200 if split != 'train' else 0)}"
            sketch.draw(f"NEU-DET/{folder}/images/{label}/{name}.jpg", label, split)
            sketch.write(
                f"NEU-DET/{folder}/annotations/{name}.xml",
                f"<annotation><folder>{label}</folder><filename>{name}.jpg</filename>",
                f"<object><name>{label}</name><bndbox><xmin>1</xmin></bndbox></object></annotation>",
            )
    return sketch.layout("`{train,validation}/images/crazing/crazing_1.jpg`, `annotations/*.xml`")


def roboflow_folders() -> Layout:
    sketch = Sketch()
    for split, read in (("train", "train"), ("valid", "validation"), ("test", "test")):
        for label, number in sizes(("Rock", "Paper", "Scissors")):
            digest = code_of(split, label, number, digits=24)
            path = f"{split}/{label}/{label.lower()}0{number}_png.rf.{digest}.jpg"
            sketch.draw(path, label, read)
    sketch.write("README.dataset.txt", "# Rock paper scissors > 2022-01-27", "Provided by a user")
    sketch.write("README.roboflow.txt", "", "Rock - v1", "The dataset includes 35 images.")
    return sketch.layout("`{train,valid,test}/Rock/rock01_png.rf.3a4b.jpg`, two readmes")


FOLDER_LAYOUTS = {
    "Brain tumour MRI": brain_tumours,
    "Breast ultrasound (BUSI)": breast_ultrasound,
    "Caltech-101": caltech_101,
    "Chest X-ray pneumonia": chest_x_ray_pneumonia,
    "FER-2013": fer_2013,
    "Fruits-360": fruits_360,
    "Intel scenes": intel_scenes,
    "Magnetic tiles": magnetic_tiles,
    "Malaria cells": malaria_cells,
    "MNIST as folders": mnist_as_folders,
    "NEU-DET": steel_surfaces_with_boxes,
    "PlantVillage": plant_village,
    "PlantVillage in three forms": plant_village_in_three_forms,
    "Roboflow folders": roboflow_folders,
    "Stanford Dogs": stanford_dogs,
}
