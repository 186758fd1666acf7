"""Are planted faults found? python benchmarks/planted_faults.py ZIP ... [--json FILE].

Each ZIP has pictures in folders of classes. A few hundred pictures of it are taken as clean, and
written again in several ways: as they are (for false alarms), with COUNT plants of each kind beside
them, with 2, 5 and 10 % of the labels swapped, and with a whole class changed. Each set is audited.
A kind counts as found by the checks that CHECKS_OF names; precision is of all that these name in
the set with plants: a plant of one of their kinds, or the picture that it was made from.
"""

import argparse
import json
import shutil
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from time import perf_counter

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps, JpegImagePlugin

from core.audit import AuditInput, AuditReport, look_deeper, measure_pictures, write_report
from core.dataset import ImageDataset
from core.embed import DEFAULT_ENCODER, embed
from core.errors import EvensetError
from core.ingest import open_source

COUNT = 12  # plants of each kind
MOST_CLASSES, MOST_A_CLASS, FEWEST_A_CLASS = 10, 60, 16
SWAPPED = (0.02, 0.05, 0.10)

Picture = Image.Image
Change = Callable[[Picture, np.random.Generator], Picture]


def cropped(image: Picture, rng: np.random.Generator) -> Picture:
    """Cut 5 % of the sides off, on one side of each direction or half of it on both."""
    width, height = image.size
    left, top = (rng.choice([0, 0.5, 1], 2) * 0.05 * image.size).round().astype(int).tolist()
    return image.crop((left, top, left + round(0.95 * width), top + round(0.95 * height)))


def noisy(image: Picture, rng: np.random.Generator) -> Picture:
    """Add normal noise of 40 levels to each value."""
    values = np.asarray(image, np.float64)
    return Image.fromarray((values + rng.normal(0, 40, values.shape)).clip(0, 255).astype(np.uint8))


def washed_out(image: Picture, _: np.random.Generator) -> Picture:
    """Press all values into a tenth of their range, around 160."""
    return image.point(lambda value: 160 + (value - 128) / 10)


def blurred(image: Picture, _: np.random.Generator) -> Picture:
    """Blur by a normal curve whose deviation is a fortieth of the short side, at least 1.5 px."""
    return image.filter(ImageFilter.GaussianBlur(max(1.5, min(image.size) / 40)))


def blank(image: Picture, rng: np.random.Generator) -> Picture:
    """Fill it with one colour: nearly black, nearly white or any; no two are the same."""
    lows = [(0, 9), (247, 256), (0, 256)]
    colour = rng.integers(*lows[int(rng.integers(3))], 3).tolist()
    return Image.new("RGB", image.size, tuple(colour))


def as_edges(image: Picture) -> Picture:
    """Draw it as dark edges on white."""
    grey = ImageOps.autocontrast(image.convert("L").filter(ImageFilter.FIND_EDGES))
    return ImageOps.invert(grey).convert("RGB")


def on_background(image: Picture) -> Picture:
    """Set it, at two thirds of its size, on a green background."""
    width, height = image.size
    inner = image.resize((max(1, width * 2 // 3), max(1, height * 2 // 3)))
    whole = Image.new("RGB", image.size, (40, 130, 70))
    whole.paste(inner, ((width - inner.width) // 2, (height - inner.height) // 2))
    return whole


# Copies stand beside what they are made from, in its class and split.
COPIES: Mapping[str, Change] = {
    "mirrored": lambda image, _: ImageOps.mirror(image),
    "turned by 90": lambda image, _: image.transpose(Image.Transpose.ROTATE_90),
    "turned by 180": lambda image, _: image.transpose(Image.Transpose.ROTATE_180),
    "turned by 270": lambda image, _: image.transpose(Image.Transpose.ROTATE_270),
    "cropped by 5 %": cropped,
}
# These stand in place of the picture.
FAULTS: Mapping[str, Change] = {
    "dark": lambda image, _: ImageEnhance.Brightness(image).enhance(0.08),
    "bright": lambda image, _: image.point(lambda value: 255 - (255 - value) * 0.06),
    "washed out": washed_out,
    "blurred": blurred,
    "noise": noisy,
    "blank": blank,
    "tiny": lambda image, _: image.resize((max(2, image.width // 12), max(2, image.height // 12))),
    "long": lambda image, _: image.resize((image.width, max(2, image.height // 7))),
}
# A whole class, in place of its pictures: what becomes of the file. What changes how pictures look
# encodes them as they were, so that nothing else tells the class.
OF_CLASS: Mapping[str, Callable[[Picture, bytes], tuple[bytes, str]]] = {
    "class: JPEG quality 40": lambda image, _: (encoded(image, quality=40), ".jpg"),
    "class: background": lambda image, file: (encoded_like(on_background(image), file), ".jpg"),
    "class: edges": lambda image, file: (encoded_like(as_edges(image), file), ".jpg"),
    "class: another source (PNG)": lambda image, _: (encoded(image, "PNG"), ".png"),
}
NEAR = ("near_duplicates", "duplicates")
CHECKS_OF: Mapping[str, Sequence[str]] = {
    "exact copy": ("duplicates",),
    "recompressed": NEAR,
    **dict.fromkeys(COPIES, NEAR),
    "two labels": NEAR,
    "two splits": NEAR,
    "dark": ("dark", "blank"),
    "bright": ("bright", "blank"),
    "washed out": ("washed_out", "low_contrast", "low_information"),
    "blurred": ("blurred", "blurry", "blur"),
    "noise": ("noise", "noisy"),
    "blank": ("blank", "dark", "bright", "low_information"),
    "tiny": ("odd_size", "tiny"),
    "long": ("odd_aspect", "long"),
    "cut inside": ("damaged", "skipped"),
    **dict.fromkeys(OF_CLASS, ("shortcuts",)),
}
LABEL_CHECKS = ("label_errors", "suspect_labels", "labels", "wrong_labels")


@dataclass
class Plants:
    """A set that was written, and what was planted in it."""

    folder: Path
    plants: dict[str, str] = field(default_factory=dict)  # path below `folder` -> kind
    originals: dict[str, str] = field(default_factory=dict)  # path of a copy -> what it copies
    skipped: dict[str, str] = field(default_factory=dict)  # `plants` that loading may leave out
    changed_class: str = ""

    def write(self, path: str, content: bytes) -> None:
        """Write one file."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


@dataclass(frozen=True)
class Figure:
    """How well a kind is found in a set."""

    set: str
    kind: str
    planted: int
    found: int
    precision: float | None  # None: nothing was named
    checks: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Return the share that was found."""
        return self.found / self.planted


@dataclass(frozen=True)
class Clean:
    """What an audit says of the clean pictures of a set."""

    pictures: int
    named: dict[str, list[str]]  # check -> paths
    texts: list[str]  # of its findings

    def per_1000(self, check: str) -> float:
        """Return how many of a thousand pictures a check names."""
        return 1000 * len(self.named.get(check, ())) / self.pictures


def encoded(image: Picture, format_: str = "JPEG", **options: int) -> bytes:
    """Return an image file; JPEGs are of quality 90 unless told otherwise."""
    buffer = BytesIO()
    image.save(buffer, format_, **({"quality": 90} | options if format_ == "JPEG" else options))
    return buffer.getvalue()


def encoded_like(image: Picture, content: bytes) -> bytes:
    """Return a JPEG with the tables and the subsampling of another one."""
    buffer = BytesIO()
    with Image.open(BytesIO(content)) as other:
        sampling = max(JpegImagePlugin.get_sampling(other), 0)
        # Of a grey one there is a single table, for all three values.
        image.save(buffer, "JPEG", qtables=other.quantization, subsampling=sampling)
    return buffer.getvalue()


def clean_pictures(source: Path, rng: np.random.Generator) -> dict[str, bytes]:
    """Return split/class/name -> file, for MOST_A_CLASS pictures of the largest classes.

    A fifth of each class is the test split. All are JPEGs, and no two are the same bytes.
    """
    with zipfile.ZipFile(source) as archive:
        by_class: dict[str, list[str]] = defaultdict(list)
        for name in sorted(archive.namelist()):
            if name.lower().endswith((".jpg", ".jpeg")):
                by_class[PurePosixPath(name).parent.name].append(name)
        large = sorted((c for c in by_class if len(by_class[c]) >= FEWEST_A_CLASS),
                       key=lambda label: -len(by_class[label]))[:MOST_CLASSES]  # fmt: skip
        files: dict[str, bytes] = {}
        seen: set[bytes] = set()
        for label in sorted(large):
            names = rng.permutation(by_class[label])[:MOST_A_CLASS]
            for number, name in enumerate(names.tolist()):
                content = archive.read(name)
                if content not in seen:
                    split = "test" if number % 5 == 0 else "train"
                    files[f"{split}/{label}/{number:03d}.jpg"] = content
                    seen.add(content)
    return files


def opened(content: bytes) -> Picture:
    """Return the upright picture of a file, in colour."""
    return ImageOps.exif_transpose(Image.open(BytesIO(content))).convert("RGB")


def plant_all(clean: Mapping[str, bytes], folder: Path, rng: np.random.Generator) -> Plants:
    """Write the clean pictures with COUNT plants of every kind; each picture is used once."""
    made = Plants(folder)
    for path, content in clean.items():
        made.write(path, content)
    chosen = iter(rng.permutation([path for path in clean if path.startswith("train/")]).tolist())
    labels = sorted({path.split("/")[1] for path in clean})
    # Of small sets, fewer of each kind, so that as many pictures stay as they are.
    kinds = 5 + len(COPIES) + len(FAULTS)
    count = min(COUNT, max(10, len(clean) // (2 * kinds)))

    def copy(kind: str, content: bytes, original: str, path: str) -> None:
        made.write(path, content)
        made.plants[path], made.originals[path] = kind, original

    def beside(original: str, kind: str) -> str:
        return f"{original.removesuffix('.jpg')}_{kind.replace(' ', '_').replace('%', '')}.jpg"

    for _ in range(count):
        path = next(chosen)
        copy("exact copy", clean[path], path, beside(path, "copy"))
        path = next(chosen)
        copy("recompressed", encoded(opened(clean[path]), quality=int(rng.integers(40, 80))),
             path, beside(path, "again"))  # fmt: skip
        path = next(chosen)
        _, label, name = path.split("/")
        other = str(rng.choice([each for each in labels if each != label]))
        copy("two labels", clean[path], path, f"train/{other}/of_{label}_{name}")
        path = next(chosen)
        _, label, name = path.split("/")
        copy("two splits", clean[path], path, f"test/{label}/again_{name}")
        for kind, change in COPIES.items():
            path = next(chosen)
            copy(kind, encoded(change(opened(clean[path]), rng)), path, beside(path, kind))
        for kind, change in FAULTS.items():
            path = next(chosen)
            made.write(path, encoded(change(opened(clean[path]), rng)))
            made.plants[path] = kind
        path = next(chosen)
        made.write(path, clean[path][: round(rng.uniform(0.4, 0.8) * len(clean[path]))])
        made.plants[path] = "cut inside"
    return made


def plant_in_class(clean: Mapping[str, bytes], folder: Path, kind: str, label: str) -> Plants:
    """Write the clean pictures with one class changed."""
    made = Plants(folder, changed_class=label)
    for path, content in clean.items():
        if path.split("/")[1] == label:
            changed, suffix = OF_CLASS[kind](opened(content), content)
            path = str(PurePosixPath(path).with_suffix(suffix))
            made.write(path, changed)
            made.plants[path] = kind
        else:
            made.write(path, content)
    return made


def swap_labels(
    clean: Mapping[str, bytes], folder: Path, share: float, rng: np.random.Generator
) -> Plants:
    """Write the clean pictures, a share of them in the folder of another class."""
    made = Plants(folder)
    labels = sorted({path.split("/")[1] for path in clean})
    swapped = set(rng.permutation(list(clean))[: round(share * len(clean))].tolist())
    for path, content in clean.items():
        if path in swapped:
            split, label, name = path.split("/")
            other = str(rng.choice([each for each in labels if each != label]))
            path = f"{split}/{other}/of_{label}_{name}"
            made.plants[path] = f"swapped, {share:.0%}"
        made.write(path, content)
    return made


def audited(made: Plants, vectors: Path | None) -> tuple[ImageDataset, AuditReport]:
    """Return the set and all that an audit says of it; with vectors only where `vectors` is."""
    dataset = open_source(str(made.folder), made.folder.parent / "unused")
    measures = measure_pictures(dataset)
    embeddings = None
    if vectors is not None:
        embeddings = embed(dataset, encoder=DEFAULT_ENCODER, device="cpu", cache=vectors)
    insights = look_deeper(dataset, measures, embeddings)
    return dataset, write_report(AuditInput(dataset, measures, insights))


def named_paths(dataset: ImageDataset, report: AuditReport) -> dict[str, list[str]]:
    """Return check -> paths that its findings name, in their order, each once."""
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for finding in report.findings:
        for row in finding.rows.tolist():
            named[finding.check].setdefault(dataset.path(row))
    for skip in dataset.skipped:
        named["skipped"].setdefault(skip.path)
    return {check: [_below(path) for path in paths] for check, paths in named.items()}


def _below(path: str) -> str:
    """Return a path from its split on, wherever the set's own folder is part of it or not."""
    parts = path.split("/")
    return "/".join(parts[-3:])


def figures_of_plants(name: str, made: Plants, named: Mapping[str, list[str]]) -> Iterator[Figure]:
    """Give recall and precision of each kind that stands among clean pictures."""
    for kind in dict.fromkeys(made.plants.values()):
        paths = {path for path, other in made.plants.items() if other == kind}
        checks = CHECKS_OF[kind]
        flagged = {path for check in checks for path in named.get(check, ())}
        # What a check of several kinds finds is right where it is a plant of any of them.
        right = {path for path, other in made.plants.items()
                 if set(CHECKS_OF[other]) & set(checks)}  # fmt: skip
        right |= {made.originals[path] for path in right if path in made.originals}
        found = paths & flagged
        precision = len(flagged & right) / len(flagged) if flagged else None
        yield Figure(name, kind, len(paths), len(found), precision, tuple(checks),
                     tuple(sorted(paths - flagged)))  # fmt: skip


def figure_of_class(name: str, kind: str, made: Plants, report: AuditReport) -> Figure:
    """Return whether a finding names the class that was changed, and how many it names."""
    named = [finding.labels for finding in report.findings if finding.check in CHECKS_OF[kind]]
    labels = [label for each in named for label in each]
    is_found = made.changed_class in labels
    precision = labels.count(made.changed_class) / len(labels) if labels else None
    missed = () if is_found else (made.changed_class,)
    return Figure(name, kind, 1, int(is_found), precision, tuple(CHECKS_OF[kind]), missed)


def figure_of_labels(name: str, made: Plants, named: Mapping[str, list[str]]) -> Figure:
    """Return how many of n swapped labels are among the first 2n of the queue of suspects."""
    queue = [path for check in LABEL_CHECKS for path in named.get(check, ())]
    first = queue[: 2 * len(made.plants)]
    kind = next(iter(made.plants.values()))
    found = set(made.plants) & set(first)
    precision = len(found) / len(first) if first else None
    return Figure(name, kind, len(made.plants), len(found), precision, LABEL_CHECKS,
                  tuple(sorted(set(made.plants) - found)))  # fmt: skip


def try_set(source: Path, work: Path, options: argparse.Namespace) -> tuple[list[Figure], Clean]:
    """Return the figures of one set, and what the clean pictures are named for."""
    name = source.stem
    rng = np.random.default_rng(options.seed)
    clean = clean_pictures(source, rng)
    labels = sorted({path.split("/")[1] for path in clean})
    vectors = None if options.no_vectors else work / "vectors"
    as_is = Plants(work / "clean")
    for path, content in clean.items():
        as_is.write(path, content)
    started = perf_counter()
    dataset, report = audited(as_is, vectors)
    texts = [f"[{finding.severity}] {finding.text}" for finding in report.findings]
    print(f"\n{name}: {len(dataset)} clean pictures, {len(labels)} classes, "
          f"{perf_counter() - started:.1f} s")  # fmt: skip
    clean_answer = Clean(len(dataset), named_paths(dataset, report), texts)
    for text in texts:
        print("  clean:", text)

    made = plant_all(clean, work / "planted", rng)
    found_set, found = audited(made, None)
    figures = list(figures_of_plants(name, made, named_paths(found_set, found)))
    # A class that is named as it is would be named again.
    named_clean = {
        each for one in report.findings if one.check == "shortcuts" for each in one.labels
    }
    for kind in OF_CLASS:
        label = str(rng.choice([each for each in labels if each not in named_clean]))
        made = plant_in_class(clean, work / f"class {len(figures)}", kind, label)
        figures.append(figure_of_class(name, kind, made, audited(made, None)[1]))
    if vectors is not None:
        for share in SWAPPED:
            made = swap_labels(clean, work / f"swapped {share}", share, rng)
            figures.append(figure_of_labels(name, made, named_paths(*audited(made, vectors))))
    return figures, clean_answer


def print_tables(figures: Sequence[Figure], clean: Mapping[str, Clean]) -> None:
    """Print recall and precision of each kind and set, and false alarms of each check."""
    names = list(clean)
    print(f"\n| kind | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for kind in dict.fromkeys(figure.kind for figure in figures):
        cells = []
        for name in names:
            each = [one for one in figures if one.set == name and one.kind == kind]
            cells += [
                f"{one.found} of {one.planted}, "
                + ("-" if one.precision is None else f"{one.precision:.2f}")
                for one in each
            ]
        print(f"| {kind} | {' | '.join(cells)} |")
    checks = dict.fromkeys(check for each in clean.values() for check in each.named)
    print(f"\n| named per 1,000 clean | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for check in checks:
        cells = [f"{clean[name].per_1000(check):.1f}" for name in names]
        print(f"| {check} | {' | '.join(cells)} |")


def main() -> None:
    """Print the tables, and write all figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write figures, missed plants and false alarms")
    parser.add_argument("--keep", type=Path, help="keep the sets in this folder, to look at them")
    parser.add_argument("--no-vectors", action="store_true", help="leave swapped labels out")
    options = parser.parse_args()
    figures: list[Figure] = []
    clean: dict[str, Clean] = {}
    for source in options.sources:
        place = Path(tempfile.mkdtemp()) if options.keep is None else options.keep / source.stem
        try:
            found, clean[source.stem] = try_set(source, place, options)
            figures += found
        except EvensetError as error:
            print(source.stem, error)
        finally:
            if options.keep is None:
                shutil.rmtree(place, ignore_errors=True)
    print_tables(figures, clean)
    if options.json is not None:
        written = {
            "figures": [asdict(one) | {"recall": one.recall} for one in figures],
            "clean": {
                name: asdict(each)
                | {"per_1000": {check: each.per_1000(check) for check in each.named}}
                for name, each in clean.items()
            },
        }
        options.json.write_text(json.dumps(written, indent=1))


if __name__ == "__main__":
    main()
