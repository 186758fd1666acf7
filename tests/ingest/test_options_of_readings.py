"""The option that is printed for a reading takes this reading, in well-known layouts."""

import json
import shlex
from pathlib import Path

import pytest
from image_sets import write_files
from known_layouts import layout

from app.cli.entry import main
from core.errors import EmptyDatasetError
from core.ingest import list_source, read_survey, survey

LAYOUTS = ("HAM10000", "FairFace", "Oxford pets", "Dogs vs. cats", "EuroSAT", "ImageNet")


@pytest.mark.long
@pytest.mark.parametrize("name", LAYOUTS)
def test_the_option_of_a_reading_takes_it(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_files(tmp_path / "a set", layout(name).files)
    listing = list_source(str(folder), tmp_path / "unpacked")

    for reading in survey(listing).readings[:4]:
        try:
            right = read_survey(survey(listing, reading.choices)).counts()
        except EmptyDatasetError:
            continue
        main(["audit", str(folder), *shlex.split(reading.option), "--json", "-"])
        printed = capsys.readouterr()
        assert json.loads(printed.out or "{}").get("classes") == right, printed.err
