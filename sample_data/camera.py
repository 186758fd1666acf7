"""The inspection camera: lamps, belt, shadows, reflections, lens and sensor."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from fields import Field, Frame, blur, cloud, shift, slope, soft_step, streaks
from numpy.typing import NDArray
from shapes import Part


@dataclass(frozen=True)
class Lamp:
    """Say where a lamp hangs, in units of half the picture, and what colour it gives."""

    x: float
    y: float
    z: float
    colour: tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """Hold the lamps over the belt and the light of the hall around them."""

    key: Lamp
    fill: Lamp
    hall: tuple[float, float, float]
    hall_tilt: float


@dataclass(frozen=True)
class Belt:
    """Say what a belt is made of."""

    colour: tuple[float, float, float]
    gloss: float


BELTS = (
    Belt((0.050, 0.053, 0.058), 0.10),
    Belt((0.022, 0.078, 0.056), 0.09),
    Belt((0.030, 0.068, 0.135), 0.09),
    Belt((0.200, 0.195, 0.180), 0.04),
    Belt((0.085, 0.080, 0.075), 0.06),
)
BELT_SHARES = (0.42, 0.20, 0.20, 0.04, 0.14)


def warm(temperature: float) -> tuple[float, float, float]:
    """Return the colour of a lamp, warm above 0 and cool below."""
    return 1.0 + 0.16 * temperature, 1.0, 1.0 - 0.20 * temperature


def hang_lamps(generator: np.random.Generator) -> Light:
    """Hang a key lamp and a weaker fill lamp somewhere over the belt."""
    azimuth = generator.normal(-np.pi * 0.62, 0.35)
    reach = generator.uniform(1.4, 2.6)
    power = generator.uniform(0.8, 1.15)
    temperature = float(np.clip(generator.normal(0.1, 0.35), -1.0, 1.0))
    red, green, blue = warm(temperature)
    key = Lamp(
        reach * math.cos(azimuth),
        reach * math.sin(azimuth),
        generator.uniform(2.2, 3.2),
        (power * red, power * green, power * blue),
    )
    opposite = azimuth + np.pi + generator.normal(0.0, 0.5)
    weak = generator.uniform(0.15, 0.45)
    red, green, blue = warm(-temperature)
    fill = Lamp(
        2.4 * math.cos(opposite),
        2.4 * math.sin(opposite),
        2.0,
        (weak * red, weak * green, weak * blue),
    )
    level = generator.uniform(0.5, 0.9)
    red, green, blue = warm(-0.5 * temperature)
    return Light(
        key, fill, (level * red, level * green, level * blue), generator.uniform(-0.5, 0.5)
    )


def unit(x: Field, y: Field, z: Field) -> Field:
    """Stack three fields into vectors of length 1."""
    vectors = np.stack([x, y, z], axis=-1).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def towards(lamp: Lamp, frame: Frame) -> Field:
    """Return the direction from every place to a lamp."""
    x, y = frame.grid()
    return unit(lamp.x - x, lamp.y - y, np.full_like(x, lamp.z))


def dot(first: Field, second: Field) -> Field:
    """Multiply vectors place by place."""
    return np.asarray(np.einsum("ijk,ijk->ij", first, second))


def reflect_hall(mirrored: Field, light: Light) -> Field:
    """Return how bright the hall is in the directions the metal mirrors."""
    cosine, sine = math.cos(light.hall_tilt), math.sin(light.hall_tilt)
    turned = cosine * mirrored[..., 0] + sine * mirrored[..., 1]
    side = -sine * mirrored[..., 0] + cosine * mirrored[..., 1]
    panel = soft_step(turned, -0.70, -0.02) * soft_step(-turned, -0.35, 0.25)
    ceiling = soft_step(mirrored[..., 2], 0.2, 1.0)
    far = 0.40 * soft_step(side, 0.25, 0.75) * soft_step(mirrored[..., 2], 0.0, 0.4)
    return np.asarray(0.05 + 0.10 * ceiling + 0.30 * panel + far)


def shade_part(frame: Frame, part: Part, light: Light) -> Field:
    """Return the light the metal sends to the camera."""
    x, y = frame.grid()
    rise_x, rise_y = slope(part.height, frame.pixel)
    steep = 0.06 * part.grain
    rise_x = rise_x + steep * -np.sin(part.grain_angle)
    rise_y = rise_y + steep * np.cos(part.grain_angle)
    normal = unit(-rise_x, -rise_y, np.ones_like(x))
    view = unit(-0.28 * x, -0.28 * y, np.ones_like(x))
    tangent = unit(np.cos(part.grain_angle), np.sin(part.grain_angle), 0.0 * x)
    mirrored = 2.0 * dot(normal, view)[..., None] * normal - view
    hall = reflect_hall(mirrored, light)[..., None] * np.array(light.hall, dtype=np.float32)
    total = hall
    for lamp, glare in ((light.key, 1.05), (light.fill, 1.0)):
        direction = towards(lamp, frame)
        halfway = direction + view
        halfway = halfway / np.linalg.norm(halfway, axis=-1, keepdims=True)
        facing = np.maximum(dot(normal, halfway), 0.05)
        lengthwise = dot(tangent, halfway) / part.roughness
        across = np.sqrt(np.maximum(1.0 - facing**2, 0.0)) / 0.42
        shine = np.exp(-((lengthwise / facing) ** 2) - across**2)
        lit = np.maximum(dot(normal, direction), 0.0)
        amount = (glare * shine + 0.10 * lit) * soft_step(lit, 0.0, 0.25)
        total = total + amount[..., None] * np.array(lamp.colour, dtype=np.float32)
    sunk = np.maximum(blur(part.height, 0.05 / frame.pixel) - part.height, 0.0)
    hidden = np.clip(1.0 - 5.0 * sunk, 0.35, 1.0)
    return np.asarray(total * part.reflectance * hidden[..., None])


def weave_belt(generator: np.random.Generator, frame: Frame) -> Field:
    """Return the height of one of several belt textures."""
    x, y = frame.grid()
    pitch = generator.uniform(0.035, 0.06)
    kind = generator.choice(["rubber", "weave", "ribs", "diamond"], p=[0.6, 0.2, 0.08, 0.12])
    grit = 0.003 * cloud(generator, frame.shape, 0.02 / frame.pixel, 2)
    if kind == "weave":
        relief = 0.004 * np.sin(2 * np.pi * x / pitch) * np.sin(2 * np.pi * y / pitch)
    elif kind == "ribs":
        relief = 0.005 * np.tanh(2.0 * np.sin(np.pi * y / pitch))
    elif kind == "diamond":
        first = np.sin(np.pi * (x + y) / pitch)
        relief = 0.008 * np.maximum(np.abs(first), np.abs(np.sin(np.pi * (x - y) / pitch)))
    else:
        relief = np.zeros_like(x)
    return np.asarray(relief + grit)


def shade_belt(generator: np.random.Generator, frame: Frame, light: Light) -> Field:
    """Return the light the empty belt sends to the camera."""
    x, y = frame.grid()
    belt = BELTS[int(generator.choice(len(BELTS), p=BELT_SHARES))]
    rise_x, rise_y = slope(weave_belt(generator, frame), frame.pixel)
    normal = unit(-rise_x, -rise_y, np.ones_like(x))
    worn = streaks(generator, x / 6.0, y / 3.0, 2.0, 50.0)
    patchy = cloud(generator, frame.shape, 0.6 / frame.pixel, 4)
    base = np.array(belt.colour, dtype=np.float32) * (1.0 + 0.06 * worn + 0.08 * patchy)[..., None]
    dust = blur((cloud(generator, frame.shape, 3.0) > 3.2).astype(np.float32), 1.0)
    base = base + 0.12 * dust[..., None] * generator.uniform(0.2, 1.0)
    total = 0.30 * base * np.array(light.hall, dtype=np.float32)
    view = unit(-0.28 * x, -0.28 * y, np.ones_like(x))
    for lamp in (light.key, light.fill):
        direction = towards(lamp, frame)
        lit = np.maximum(dot(normal, direction), 0.0)
        halfway = direction + view
        halfway = halfway / np.linalg.norm(halfway, axis=-1, keepdims=True)
        shine = belt.gloss * np.maximum(dot(normal, halfway), 0.0) ** 24
        colour = np.array(lamp.colour, dtype=np.float32)
        total = total + (0.75 * base * lit[..., None] + shine[..., None] * 0.35) * colour
    return np.asarray(np.maximum(total, 0.0))


def cast_shadow(frame: Frame, part: Part, light: Light) -> Field:
    """Return how much of the light reaches each place of the belt."""
    solid = part.solid.astype(np.float32)
    top = float(part.height.max())
    covered = np.zeros_like(solid)
    for share in (0.15, 0.4, 0.7, 1.0):
        push = -share * top / light.key.z / frame.pixel * 1.25
        covered = np.maximum(covered, shift(solid, push * light.key.x, push * light.key.y))
    key_shadow = blur(covered, 0.028 / frame.pixel)
    contact = blur(solid, 0.05 / frame.pixel)
    return np.asarray((1.0 - 0.68 * key_shadow) * (1.0 - 0.45 * contact))


def expose(generator: np.random.Generator, frame: Frame, scene: Field) -> NDArray[np.uint8]:
    """Turn the light of a scene into the picture a small industrial camera takes of it."""
    x, y = frame.grid()
    centre_x, centre_y = generator.normal(0.0, 0.15, 2)
    falloff = generator.uniform(0.10, 0.30)
    vignette = 1.0 - falloff * ((x - centre_x) ** 2 + (y - centre_y) ** 2) / 2.0
    scene = scene * np.clip(vignette, 0.3, 1.0)[..., None]
    bloom = blur(np.maximum(scene - 0.75, 0.0), 0.04 / frame.pixel)
    scene = scene + 0.35 * bloom
    defocus = frame.oversampling * generator.uniform(0.25, 0.65)
    dragged = frame.oversampling * abs(generator.normal(0.0, 0.3))
    scene = blur(scene, float(np.hypot(defocus, dragged)), defocus)
    size = (frame.width, frame.height)
    small = cv2.resize(scene.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    exposure = generator.normal(1.0, 0.08) * 1.25
    balance = (1.0 + generator.normal(0.0, 0.015, 3)).astype(np.float32)
    light = np.maximum(small * exposure * balance, 0.0)
    toned = 1.0 - np.exp(-1.55 * light)
    toned = toned * (0.66 + 0.34 * soft_step(toned, 0.0, 0.55))
    electrons = generator.uniform(2500.0, 9000.0)
    deviation = np.sqrt(toned / electrons + 0.0025**2)
    grain = generator.standard_normal(toned.shape, dtype=np.float32) * deviation
    shown = np.clip(toned + grain, 0.0, 1.0) ** (1.0 / 2.1)
    return np.asarray(np.round(shown * 255.0), dtype=np.uint8)


def photograph(generator: np.random.Generator, frame: Frame, part: Part) -> NDArray[np.uint8]:
    """Photograph a part on a belt; the picture is RGB."""
    light = hang_lamps(generator)
    belt = shade_belt(generator, frame, light) * cast_shadow(frame, part, light)[..., None]
    metal = shade_part(frame, part, light)
    scene = np.where(part.solid[..., None], metal, belt)
    return expose(generator, frame, scene)
