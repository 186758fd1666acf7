"""`croissant.json`: what an export says of itself to programs."""

import csv
import json
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from export_sets import contents, dataset_of, exported

from core.export import LAYOUTS


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_describes_every_column_of_a_table_that_is_there(tmp_path: Path, layout: str) -> None:
    exported(dataset_of(tmp_path / "pets"), tmp_path / "out", layout=layout)

    files = contents(tmp_path / "out")
    told = json.loads(files["croissant.json"])
    (table,) = told["distribution"]
    assert sha256(files[table["contentUrl"]]).hexdigest() == table["sha256"]
    header = next(csv.reader(StringIO(files[table["contentUrl"]].decode())))
    (records,) = told["recordSet"]
    assert [field["source"]["extract"]["column"] for field in records["field"]] == header
    assert len({field["@id"] for field in records["field"]}) == len(header)
    assert told["conformsTo"] == "http://mlcommons.org/croissant/1.1"


def test_it_tells_the_imbalance_what_was_made_and_what_a_person_cannot_see(tmp_path: Path) -> None:
    exported(dataset_of(tmp_path / "pets"), tmp_path / "out", "augment")

    told = json.loads(contents(tmp_path / "out")["croissant.json"])

    assert told["rai:dataBiases"].endswith("before balancing: cat 8, dog 4, fox 1.")
    assert told["rai:dataLimitations"].startswith("11 pictures of 27 are copies or made")
    assert "3 pictures held out for a score are as they came." in told["rai:dataLimitations"]
    assert "Augmented pictures" in told["rai:dataPreprocessingProtocol"]
    assert "license" not in told
