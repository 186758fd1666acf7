"""Snippets, layouts and croissant.json, by the libraries that `make readers` installs."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from export_sets import dataset_of, exported
from snippet_runs import export_for, write_exports

from core.dataset import ImageDataset
from core.export import LAYOUTS, SNIPPETS

pytestmark = pytest.mark.readers

# What is printed of each when it has run.
TOLD = {
    "keras_class_weight": "[train.class_names, sorted(class_weight)]",
    "keras_sample_weight": "[len(WeightedPictures()), model.count_params() > 0]",
    "keras_vectors": "[len(BalancedVectors()), model.count_params()]",
    "transformers_sampler": "[trainer.state.global_step, len(trainer.train_dataset)]",
    "transformers_class_weights": "[trainer.state.global_step, len(trainer.train_dataset)]",
}
EXPECTED = {
    "keras_class_weight": [["cat", "dog", "fox"], [0, 1, 2]],
    "keras_sample_weight": [1, True],
    "keras_vectors": [1, 6 * 3 + 3],
    "transformers_sampler": [1, 12],
    "transformers_class_weights": [1, 12],
}


def told(code: str, value: str, folder: Path) -> object:
    """Run a program in `folder`, and return a value of it."""
    program = folder / "program.py"
    program.write_text(f"{code}\nimport json\nprint('told', json.dumps({value}))\n")
    offline = {"HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, program.name],
        cwd=folder,
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("told "))
    found: object = json.loads(line.removeprefix("told "))
    return found


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_exports(tmp_path_factory.mktemp("readers"))


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return dataset_of(tmp_path / "animals")


def test_each_library_that_is_not_in_the_other_tests_is_run_here() -> None:
    libraries = {"Keras", "transformers"}

    assert set(TOLD) == {name for name, one in SNIPPETS.items() if one.library in libraries}


@pytest.mark.parametrize("name", TOLD)
def test_a_snippet_trains_by_its_library(
    name: str, exports: dict[str, Path], tmp_path: Path
) -> None:
    code = SNIPPETS[name].code(str(export_for(SNIPPETS[name], exports)))

    assert told(code, TOLD[name], tmp_path) == EXPECTED[name]


def test_webdataset_reads_the_shards_as_the_page_says(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    exported(dataset, tmp_path / "out", layout="webdataset")

    reader = LAYOUTS["webdataset"].readers[0]
    code = f"""
import glob, warnings, webdataset
warnings.simplefilter("error", UserWarning)
FOLDER = "out"
rows = {reader}
"""
    codes = told(code, "sorted(code for _, code in rows)", tmp_path)

    assert codes == [0] * 8 + [1] * 8 + [2] * 8


@pytest.mark.parametrize("layout", LAYOUTS)
def test_mlcroissant_reads_the_rows_of_each_layout(
    dataset: ImageDataset, tmp_path: Path, layout: str
) -> None:
    exported(dataset, tmp_path / "out", layout=layout)

    code = """
import mlcroissant
read = mlcroissant.Dataset(jsonld="out/croissant.json")
name = read.metadata.record_sets[0].id
rows = [{key.partition("/")[2]: value for key, value in row.items()} for row in read.records(name)]
"""
    rows = told(code, "[[row['path'].decode(), row['label'].decode()] for row in rows]", tmp_path)

    (table,) = json.loads((tmp_path / "out" / "croissant.json").read_text())["distribution"]
    with (tmp_path / "out" / table["contentUrl"]).open(newline="") as file:
        assert rows == [[row["path"], row["label"]] for row in csv.DictReader(file)]
