"""What reading changes is told in words that fit, and whether one class alone has it."""

from pathlib import Path

from image_sets import read_folder, saved, write_files
from open_pictures import WHITE, scan, write_icons
from PIL import Image

from core.audit import Finding, Severity, audit
from core.dataset import ImageDataset
from core.dataset.questions import with_decoding
from core.pictures.decoding import DEFAULT_DECODING


def finding(dataset: ImageDataset, name: str) -> Finding:
    [found] = [one for one in audit(dataset).findings if one.id == name]
    return found


def test_what_reading_changes_is_counted_after_its_name(tmp_path: Path) -> None:
    files = {f"a/{n}.png": saved(scan(n, highest=60_000), "PNG") for n in range(3)}
    files["b/1.jpg"] = saved(Image.new("CMYK", (20, 20), (9, 99, 9, 9)), "JPEG")

    found = finding(read_folder(write_files(tmp_path / "set", files)), "converted")

    assert found.text == "4 pictures changed while reading: 16 bits to 8 (3); CMYK to RGB (1)."
    assert found.remedy.startswith("Export writes them in every split as Evenset sees them")
    assert found.remedy.endswith("They lie in every class.")


def test_a_choice_that_hides_most_pictures_is_graver_than_a_proposal(tmp_path: Path) -> None:
    dataset = read_folder(write_icons(tmp_path / "icons", {"a": [WHITE] * 3, "b": [WHITE]}))

    as_proposed = finding(dataset, "background")
    as_chosen = finding(with_decoding(dataset, DEFAULT_DECODING), "background")

    assert (as_proposed.severity, as_chosen.severity) == (Severity.LOW, Severity.MEDIUM)
    assert as_chosen.rows.tolist() == [0, 1, 2, 3]
