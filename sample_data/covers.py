"""Cover pictures: a contact sheet of parts and one of handwritten digits."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

Picture = NDArray[np.uint8]

COVER_WIDTH, COVER_HEIGHT = 640, 360
DIGIT_COLUMNS, DIGIT_ROWS, DIGIT_SIDE = 8, 5, 66
RARE_DIGIT = 2


@dataclass(frozen=True)
class Ink:
    """Hold the colours of a digit: the ground, its edge and its face."""

    ground: tuple[float, float, float]
    edge: tuple[float, float, float]
    face: tuple[float, float, float]


STEEL = Ink((36.0, 50.0, 62.0), (112.0, 130.0, 142.0), (226.0, 232.0, 236.0))
BRASS = Ink((36.0, 50.0, 62.0), (150.0, 100.0, 40.0), (245.0, 200.0, 112.0))


def compose_parts(tiles: list[Picture], columns: int) -> Picture:
    """Lay pictures edge to edge; together they must fill the cover."""
    rows = [np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    sheet = np.vstack(rows)
    if sheet.shape != (COVER_HEIGHT, COVER_WIDTH, 3):
        raise ValueError(f"the tiles make {sheet.shape[1]} x {sheet.shape[0]} pixels")
    return sheet


def smooth_digit(digit: NDArray[np.float64], side: int) -> NDArray[np.float32]:
    """Enlarge an 8 x 8 digit to a smooth one between 0 and 1."""
    padded = np.pad(digit.astype(np.float32) / 16.0, 1)
    large = cv2.resize(padded, (4 * side, 4 * side), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(large, (0, 0), 0.10 * side)
    crisp = np.clip((soft - 0.26) / 0.44, 0.0, 1.0)
    small = cv2.resize(crisp, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small * small * (3.0 - 2.0 * small), dtype=np.float32)


def colour_digit(shape: NDArray[np.float32], ink: Ink, tint: float) -> Picture:
    """Colour a digit like a metal inlay on a dark belt, lit from above."""
    lit = np.linspace(1.10, 0.86, shape.shape[0], dtype=np.float32)[:, None, None]
    ground = np.array(ink.ground, dtype=np.float32) * lit * tint
    cast = cv2.GaussianBlur(np.roll(shape, (3, 2), axis=(0, 1)), (0, 0), 3.0)
    ground = ground * (1.0 - 0.6 * cast[..., None])
    edge = np.array(ink.edge, dtype=np.float32)
    face = edge + (np.array(ink.face, dtype=np.float32) - edge) * shape[..., None] ** 2 * lit
    mixed = ground + (face - ground) * shape[..., None]
    return np.asarray(np.clip(np.round(mixed), 0, 255), dtype=np.uint8)


def compose_digits(generator: np.random.Generator) -> Picture:
    """Lay handwritten digits in a grid that fills the cover, the rare one in brass."""
    digits = load_digits()
    chosen = generator.permutation(len(digits.images))[: DIGIT_COLUMNS * DIGIT_ROWS]
    width, height = COVER_WIDTH // DIGIT_COLUMNS, COVER_HEIGHT // DIGIT_ROWS
    beside, above = (width - DIGIT_SIDE) // 2, (height - DIGIT_SIDE) // 2
    tiles = []
    for place, index in enumerate(chosen):
        shape = smooth_digit(digits.images[index], DIGIT_SIDE)
        framed = np.pad(shape, ((above, above), (beside, beside)))
        row, column = divmod(place, DIGIT_COLUMNS)
        ink = BRASS if digits.target[index] == RARE_DIGIT else STEEL
        tiles.append(colour_digit(framed, ink, 1.0 if (row + column) % 2 else 0.84))
    return compose_parts(tiles, DIGIT_COLUMNS)
