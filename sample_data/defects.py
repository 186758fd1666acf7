"""Faults of a metal surface: scratches, dents, stains, cracks and ordinary handling marks."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from fields import Field, Frame, blur, cloud, soft_step
from shapes import Part

SUBPIXEL_BITS = 4


@dataclass(frozen=True)
class Stroke:
    """Hold a drawn line: its points in fine pixels and its width at each of them."""

    points: Field
    widths: Field


@dataclass(frozen=True)
class Residue:
    """Say what a stain does to the metal under it."""

    tint: tuple[float, float, float]
    ring: float
    roughness: float


@dataclass(frozen=True)
class Habit:
    """Say where on the belt's pictures a fault tends to sit, and how far from edges it stays."""

    x: float
    y: float
    spread: float
    margin: float


RAIL = Habit(0.0, 0.30, 0.18, 0.05)
GRIPPER = Habit(-0.38, -0.38, 0.11, 0.08)
DRIP = Habit(0.40, 0.32, 0.13, 0.02)
PRESS = Habit(0.22, -0.12, 0.035, 0.0)
ANYWHERE = Habit(0.0, 0.0, 5.0, 0.0)

RESIDUES = (
    Residue(tint=(0.50, 0.25, 0.10), ring=0.25, roughness=0.22),
    Residue(tint=(0.34, 0.24, 0.13), ring=0.45, roughness=0.02),
    Residue(tint=(0.30, 0.38, 0.50), ring=0.60, roughness=0.04),
)


def draw_strokes(shape: tuple[int, int], strokes: list[Stroke]) -> Field:
    """Draw lines of varying width; lines thinner than a fine pixel come out fainter."""
    canvas = np.zeros(shape, dtype=np.float32)
    scale = 1 << SUBPIXEL_BITS
    for stroke in strokes:
        places = np.round(stroke.points * scale).astype(int)
        for index in range(len(places) - 1):
            width = float(stroke.widths[index])
            value = min(width, 1.0)
            start = (int(places[index, 0]), int(places[index, 1]))
            end = (int(places[index + 1, 0]), int(places[index + 1, 1]))
            cv2.line(canvas, start, end, value, max(1, round(width)), cv2.LINE_8, SUBPIXEL_BITS)
    return blur(canvas, 0.7)


def inner_distance(part: Part) -> Field:
    """Return how many fine pixels lie between each place of the part and its nearest edge."""
    solid = part.solid.astype(np.uint8)
    return np.asarray(cv2.distanceTransform(solid, cv2.DIST_L2, 5), dtype=np.float32)


def pick_place(
    generator: np.random.Generator, frame: Frame, part: Part, habit: Habit
) -> tuple[float, float]:
    """Pick a place on the part, more often where a fault of this kind habitually sits."""
    x, y = frame.grid()
    squared = ((x - habit.x) / habit.spread) ** 2 + ((y - habit.y) / habit.spread) ** 2
    likely = np.exp(-0.5 * squared) * (inner_distance(part) >= habit.margin / frame.pixel)
    running = np.cumsum(likely.ravel().astype(np.float64))
    chosen = int(np.searchsorted(running, generator.random() * running[-1]))
    row, column = divmod(chosen, frame.shape[1])
    return float(column), float(row)


def trace_scratch(
    generator: np.random.Generator, frame: Frame, middle: tuple[float, float], heading: float
) -> Stroke:
    """Trace a slightly bent line through a place, thin at both ends."""
    length = generator.uniform(0.6, 1.3) / frame.pixel
    steps = np.linspace(-0.5, 0.5, 40)
    bend = generator.normal(0.0, 0.12) * length
    along = steps * length
    aside = bend * (steps**2 - 0.08)
    points = np.stack(
        [
            middle[0] + along * np.cos(heading) - aside * np.sin(heading),
            middle[1] + along * np.sin(heading) + aside * np.cos(heading),
        ],
        axis=1,
    )
    pressure = np.clip(1.0 - (2.0 * np.abs(steps)) ** 3, 0.05, 1.0)
    uneven = np.clip(1.0 + 0.25 * generator.standard_normal(len(steps)), 0.4, 1.5)
    width = generator.uniform(2.0, 4.2) * frame.oversampling / 3
    return Stroke(points, width * pressure * uneven)


def add_scratch(generator: np.random.Generator, frame: Frame, part: Part, strength: float) -> Part:
    """Scratch the part the way a guide rail does: mostly along the belt, often in a bundle."""
    middle = pick_place(generator, frame, part, RAIL)
    heading = generator.normal(0.0, 0.15)
    strokes = []
    for _ in range(int(generator.integers(2, 7))):
        near = (
            middle[0] + generator.normal(0.0, 0.07) / frame.pixel,
            middle[1] + generator.normal(0.0, 0.09) / frame.pixel,
        )
        strokes.append(trace_scratch(generator, frame, near, heading + generator.normal(0, 0.07)))
    groove = draw_strokes(frame.shape, strokes) * part.solid
    lip = np.clip(blur(groove, 1.6) - 0.6 * groove, 0.0, 1.0)
    bright = strength * groove[..., None]
    return replace(
        part,
        height=part.height - strength * 0.010 * groove + 0.004 * strength * lip,
        reflectance=part.reflectance * (1.0 + 0.7 * bright),
        roughness=part.roughness + strength * 0.35 * groove,
    )


def add_dent(generator: np.random.Generator, frame: Frame, part: Part, strength: float) -> Part:
    """Press a smooth hollow with a thrown-up rim into the part."""
    x, y = frame.grid()
    column, row = pick_place(generator, frame, part, GRIPPER)
    size = generator.uniform(0.19, 0.28) * (0.7 + 0.5 * strength)
    angle = generator.uniform(0.0, np.pi)
    stretch = generator.uniform(0.7, 1.0)
    right = x - x[0, int(column)]
    down = y - y[int(row), 0]
    u = (math.cos(angle) * right + math.sin(angle) * down) / size
    v = (-math.sin(angle) * right + math.cos(angle) * down) / (size * stretch)
    wobble = 1.0 + 0.08 * cloud(generator, frame.shape, 0.15 / frame.pixel)
    reach = np.hypot(u, v) * wobble
    bowl = np.clip(1.0 - reach**2, 0.0, 1.0) ** 1.5
    rim = np.exp(-(((reach - 1.05) / 0.16) ** 2))
    depth = size * (0.16 + 0.30 * strength)
    pressed = soft_step(-reach, -1.0, -0.6)
    return replace(
        part,
        height=part.height + (0.10 * depth * rim - depth * bowl) * part.solid,
        grain=part.grain * (1.0 - 0.35 * pressed),
        reflectance=part.reflectance * (1.0 - 0.12 * strength * pressed[..., None]),
    )


def add_stain(generator: np.random.Generator, frame: Frame, part: Part, strength: float) -> Part:
    """Leave rust, oil or dried coolant on the part, with a darker tide mark."""
    x, y = frame.grid()
    column, row = pick_place(generator, frame, part, DRIP)
    size = generator.uniform(0.38, 0.58)
    stretch = generator.uniform(0.6, 1.5)
    reach = np.hypot((x - x[0, int(column)]) / size, (y - y[int(row), 0]) / (size * stretch))
    ragged = 1.0 - reach + 0.30 * cloud(generator, frame.shape, 0.3 / frame.pixel, 5)
    cover = soft_step(ragged, -0.05, generator.uniform(0.15, 0.5))
    ring = 4.0 * cover * (1.0 - cover)
    residue = RESIDUES[int(generator.choice(len(RESIDUES), p=[0.66, 0.24, 0.10]))]
    mottle = 0.9 + 0.22 * cloud(generator, frame.shape, 0.1 / frame.pixel, 3)
    weight = np.clip((cover * mottle + residue.ring * ring * cover) * strength, 0.0, 1.0)
    tint = np.array(residue.tint, dtype=np.float32)
    return replace(
        part,
        reflectance=part.reflectance * (1.0 - weight[..., None] * (1.0 - tint)),
        roughness=part.roughness + residue.roughness * weight,
        grain=part.grain * (1.0 - 0.5 * weight),
    )


def trace_crack(
    generator: np.random.Generator,
    frame: Frame,
    start: tuple[float, float],
    heading: float,
    reach: float,
) -> list[Stroke]:
    """Trace a jagged line that thins out as it runs, with a branch now and then."""
    step = 0.028 / frame.pixel
    count = max(4, int(reach / 0.028))
    full = generator.uniform(3.4, 5.0) * frame.oversampling / 3
    points = [start]
    branches: list[Stroke] = []
    direction = heading
    for index in range(count):
        direction = heading + 0.6 * (direction - heading) + generator.normal(0.0, 0.42)
        last = points[-1]
        points.append((last[0] + step * np.cos(direction), last[1] + step * np.sin(direction)))
        if reach > 0.3 and index > 3 and generator.random() < 0.09:
            turn = heading + generator.choice([-1.0, 1.0]) * generator.uniform(0.5, 1.0)
            branches += trace_crack(generator, frame, points[-1], turn, 0.4 * reach)
    widths = full * (1.0 - np.linspace(0.0, 0.85, len(points)))
    return [Stroke(np.array(points, dtype=np.float32), widths.astype(np.float32)), *branches]


def add_crack(generator: np.random.Generator, frame: Frame, part: Part, strength: float) -> Part:
    """Split the part from an edge inwards, as fatigue does."""
    column, row = pick_place(generator, frame, part, PRESS)
    heading = generator.normal(-0.5, 0.18)
    reach = generator.uniform(0.65, 0.9) * (0.6 + 0.5 * strength)
    strokes = trace_crack(generator, frame, (column, row), heading, reach)
    gap = draw_strokes(frame.shape, strokes) * part.solid
    shade = np.clip(3.0 * blur(gap, 0.035 / frame.pixel), 0.0, 1.0)
    dark = np.clip(gap * (0.45 + 0.55 * strength), 0.0, 1.0)
    left = 1.0 - np.maximum(0.93 * dark, 0.45 * strength * shade)
    return replace(
        part,
        height=part.height - 0.012 * strength * gap,
        reflectance=part.reflectance * left[..., None],
        grain=part.grain * (1.0 - dark),
    )


def add_handling(generator: np.random.Generator, frame: Frame, part: Part) -> Part:
    """Add the faint hairlines and dust that every part carries, faulty or not."""
    strokes = []
    for _ in range(int(generator.integers(0, 5))):
        place = pick_place(generator, frame, part, ANYWHERE)
        stroke = trace_scratch(generator, frame, place, generator.uniform(0.0, np.pi))
        strokes.append(Stroke(stroke.points, stroke.widths * 0.25))
    hairline = draw_strokes(frame.shape, strokes) * part.solid
    dust = cloud(generator, frame.shape, 3.0) > 3.3
    speck = blur(dust.astype(np.float32), 0.9) * generator.uniform(0.0, 0.8)
    return replace(
        part,
        reflectance=part.reflectance * (1.0 + 0.25 * hairline - 0.7 * speck)[..., None],
        roughness=part.roughness + 0.1 * hairline,
    )


Defect = Callable[[np.random.Generator, Frame, Part, float], Part]

DEFECTS: dict[str, Defect] = {
    "scratch": add_scratch,
    "dent": add_dent,
    "stain": add_stain,
    "crack": add_crack,
}
