"""Machined parts as height maps: flanges, gears and plates, each with its machining marks."""

import math
from dataclasses import dataclass

import numpy as np
from fields import Field, Frame, Mask, cloud, round_edge, soft_step, streaks

TONES = {
    "steel": (0.78, 0.79, 0.80),
    "nickel": (0.80, 0.76, 0.70),
    "titanium": (0.62, 0.63, 0.66),
    "brass": (0.88, 0.70, 0.40),
}


@dataclass(frozen=True)
class Part:
    """Hold the surface of one part, field by field."""

    height: Field
    solid: Mask
    grain_angle: Field
    grain: Field
    reflectance: Field
    roughness: Field


@dataclass(frozen=True)
class Blank:
    """Hold a part before its finish: depth inside the outline, relief, and own coordinates."""

    depth: Field
    relief: Field
    along: Field
    across: Field
    grain_angle: Field
    edge: float


def draw_part(generator: np.random.Generator, frame: Frame) -> Part:
    """Draw one part of a random kind, lying somewhere near the middle at any angle."""
    x, y = frame.grid()
    scale = generator.uniform(1.20, 1.30)
    angle = generator.normal(0.0, 0.06)
    x = (x - generator.normal(0.0, 0.025)) / scale
    y = (y - generator.normal(0.0, 0.025)) / scale
    u = math.cos(angle) * x + math.sin(angle) * y
    v = -math.sin(angle) * x + math.cos(angle) * y
    kind = generator.choice(["flange", "gear", "plate"], p=[0.8, 0.1, 0.1])
    if kind == "flange":
        blank = shape_flange(generator, u, v)
    elif kind == "gear":
        blank = shape_gear(generator, u, v)
    else:
        blank = shape_plate(generator, u, v)
    return finish(generator, frame, blank, angle)


def around(u: Field, v: Field, count: int, ring: float, turn: float) -> Field:
    """Return the distance to the nearest of ``count`` points spread evenly over a ring."""
    sector = 2.0 * np.pi / count
    theta = (np.arctan2(v, u) - turn + sector / 2) % sector - sector / 2
    radius = np.hypot(u, v)
    return np.asarray(np.hypot(radius * np.cos(theta) - ring, radius * np.sin(theta)))


def turned(u: Field, v: Field) -> tuple[Field, Field, Field]:
    """Return the coordinates and direction of marks left by a lathe."""
    theta = np.arctan2(v, u)
    return theta / (2.0 * np.pi), np.hypot(u, v), theta + np.pi / 2


def shape_flange(generator: np.random.Generator, u: Field, v: Field) -> Blank:
    """Shape a turned disc with a raised hub, a bore and a ring of bolt holes."""
    radius = np.hypot(u, v)
    rim = generator.uniform(0.70, 0.76)
    bore = generator.uniform(0.13, 0.2)
    hub = bore + generator.uniform(0.09, 0.13)
    hole = generator.uniform(0.055, 0.075)
    to_bolts = around(u, v, int(generator.choice([4, 6], p=[0.7, 0.3])), 0.53, np.pi / 4)
    depth = np.minimum(np.minimum(rim - radius, radius - bore), to_bolts - hole)
    relief = 0.05 * round_edge(hub - radius, 0.035)
    relief = relief - 0.02 * soft_step(hole + 0.035 - to_bolts, 0.0, 0.03)
    if generator.random() < 0.5:
        groove = np.abs(radius - rim + 0.07)
        relief = relief - 0.02 * round_edge(0.016 - groove, 0.016)
    along, across, grain_angle = turned(u, v)
    return Blank(depth, relief, along, across, grain_angle, generator.uniform(0.022, 0.04))


def shape_gear(generator: np.random.Generator, u: Field, v: Field) -> Blank:
    """Shape a spur gear with a thinner web between its hub and its toothed rim."""
    radius = np.hypot(u, v)
    theta = np.arctan2(v, u)
    teeth = int(generator.integers(18, 30))
    wave = np.clip(2.1 * np.cos(teeth * theta), -1.0, 1.0)
    rim = generator.uniform(0.67, 0.70)
    outline = (rim + 0.052 * wave - radius) * 0.8
    bore = generator.uniform(0.12, 0.16)
    keyway = np.maximum(np.abs(v) - 0.04, np.abs(u - bore) - 0.05)
    depth = np.minimum(np.minimum(outline, radius - bore), keyway)
    web = soft_step(radius, bore + 0.09, bore + 0.13) * soft_step(-radius, -rim + 0.13, -rim + 0.17)
    relief = -generator.uniform(0.025, 0.05) * web
    if generator.random() < 0.4:
        to_holes = around(u, v, 5, 0.40, 0.3)
        depth = np.minimum(depth, to_holes - 0.07)
    along, across, grain_angle = turned(u, v)
    return Blank(depth, relief, along, across, grain_angle, generator.uniform(0.016, 0.028))


def shape_plate(generator: np.random.Generator, u: Field, v: Field) -> Blank:
    """Shape a brushed plate with rounded corners, corner holes and a bore."""
    half_width = generator.uniform(0.56, 0.62)
    half_height = half_width * float(generator.choice([1.0, 0.86]))
    corner = generator.uniform(0.08, 0.2)
    beside = np.abs(u) - half_width + corner
    above = np.abs(v) - half_height + corner
    outside = np.hypot(np.maximum(beside, 0.0), np.maximum(above, 0.0))
    outline = corner - outside - np.minimum(np.maximum(beside, above), 0.0)
    to_corner = np.hypot(np.abs(u) - half_width + 0.15, np.abs(v) - half_height + 0.15)
    bore = generator.uniform(0.14, 0.22)
    radius = np.hypot(u, v)
    depth = np.minimum(np.minimum(outline, radius - bore), to_corner - 0.06)
    relief = -0.02 * soft_step(0.095 - to_corner, 0.0, 0.03)
    relief = relief - 0.025 * round_edge(bore + 0.05 - radius, 0.03)
    direction = np.zeros_like(u)
    return Blank(depth, relief, u / 4.0, v, direction, generator.uniform(0.022, 0.035))


def finish(generator: np.random.Generator, frame: Frame, blank: Blank, angle: float) -> Part:
    """Give a blank its thickness, machining marks and metal."""
    thickness = generator.uniform(0.13, 0.2)
    solid = np.asarray(blank.depth > 0.0)
    height = thickness * round_edge(blank.depth, blank.edge) + blank.relief
    fine = streaks(generator, blank.along, blank.across, 0.6, 24.0)
    coarse = streaks(generator, blank.along, blank.across, 3.0, 60.0)
    strength = generator.uniform(0.5, 1.2)
    grain = strength * (0.75 * fine + 0.25 * coarse)
    name = str(generator.choice(list(TONES), p=[0.62, 0.14, 0.20, 0.04]))
    tone = np.array(TONES[name], dtype=np.float32)
    patchy = 1.0 + 0.03 * cloud(generator, frame.shape, frame.shape[0] / 2, 2)
    return Part(
        height=np.where(solid, np.maximum(height, 0.004), 0.0).astype(np.float32),
        solid=solid,
        grain_angle=np.asarray(blank.grain_angle + angle),
        grain=grain,
        reflectance=patchy[..., None] * tone,
        roughness=np.full(frame.shape, generator.uniform(0.11, 0.19), dtype=np.float32),
    )
