"""Keep what candidates predicted, repeat by repeat, so that a comparison can go on from there."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.evaluate.candidates import Candidate
from core.evaluate.experiment import Design, Experiment
from core.evaluate.head import Epoch
from core.storage import write_bytes

_FORMAT = 1  # of a file; another one is as if there were none
_MOST_OTHERS = 3  # experiments beside the one that goes on
_NAME = re.compile(r"[0-9a-f]{24}")  # of an experiment's folder


@dataclass(frozen=True, eq=False)
class KeptRepeat:
    """What one candidate predicted in one repeat, and what that took."""

    scores: NDArray[np.float16]  # (N, C)
    seconds: float  # to balance, learn and score, in one fold
    change: float  # pieces more than images that are learned from, as a share of them
    curves: tuple[tuple[Epoch, ...], ...] = ()  # of a network, for each fold


class KeptRepeats:
    """Files of one experiment in a folder, one for each candidate and repeat; or none at all."""

    def __init__(self, folder: Path | None, experiment: Experiment, design: Design) -> None:
        self._shape = (len(design.rows), len(design.codes))
        self._folder = None if folder is None else folder / _name_of(experiment)

    def find(self, candidate: Candidate, repeat: int) -> KeptRepeat | None:
        """Return what was kept; None where nothing was, or what lies there is damaged."""
        path = self._path(candidate, repeat)
        if path is None:
            return None
        try:
            with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as found:
                scores, told = found["scores"], json.loads(found["told"].tobytes())
            curves = tuple(
                tuple(Epoch(float(loss), held) for loss, held in curve) for curve in told["curves"]
            )
            kept = KeptRepeat(scores, float(told["seconds"]), float(told["change"]), curves)
        except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile):
            return None
        is_whole = scores.dtype == np.float16 and scores.shape == self._shape
        return kept if is_whole else None

    def put(self, candidate: Candidate, repeat: int, kept: KeptRepeat) -> None:
        """Write a repeat, whole or not at all.

        Raises:
            OutputError: the folder cannot be written.
        """
        path = self._path(candidate, repeat)
        if path is None:
            return
        curves = [[(epoch.loss, epoch.held_back) for epoch in curve] for curve in kept.curves]
        told = {"seconds": kept.seconds, "change": kept.change, "curves": curves}
        content = BytesIO()
        np.savez(
            content, scores=kept.scores, told=np.frombuffer(json.dumps(told).encode(), np.uint8)
        )
        write_bytes(path, content.getvalue())

    def forget_others(self) -> None:
        """Remove what lies there of other experiments, but for the few that were last used."""
        if self._folder is None or not self._folder.parent.is_dir():
            return
        others = [
            path
            for path in self._folder.parent.iterdir()
            if _NAME.fullmatch(path.name) and path != self._folder
        ]
        for path in sorted(others, key=lambda path: -path.stat().st_mtime)[_MOST_OTHERS:]:
            shutil.rmtree(path, ignore_errors=True)

    def _path(self, candidate: Candidate, repeat: int) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / _hash([candidate.key]) / f"{repeat}.npz"


def _name_of(experiment: Experiment) -> str:
    """Return a name that two experiments share only where each run of one is a run of the other.

    How many repeats there are, the metric and the margin change no prediction.
    """
    dataset, embeddings = experiment.dataset, experiment.embeddings
    return _hash(
        [
            _FORMAT, __version__, dataset.digest, dataset.choices.group_column, embeddings.encoder,
            embeddings.digest, len(embeddings), experiment.head.name, experiment.n_splits,
            experiment.on_test_split, experiment.seed, experiment.device,
            None if experiment.original is None else experiment.original.digest,
        ]
    )  # fmt: skip


def _hash(values: Sequence[object]) -> str:
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
