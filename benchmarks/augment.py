"""Each operation against Albumentations and bare OpenCV, then a whole policy from file to file.

    python benchmarks/augment.py [--sides 32 224 1024] [--only NAME ...] [--seconds 0.15]
    python benchmarks/augment.py --policy medium

Albumentations 2.0.8 (MIT) is no dependency: run it with a Python that has it beside Evenset. One
thread. Per operation and side: pictures a second of processor time, which other work on the machine
disturbs less than the clock; values drawn again for each, as both do; the best of five rounds, in
which the rivals take turns. Bare OpenCV is the one call that does the work; against it both have
the same values, which do not change. `--policy` decodes, augments and encodes pictures with 1 and 2
workers, by the clock, and tells whether memory grows.
"""

import argparse
import resource
from collections.abc import Callable, Sequence
from time import perf_counter, thread_time

import cv2
import numpy as np

from core.augment import OPERATIONS, PRESETS, Drawn, Wanted, apply, draw
from core.batches import run_batches
from core.pictures.decode import Pixels, decode
from core.pictures.encode import encode, encode_like
from core.progress import silent

Change = Callable[[Pixels], object]

ROUNDS = 5
NOISES = ("gaussian_noise", "salt_and_pepper")


def ours(name: str) -> Change:
    """Return the operation with values drawn again each time."""
    operation = OPERATIONS[name]
    values = {parameter.name: parameter.default for parameter in operation.parameters}
    rng = np.random.default_rng(0)
    return lambda pixels: operation.apply(pixels, operation.draw(rng, values))


def theirs() -> dict[str, Change]:
    """Return Albumentations' equal of each operation, as strong as ours is by default."""
    try:
        import albumentations as A  # noqa: N812
    except ImportError:
        return {}
    mirror = cv2.BORDER_REFLECT_101
    changes = {
        "resized_crop": A.RandomResizedCrop((1, 1), scale=(0.6, 1.0), p=1),
        "zoom": A.Affine(scale=(0.9, 1.25), border_mode=mirror, p=1),
        "horizontal_flip": A.HorizontalFlip(p=1),
        "vertical_flip": A.VerticalFlip(p=1),
        "rotate": A.Rotate((-15, 15), border_mode=mirror, p=1),
        "shift": A.Affine(translate_percent=(-0.1, 0.1), border_mode=mirror, p=1),
        "shear": A.Affine(shear=(-10, 10), border_mode=mirror, p=1),
        "perspective": A.Perspective(scale=(0.05, 0.15), border_mode=mirror, p=1),
        "elastic": A.ElasticTransform(alpha=50, sigma=5, border_mode=mirror, p=1),
        "brightness": A.ColorJitter((0.8, 1.2), (1, 1), (1, 1), (0, 0), p=1),
        "contrast": A.ColorJitter((1, 1), (0.8, 1.2), (1, 1), (0, 0), p=1),
        "gamma": A.RandomGamma((75, 135), p=1),
        "saturation": A.ColorJitter((1, 1), (1, 1), (0.8, 1.2), (0, 0), p=1),
        "hue": A.ColorJitter((1, 1), (1, 1), (1, 1), (-0.03, 0.03), p=1),
        "grey": A.ToGray(p=1),
        "gaussian_blur": A.GaussianBlur((0, 0), sigma_limit=(0.3, 1.5), p=1),
        "box_blur": A.Blur((3, 5), p=1),
        "median_blur": A.MedianBlur((3, 5), p=1),
        "motion_blur": A.MotionBlur((3, 7), p=1),
        "sharpen": A.Sharpen(p=1),
        "jpeg": A.ImageCompression(quality_range=(50, 90), p=1),
        "cutout": A.Erasing(scale=(0.02, 0.15), ratio=(0.5, 2.0), fill=128, p=1),
        "gaussian_noise": A.GaussNoise((4 / 255, 16 / 255), noise_scale_factor=1, p=1),
        "salt_and_pepper": A.SaltAndPepper((0.01, 0.04), p=1),
    }
    found: dict[str, Change] = {
        name: lambda pixels, change=change: change(image=pixels) for name, change in changes.items()
    }
    crops: dict[int, Change] = {}

    def resized_crop(pixels: Pixels) -> object:
        side = pixels.shape[0]
        if side not in crops:
            crops[side] = A.RandomResizedCrop((side, side), scale=(0.6, 1.0), p=1)
        return crops[side](image=pixels)

    return {**found, "resized_crop": resized_crop}


def ours_fixed(name: str, drawn: Drawn) -> Change:
    """Return the operation with values that stay."""
    operation = OPERATIONS[name]
    return lambda pixels: operation.apply(pixels, drawn)


def bare(name: str, drawn: Drawn, side: int) -> Change | None:
    """Return the one call of OpenCV that does what the operation does with the same values."""
    size, mirror = (side, side), cv2.BORDER_REFLECT_101
    matrix = OPERATIONS[name].matrix
    if name in {"crop", "resized_crop"} and matrix is not None:
        left, top = np.rint(np.linalg.inv(matrix(drawn, side, side))[:2, 2] + 0.5).astype(int)
        right, bottom = (np.linalg.inv(matrix(drawn, side, side)) @ (side, side, 1))[:2].astype(int)
        return lambda pixels: cv2.resize(pixels[top : bottom + 1, left : right + 1], size)
    if name in {"zoom", "rotate", "shear", "shift"} and matrix is not None:
        moving = matrix(drawn, side, side)[:2]
        return lambda pixels: cv2.warpAffine(pixels, moving, size, borderMode=mirror)
    if name == "perspective" and matrix is not None:
        tilt = matrix(drawn, side, side)
        return lambda pixels: cv2.warpPerspective(pixels, tilt, size, borderMode=mirror)
    table = np.arange(256, dtype=np.uint8)
    line = np.eye(int(drawn.get("size", 3)), dtype=np.float32) / drawn.get("size", 3)
    soft = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
    width = 2 * int(np.ceil(3 * drawn.get("sigma", 1))) + 1
    window = int(drawn.get("size", 3))
    calls: dict[str, Change] = {
        "horizontal_flip": lambda pixels: cv2.flip(pixels, 1),
        "vertical_flip": lambda pixels: cv2.flip(pixels, 0),
        "brightness": lambda pixels: cv2.convertScaleAbs(pixels, alpha=drawn["factor"]),
        "gamma": lambda pixels: cv2.LUT(pixels, table),
        "gaussian_blur": lambda pixels: cv2.GaussianBlur(pixels, (width, width), drawn["sigma"]),
        "box_blur": lambda pixels: cv2.blur(pixels, (window, window)),
        "median_blur": lambda pixels: cv2.medianBlur(pixels, window),
        "motion_blur": lambda pixels: cv2.filter2D(pixels, -1, line),
        "sharpen": lambda pixels: cv2.filter2D(pixels, -1, soft),
    }
    return calls.get(name)


def rates(changes: Sequence[Change | None], pixels: Pixels, seconds: float) -> list[float]:
    """Return pictures a second of each; nan for None. They take turns, the best round counts."""
    best = [float("nan")] * len(changes)
    counts = [0] * len(changes)
    for _ in range(ROUNDS):
        for place, change in enumerate(changes):
            if change is None:
                continue
            if not counts[place]:
                began = thread_time()
                change(pixels)
                change(pixels)
                once = (thread_time() - began) / 2
                counts[place] = max(1, int(seconds / ROUNDS / max(once, 1e-7)))
            began = thread_time()
            for _ in range(counts[place]):
                change(pixels)
            rate = counts[place] / (thread_time() - began)
            best[place] = rate if np.isnan(best[place]) else max(best[place], rate)
    return best


def picture(side: int) -> Pixels:
    """Return a smooth picture with some grain, as a photograph has."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (max(2, side // 16), max(2, side // 16), 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC).astype(int)
    grain = rng.integers(-6, 7, smooth.shape)
    return np.clip(smooth + grain, 0, 255).astype(np.uint8)


def compare(sides: Sequence[int], only: Sequence[str], seconds: float) -> None:
    """Print a line per operation and side, and what falls short."""
    peers = theirs()
    short = []
    print("operation        side   Evenset/s  Album./s  ratio   fixed/s  OpenCV/s  ratio")
    for name in only or OPERATIONS:
        ranges = {parameter.name: parameter.default for parameter in OPERATIONS[name].parameters}
        drawn = OPERATIONS[name].draw(np.random.default_rng(3), ranges)
        for side in sides:
            rivals = [ours(name), peers.get(name), ours_fixed(name, drawn), bare(name, drawn, side)]
            own, peer, fixed, floor = rates(rivals, picture(side), seconds)
            to_peer, to_floor = own / peer, fixed / floor
            print(f"{name:16} {side:4} {own:11,.0f} {peer:9,.0f} {to_peer:6.2f} {fixed:9,.0f} "
                  f"{floor:9,.0f} {to_floor:6.2f}", flush=True)  # fmt: skip
            if to_peer < (3 if name in NOISES else 1) or to_floor < 0.9:
                short.append(f"{name} {side} px: {to_peer:.2f} of the peer, {to_floor:.2f} bare")
    print("falls short:", *(short or ["nothing"]), sep="\n  ")


def whole_policy(name: str, side: int = 500, count: int = 600) -> None:
    """Print how many pictures a second go from file to file, and how memory grows."""
    source = encode(picture(side), "JPEG", quality=90)

    def made(copies: Sequence[int]) -> list[int]:
        sizes = []
        for copy in copies:
            drawn = draw(PRESETS[name], Wanted(digest="a", repeat=copy, label="cat"))
            sizes.append(len(encode_like(apply(decode(source), drawn), source, "JPEG")))
        return sizes

    for workers in (1, 2):
        for _ in run_batches(made, range(64), batch_size=32, stage="", progress=silent):
            pass
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = perf_counter()
        batches = run_batches(
            made, range(count), batch_size=32, stage="", progress=silent, workers=workers
        )
        total = sum(len(sizes) for sizes in batches)
        rate = total / (perf_counter() - began)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f"'{name}', {side} px, {workers} workers: {rate:,.0f} pictures a second, "
              f"peak memory {grown / 1024:+.1f} MB over {count} pictures")  # fmt: skip


def main() -> None:
    """Read the command line and run what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sides", type=int, nargs="+", default=[32, 224, 1024])
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--seconds", type=float, default=0.15, help="per operation, side and rival")
    parser.add_argument("--policy", choices=list(PRESETS))
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.policy:
        whole_policy(options.policy)
    else:
        compare(options.sides, options.only, options.seconds)


if __name__ == "__main__":
    main()
