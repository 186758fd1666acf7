"""How a picture was made, and what it looks like as a whole, is measured as it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from image_sets import picture, png, read_folder, saved, write_folder
from PIL import Image

from core.audit.measures import measure_pictures
from core.audit.properties import (
    MEASURED,
    PROPERTIES,
    into_bins,
    jpeg_quality,
    measure_properties,
    read_properties,
)
from core.pictures.decode import Pixels
from core.pictures.header import read_header


def measured(pixels: Pixels, content: bytes | None = None) -> dict[str, float]:
    content = png() if content is None else content
    values = measure_properties(pixels, content, read_header(content))
    return dict(zip(MEASURED, values, strict=True))


@pytest.mark.parametrize("quality", [1, 5, 20, 40, 49, 50, 51, 75, 90, 95, 100])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_quality_of_a_jpeg_is_the_one_it_was_written_with(quality: int, mode: str) -> None:
    image = Image.fromarray(picture()).convert(mode)
    header = read_header(saved(image, "JPEG", quality=quality))

    assert header.jpeg is not None
    assert jpeg_quality(header.jpeg.tables) == quality


def test_camera_and_day_are_read_from_exif() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Model 1"
    exif.get_ifd(0x8769)[0x9003] = "1970:01:11 10:00:00"
    first = measured(picture(), saved(Image.fromarray(picture()), "JPEG", exif=exif))
    exif[0x0110] = "Model 2"
    second = measured(picture(), saved(Image.fromarray(picture()), "JPEG", exif=exif))

    assert first["captured"] == 10
    assert first["camera"] != second["camera"]
    assert np.float32(first["camera"]) == first["camera"]


@pytest.mark.parametrize("day", ["0000:00:00 00:00:00", "soon", ""])
def test_a_day_that_is_none_is_not_known(day: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = day

    assert np.isnan(
        measured(picture(), saved(Image.fromarray(picture()), "JPEG", exif=exif))["captured"]
    )


def test_a_file_without_exif_and_tables_has_neither_camera_nor_quality() -> None:
    values = measured(picture(), png())

    none = ("jpeg_quality", "jpeg_sampling", "camera", "captured")
    assert np.isnan([values[name] for name in none]).all()


def test_a_plain_frame_does_not_vary_and_has_its_colour() -> None:
    pixels = np.full((64, 64, 3), (200, 100, 50), np.uint8)
    pixels[20:44, 20:44] = picture(height=24, width=24)

    values = measured(pixels)

    assert values["border_spread"] == 0
    assert values["ring_spread"] == pytest.approx(0, abs=1e-4)
    assert values["ring_brightness"] == pytest.approx(350 / 3 / 255, abs=1e-4)
    assert values["ring_colour"] == pytest.approx(150 / 255, abs=1e-4)
    assert values["ring_red"] == pytest.approx(100 / 255, abs=1e-4)
    assert values["ring_blue"] == pytest.approx(-100 / 255, abs=1e-4)


def test_halves_of_black_and_white_are_grey_and_have_one_edge() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, 32:] = 255

    values = measured(pixels)

    assert values["colourfulness"] == 0
    assert values["tonal_spread"] == 0.5
    assert values["plain_share"] == 0.5
    assert values["edge_share"] == pytest.approx(2 / 62)


def test_a_folder_is_the_source_where_it_is_neither_label_nor_split(tmp_path: Path) -> None:
    dataset = read_folder(write_folder(tmp_path / "set", {"train/cat": 2, "test/dog": 2}))
    paths = ["test/dog/a/0.png", "test/dog/b/1.png", "train/cat/2.png", "train/was/b/c/3.png"]
    labels = pd.Categorical(["dog", "dog", "cat", "cat"])
    dataset = replace(
        dataset,
        table=dataset.table.assign(path=paths, label=labels),
        original_labels={paths[3]: "was"},
    )

    table = read_properties(dataset, measure_pictures(dataset).columns, np.arange(4))

    place = [each.name for each in PROPERTIES].index("folder")
    names = [table.kinds["folder"][int(code)] for code in table.values[:, place]]
    assert names == ["a", "b", "", "b/c"]


def test_ranges_hold_as_many_and_a_frequent_number_is_a_range_of_its_own() -> None:
    spread = into_bins(np.arange(1000, dtype=np.float32), is_kind=False)
    heavy = into_bins(
        np.array([75] * 900 + [40] * 60 + [95] * 60 + [np.nan] * 5, np.float32), is_kind=False
    )

    assert np.bincount(spread)[1:].min() >= 90
    assert len({*heavy[:900]}) == len({*heavy[900:960]}) == len({*heavy[960:1020]}) == 1
    assert len({*heavy}) == 4
    assert (heavy[1020:] == 0).all()


def test_rare_names_share_a_range() -> None:
    values = np.concatenate([np.repeat(np.arange(9), 10), np.arange(9, 40)]).astype(np.float32)

    bins = into_bins(values, is_kind=True)

    assert len({*bins[:90]}) == 9
    assert len({*bins[90:]}) == 1
    assert not {*bins[:90]} & {*bins[90:]}
