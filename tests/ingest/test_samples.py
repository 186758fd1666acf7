"""The sets that come with Evenset hold what their README says."""

from pathlib import Path

import pytest

from core.audit import audit
from core.errors import SettingError
from core.ingest import SAMPLES, open_source
from core.ingest.samples import list_sample

README = Path(__file__).parents[2] / "sample_data" / "README.md"


def test_parts_holds_the_pictures_and_faults_that_its_readme_names(tmp_path: Path) -> None:
    promised = {
        cells[1].strip(" `"): int(cells[2])
        for line in README.read_text("utf-8").splitlines()
        if len(cells := line.split("|")) == 5 and cells[2].strip().isdecimal()
    }
    assert promised == {"good": 420, "scratch": 130, "stain": 70, "dent": 38, "crack": 18}

    dataset = open_source("sample:parts", tmp_path)

    # One of the stains is the broken file.
    assert dataset.counts() == dict(sorted({**promised, "stain": 69}.items()))
    assert [skip.path.split("/", 1)[-1] for skip in dataset.skipped] == ["stain/part_0341.jpg"]
    findings = {finding.id: finding for finding in audit(dataset).findings}
    assert paths(dataset, findings["duplicates"].rows) == {
        "good/part_0374.jpg",
        "good/part_0414.jpg",
        "scratch/part_0443.jpg",
        "scratch/part_0615.jpg",
        "stain/part_0289.jpg",
        "stain/part_0342.jpg",
    }
    assert paths(dataset, findings["label_conflict"].rows) == {
        "scratch/part_0302.jpg",
        "crack/part_0440.jpg",
    }


def paths(dataset, rows) -> set[str]:  # noqa: ANN001
    return {"/".join(dataset.path(row).split("/")[-2:]) for row in rows}


def test_digits_are_a_long_tail(tmp_path: Path) -> None:
    dataset = open_source("sample:digits", tmp_path)

    assert list(dataset.counts().values()) == [170, 105, 65, 41, 25, 16, 10, 6, 4, 4]
    assert dataset.classes[0] == "digit 0"
    assert dataset.skipped == ()


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_has_a_cover(name: str) -> None:
    assert SAMPLES[name].cover_path().is_file()
    assert SAMPLES[name].name == name


def test_an_unknown_sample_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"no sample 'cats'.*parts, digits"):
        list_sample("cats", tmp_path)
