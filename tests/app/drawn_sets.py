"""Small datasets drawn on disk, and sessions made from them by the real core."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from image_sets import read_folder

from app.session.embedding import embed_and_map
from app.session.session import Balanced, Session
from core.audit import audit
from core.dataset import ImageDataset, build_table
from core.embed import Embeddings
from core.pictures.encode import encode
from core.progress import silent
from core.project import Projection
from core.resample import TrainingSide, make_plan, resample

HOSTILE = (
    "![x](http://host/p.png)",
    "<img src=x onerror=alert(1)>",
    ":red[x]",
    "$x$",
)


def draw_folder(root: Path, counts: Mapping[str, int], *, seed: int = 0) -> Path:
    """Write `counts` pictures of 24 x 24 px per folder name, each class of its own hue."""
    rng = np.random.default_rng(seed)
    for place, (label, count) in enumerate(counts.items()):
        folder = root / label
        folder.mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 120, (24, 24, 3), dtype=np.uint8)
            pixels[:, :, place % 3] += 110
            (folder / f"{number:02d}.png").write_bytes(encode(pixels, "PNG"))
    return root


def draw_dataset(root: Path, counts: Mapping[str, int]) -> ImageDataset:
    """Return the dataset of `draw_folder`."""
    return read_folder(draw_folder(root, counts))


def rename_classes(dataset: ImageDataset, names: Mapping[str, str]) -> ImageDataset:
    """Return the dataset under other labels, such as no folder can have; files stay in place."""
    records = dataset.table.to_dict("records")
    for record in records:
        label = names[str(record["label"])]
        record["path"] = f"{label}/{label} {str(record['path']).rsplit('/', 1)[-1]}"
        record["label"] = label
    return ImageDataset(
        dataset.name,
        dataset.root,
        build_table(pd.DataFrame(records).to_dict("list")),
        dataset.skipped,
    )


def loaded(dataset: ImageDataset) -> Session:
    """Return the session right after loading."""
    report = audit(dataset)
    return Session().put(source=dataset, measures=report.given.measures, audit=report)


def embedded(dataset: ImageDataset, folder: Path) -> tuple[Embeddings, Projection]:
    """Return vectors and the PCA map."""
    return embed_and_map(dataset, "classical", "cpu", folder, silent)


def smote_made(session: Session) -> Session:
    """Return the session after SMOTE to the largest class."""
    assert session.dataset is not None and session.embeddings is not None
    plan = make_plan(session.dataset, "smote")
    made = resample(TrainingSide(session.dataset, plan, session.embeddings, seed=0))
    return session.put(balanced=Balanced(made.plan, 0, made))
