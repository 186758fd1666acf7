"""What a set's own pictures propose for how they are decoded, read from files of many kinds."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from image_sets import jpeg, picture, png, read_folder, saved, write_files
from open_pictures import DARK, WHITE, icon, scan, write_icons, write_scans
from PIL import Image

from core.audit import audit
from core.dataset import Choices, read_picture
from core.dataset.questions import questions
from core.errors import SettingError
from core.pictures.decoding import DEFAULT_DECODING, Decoding


@pytest.mark.parametrize("colours", [[WHITE] * 12, [(255, 255, 255)] * 3 + [(240, 240, 235)] * 2])
def test_white_icons_lie_on_grey(tmp_path: Path, colours: list[tuple[int, int, int]]) -> None:
    dataset = read_folder(write_icons(tmp_path / "icons", {"sword": colours, "shield": [WHITE]}))

    assert dataset.decoding == Decoding(background="grey")
    with read_picture(dataset, 0) as pixels:
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 1


@pytest.mark.parametrize(
    "colours", [[DARK] * 4, [WHITE, DARK] * 3, [(250, 220, 0)] * 3, [WHITE, DARK, DARK]]
)
def test_dark_icons_and_half_of_both_lie_on_white(
    tmp_path: Path, colours: list[tuple[int, int, int]]
) -> None:
    dataset = read_folder(write_icons(tmp_path / "icons", {"sword": colours, "shield": [DARK]}))

    assert dataset.decoding == DEFAULT_DECODING
    assert questions(dataset) == ()


@pytest.mark.parametrize(
    ("format_", "options"),
    [("PNG", {}), ("WEBP", {"lossless": True}), ("WEBP", {"quality": 80}), ("TIFF", {})],
)
def test_any_format_with_transparency_is_measured(
    tmp_path: Path, format_: str, options: dict[str, object]
) -> None:
    files = {
        f"{label}/{number}.img": saved(icon(number), format_, **options)
        for number, label in enumerate("aab")
    }
    folder = write_files(tmp_path / "set", {k.replace(".img", _suffix(format_)): v
                                            for k, v in files.items()})  # fmt: skip

    assert read_folder(folder).decoding.background == "grey"


def _suffix(format_: str) -> str:
    return {"PNG": ".png", "WEBP": ".webp", "TIFF": ".tif", "GIF": ".gif"}[format_]


def test_palettes_and_grey_with_transparency_are_measured(tmp_path: Path) -> None:
    palette = icon(1).quantize(16)
    files = {
        "a/1.png": saved(palette, "PNG"),
        "a/2.gif": saved(icon(2), "GIF"),
        "b/3.png": saved(icon(3).convert("LA"), "PNG"),
    }

    dataset = read_folder(write_files(tmp_path / "set", files))

    assert dataset.proposal.transparent == dataset.proposal.vanishing == 3


def test_photos_with_a_soft_edge_and_opaque_or_empty_pictures_ask_nothing(tmp_path: Path) -> None:
    opacity = Image.fromarray(np.asarray(icon(1))[..., 3])
    photo = Image.fromarray(picture(5, height=48, width=48))
    photo.putalpha(opacity)
    opaque = Image.fromarray(np.full((48, 48, 3), 255, np.uint8)).convert("RGBA")
    files = {
        "a/photo.png": saved(photo, "PNG"),
        "a/opaque.png": saved(opaque, "PNG"),
        "b/empty.png": saved(Image.new("RGBA", (48, 48)), "PNG"),
        "b/photo.jpg": jpeg(3),
    }

    dataset = read_folder(write_files(tmp_path / "set", files))

    assert (dataset.proposal.pictures, dataset.proposal.transparent) == (4, 1)
    assert dict(zip(dataset.table["path"], dataset.table["conversion"], strict=True)) == {
        "a/opaque.png": "",
        "a/photo.png": "transparent parts filled",
        "b/empty.png": "transparent parts filled",
        "b/photo.jpg": "",
    }
    assert dataset.decoding == DEFAULT_DECODING


@pytest.mark.parametrize("format_", ["PNG", "TIFF"])
@pytest.mark.parametrize(("highest", "level"), [(1000, 1023), (4000, 4095), (16_000, 16_383)])
def test_few_bits_in_sixteen_are_not_black(
    tmp_path: Path, format_: str, highest: int, level: int
) -> None:
    scans = {"tumor": [highest - 7] * 2, "normal": [highest, highest // 2, highest // 2]}

    dataset = read_folder(write_scans(tmp_path / "scans", scans, format_))

    assert dataset.decoding == Decoding(white_level=level)
    assert dataset.choices.white_level == level
    brightest = []
    for row in range(5):
        with read_picture(dataset, row) as pixels:
            brightest.append(int(pixels.max()))
    assert sorted(brightest)[2:] == [247, 247, 248] or min(sorted(brightest)[2:]) > 240
    assert max(sorted(brightest)[:2]) < 130  # one scale for the set, not one for each


def test_a_full_range_asks_nothing(tmp_path: Path) -> None:
    dataset = read_folder(write_scans(tmp_path / "scans", {"a": [60_000] * 3, "b": [50_000]}))

    assert dataset.decoding == DEFAULT_DECODING
    assert questions(dataset) == ()
    assert audit(dataset).findings[-1].id == "converted"


def test_one_file_of_full_range_among_few_bits_is_told_with_the_other_way(tmp_path: Path) -> None:
    folder = write_scans(tmp_path / "scans", {"a": [4000] * 5, "b": [3500] * 3 + [60_000]})

    dataset = read_folder(folder)
    [question] = questions(dataset)

    assert dataset.decoding == DEFAULT_DECODING
    assert "65,535 becomes white, and most of them" in question.text
    assert question.decoding == Decoding(white_level=4095)
    [finding] = [one for one in audit(dataset).findings if one.id == "white_level"]
    assert finding.text == question.text
    assert finding.severity.value == "medium"
    assert finding.rows.tolist() == list(range(9))


def test_a_value_that_is_transparent_is_not_the_highest(tmp_path: Path) -> None:
    values = np.asarray(scan(1, highest=4000)).copy()
    values[:8] = 65_535
    image = Image.fromarray(values)
    files = {
        "a/1.png": saved(image, "PNG", transparency=65_535),
        "b/2.png": saved(scan(2, highest=4000), "PNG"),
    }

    dataset = read_folder(write_files(tmp_path / "set", files))

    assert dataset.decoding.white_level == 4095


@pytest.mark.parametrize("white", [4095, 65_535])
def test_icons_of_sixteen_bits_ask_both_things(tmp_path: Path, white: int) -> None:
    files = {}
    for number, label in enumerate("aab"):
        opacity = np.asarray(icon(number))[..., 3].astype(np.uint16) * 257
        values = np.full((*opacity.shape, 4), white, np.uint16)
        values[..., 3] = opacity
        files[f"{label}/{number}.png"] = cv2.imencode(".png", values)[1].tobytes()

    dataset = read_folder(write_files(tmp_path / "set", files))

    assert dataset.proposal.vanishing == 3
    assert dataset.decoding == Decoding("grey", white)


@pytest.mark.parametrize("maxval", [1023, 4095])
def test_a_portable_map_tells_its_own_scale(tmp_path: Path, maxval: int) -> None:
    values = np.asarray(scan(1, highest=maxval))
    content = b"P5 48 48 %d\n" % maxval + values.astype(">u2").tobytes()

    dataset = read_folder(write_files(tmp_path / "set", {"a/1.pgm": content, "b/2.png": png()}))

    assert dataset.proposal.sixteen_bit == 0
    assert dataset.decoding == DEFAULT_DECODING


def test_what_was_chosen_wins_over_the_proposal(tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "icons", {"a": [WHITE] * 2, "b": [WHITE]})

    dataset = read_folder(folder, choices=Choices(background="white", white_level=1023))

    assert dataset.decoding == Decoding("white", 1023)
    assert dataset.choices.background == "white"


def test_what_there_is_not_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "set", {"a/1.png": b"no picture"})

    with pytest.raises(SettingError, match="no background 'blue'"):
        read_folder(folder, choices=Choices(background="blue"))


def test_a_set_that_grew_keeps_what_was_chosen_and_says_both(tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "icons", {"a": [DARK] * 2, "b": [DARK]})
    first = read_folder(folder)
    files = {f"b/new{number}.png": saved(icon(90 + number), "PNG") for number in range(4)}

    grown = read_folder(write_files(folder, files), choices=first.choices)

    assert grown.decoding == first.decoding == DEFAULT_DECODING
    assert questions(grown)[0].text == (
        "All 7 pictures are transparent and most would vanish on white: white lies behind them "
        "as chosen, where grey is proposed."
    )


def test_a_set_that_grew_into_what_nobody_has_chosen_is_proposed_for(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "set", {"a/1.png": png(1), "b/2.png": png(2)})
    first = read_folder(folder)

    grown = read_folder(
        write_files(folder, {"b/3.png": saved(scan(3, highest=4000), "PNG")}),
        choices=first.choices,
    )

    assert grown.decoding.white_level == 4095
