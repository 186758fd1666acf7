"""Two pictures in one, and the shares of their labels."""

import numpy as np
import pytest

from core.augment.mixing import cutmix, mixup

BLACK = np.zeros((20, 40, 3), np.uint8)
WHITE = np.full((30, 30, 3), 255, np.uint8)


def test_mixup_has_as_much_of_each_as_its_share_says() -> None:
    mixed = mixup(BLACK, WHITE, 0.6)

    assert mixed.share == 0.6
    assert (mixed.pixels == 102).all()
    assert mixed.pixels.shape == BLACK.shape


@pytest.mark.parametrize("share", [0.0, 0.36, 0.75, 1.0])
def test_the_share_of_cutmix_is_counted_in_pixels(share: float) -> None:
    mixed = cutmix(BLACK, WHITE, share, x=1.0, y=0.0)

    assert mixed.share == pytest.approx((mixed.pixels == 0).all(axis=2).mean())
    assert mixed.share == pytest.approx(share, abs=0.03)


def test_cutmix_leaves_its_sources_as_they_are() -> None:
    cutmix(BLACK, WHITE, 0.5, x=0.5, y=0.5)

    assert BLACK.max() == 0
    assert WHITE.min() == 255
