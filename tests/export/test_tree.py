"""The tree that a page shows is that of the files which are written."""

from collections import Counter
from pathlib import Path

import pytest
from export_sets import contents, dataset_of, exported

from core.export import DEFAULT_LAYOUT, draw_tree
from core.resample import make_plan


def test_a_tree_lines_up_its_counts(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "pets")

    tree = draw_tree(DEFAULT_LAYOUT, dataset, make_plan(dataset, "augment", 12), "pets-augment")

    assert tree.splitlines() == [
        "pets-augment/",
        "  train/",
        "    cat/  12",
        "    dog/  12",
        "    fox/  12",
        "  test/",
        "    cat/  2",
        "    dog/  1",
        "  manifest.csv",
        "  training.json",
        "  recipe.json",
        "  croissant.json",
        "  README.md",
    ]


@pytest.mark.parametrize("strategy", ["augment", "smote", "class_weights"])
def test_a_tree_tells_the_files_that_are_written(tmp_path: Path, strategy: str) -> None:
    dataset = dataset_of(tmp_path / "pets")
    tree = draw_tree(DEFAULT_LAYOUT, dataset, make_plan(dataset, strategy), "pets")

    exported(dataset, tmp_path / "out", strategy)

    split, told = "", Counter[str]()
    for line in tree.splitlines()[1:]:
        name, *count = line.split()
        if line.startswith("    "):
            told[f"{split}{name}"] = int(count[0])
        elif name.endswith("/"):
            split = name
        else:
            told[name] = 1
    written = contents(tmp_path / "out")
    assert told == Counter(
        f"{path.rpartition('/')[0]}/" if "/" in path else path for path in written
    )
