"""A head on pixels gets originals and augmented pictures by one path of sizes."""

from pathlib import Path

import numpy as np
from image_sets import picture, read_folder, saved, write_files
from numpy.testing import assert_array_equal
from PIL import Image

from core.augment import AugmentPolicy, make_step
from core.augment.draws import pictures_of
from core.evaluate.inputs import pixel_input
from core.evaluate.network import SIDE_PX
from core.evaluate.picture_cache import fill_cache
from core.evaluate.picture_store import read_pictures
from core.progress import silent

NOTHING = AugmentPolicy((make_step("brightness", {"factor": (1.0001, 1.0001)}, probability=1),))


def test_a_picture_to_which_nothing_is_done_has_the_square_of_its_original(tmp_path: Path) -> None:
    sizes = {"small": (40, 31), "wide": (900, 130), "large": (1700, 1300)}
    files = {
        f"a/{name}.jpg": saved(Image.fromarray(picture(1, width=w, height=h)), "JPEG", quality=80)
        for name, (w, h) in sizes.items()
    }
    dataset = read_folder(write_files(tmp_path / "set", files | {"b/0.jpg": files["a/wide.jpg"]}))
    rows, head_input = np.arange(len(dataset)), pixel_input(SIDE_PX)

    originals = read_pictures(dataset, rows, head_input, silent)
    cache = fill_cache(dataset, pictures_of(dataset, NOTHING, rows), NOTHING, head_input, silent)

    assert_array_equal(cache.values, originals)
