"""What Hugging Face `datasets` reads of an export, and class names that mislead it."""

import json
import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from image_sets import png, read_folder, write_files
from PIL import Image

from core.dataset import Choices, ImageDataset

HOSTILE = [
    "test tube", "val-d'isere", "train", "test", "validation", "[x]", "a*b", "a?b", "{a,b}",
    "Grüße 猫", " spaced ", ".hidden", "__pycache__", "_x", "a::b", "http://x", "#1", "50%25",
    "x.zip", "metadata.csv", "cafe\u0301", "dev", "eval", "-", "null", "yes", "007", "1",
    'say "hi"', "back\\slash", "🐈", "~user", "$HOME", "x+y", "CON", "&", "a/b", "line\u2028end",
    "x" * 300, "data", "!!str", "- a", "a: b", "% y",
]  # fmt: skip


def hostile_set(folder: Path) -> ImageDataset:
    """Return classes of hostile names; every third one lies in one split alone."""
    files, lines = {}, [["image", "label", "split"]]
    for number, label in enumerate(HOSTILE):
        splits = ["train", "validation", "test"]
        for split in splits[number % 3 :][:1] if number % 3 == 0 else splits[: 1 + number % 3]:
            name = f"pictures/{len(files)}.png"
            files[name] = png(len(files))
            lines.append([name, label, split])
    text = "\n".join(json.dumps(dict(zip(lines[0], line, strict=True))) for line in lines[1:])
    files["labels.jsonl"] = text.encode()
    apart = Choices(decisions={"alike_labels": "keep_apart"})
    return read_folder(write_files(folder, files), choices=apart)


READ = """
import hashlib, json, sys, warnings
warnings.simplefilter("ignore")
import datasets
datasets.disable_progress_bars()
def label_of(row, features):
    return row["json"]["label"] if "json" in row else features["label"].int2str(row["label"])
def code_of(row):
    return row["cls"] if "cls" in row else row["label"]
def read(folder):
    for split, one in datasets.load_dataset(folder).items():
        column = next(n for n, f in one.features.items() if isinstance(f, datasets.Image))
        for row in one:
            pixels = row[column].convert("RGB")
            digest = hashlib.sha256(repr(pixels.size).encode() + pixels.tobytes()).hexdigest()
            yield split, label_of(row, one.features), code_of(row), digest
print(json.dumps({folder: list(read(folder)) for folder in sys.argv[1:]}))
"""

Found = list[tuple[str, str, int, str]]  # split, label, code, digest of the pixels


def read_by_hugging_face(*folders: Path, cache: Path) -> dict[str, Found]:
    """Return folder -> a row per picture, as `datasets.load_dataset(folder)` has them."""
    offline = dict.fromkeys(
        ("HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"), "1"
    )
    done = subprocess.run(
        [sys.executable, "-c", READ, *map(str, folders)],
        env={**os.environ, **offline, "HF_HOME": str(cache)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {
        folder: [tuple(row) for row in rows]  # type: ignore[misc]
        for folder, rows in json.loads(done.stdout).items()
    }


def counted_rows(found: Found) -> dict[str, Counter[str]]:
    """Return split -> label -> pictures."""
    counts: dict[str, Counter[str]] = {}
    for split, label, _, _ in found:
        counts.setdefault(split, Counter())[label] += 1
    return counts


def digest_of(content: bytes) -> str:
    """Return what the reader above calls the pixels of a picture."""
    with Image.open(BytesIO(content)) as image:
        pixels = image.convert("RGB")
    return sha256(repr(pixels.size).encode() + pixels.tobytes()).hexdigest()
