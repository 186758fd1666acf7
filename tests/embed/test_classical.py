"""The classical encoder: one formula on NumPy and torch, and what it must and must not see."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from core.embed.classical import INPUT_PX, describe


def scene(seed: int = 0, count: int = 4) -> NDArray[np.uint8]:
    """Return pictures with edges, textures and colours: smoothed noise."""
    rng = np.random.default_rng(seed)
    noise = rng.random((count, INPUT_PX, INPUT_PX, 3)) * 255
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), 3) for picture in noise])
    return np.clip((smooth - 127) * 6 + 127, 0, 255).astype(np.uint8)


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.linalg.norm(describe(one, np) - describe(other, np), axis=1).mean())


def test_numpy_and_torch_agree() -> None:
    extremes = np.zeros((2, INPUT_PX, INPUT_PX, 3), np.uint8)
    extremes[1] = 255
    pixels = np.concatenate([scene(), extremes])

    by_torch = describe(torch.tensor(pixels), torch).numpy()

    np.testing.assert_allclose(by_torch, describe(pixels, np), atol=1e-3)


def test_a_little_noise_moves_a_vector_less_than_another_picture_does() -> None:
    pixels = scene()
    noise = np.random.default_rng(1).normal(0, 4, pixels.shape)
    noisy = np.clip(pixels + noise, 0, 255).astype(np.uint8)

    assert distance(pixels, noisy) < 0.3 * distance(pixels, scene(seed=2))


def test_a_shift_by_a_pixel_moves_a_vector_less_than_another_picture_does() -> None:
    pixels = scene()

    shifted = np.roll(pixels, 1, axis=2)

    assert distance(pixels, shifted) < 0.5 * distance(pixels, scene(seed=2))


def test_colour_alone_tells_pictures_apart() -> None:
    pixels = scene()

    assert distance(pixels, pixels[..., ::-1]) > 0.1


def test_shape_alone_tells_pictures_apart() -> None:
    upright = np.zeros((1, INPUT_PX, INPUT_PX, 3), np.uint8)
    upright[:, :, INPUT_PX // 2 :] = 255

    assert distance(upright, upright.swapaxes(1, 2)) > 0.1


def test_a_flat_picture_with_and_without_rounding_noise_is_nearly_the_same() -> None:
    flat = np.full((1, INPUT_PX, INPUT_PX, 3), 128, np.uint8)
    rounded = flat + np.random.default_rng(0).integers(0, 2, flat.shape, dtype=np.uint8)

    assert distance(flat, rounded) < 0.3 * distance(flat, scene(count=1))
