"""The same seed gives the same bytes, whatever the cache of vectors held before."""

from pathlib import Path

import numpy as np
import pytest

from app.cli import main
from core.embed import embed
from core.ingest import open_source


def balanced(out: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return the export of the sample by SMOTE, with a cache of vectors at a place."""
    monkeypatch.setattr("app.cli.source.default_cache", lambda: cache)
    code = main(
        ["balance", "sample:parts", "--strategy", "smote", "--seed", "3", "--out", str(out)]
    )
    assert code in {0, None}
    return out.read_bytes()


@pytest.mark.release
def test_smote_writes_the_same_bytes_from_an_empty_a_partial_and_a_repaired_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = balanced(tmp_path / "first.zip", tmp_path / "empty", monkeypatch)
    dataset = open_source("sample:parts", tmp_path / "sample")
    some = np.random.default_rng(0).choice(len(dataset), 37, replace=False)
    embed(dataset, cache=tmp_path / "partial", rows=np.sort(some))
    for vectors in (tmp_path / "empty").rglob("*.npy"):
        damaged = bytearray(vectors.read_bytes())
        for place in range(2000, len(damaged), 90_000):
            damaged[place] ^= 0x11
        vectors.write_bytes(damaged)

    partial = balanced(tmp_path / "partial.zip", tmp_path / "partial", monkeypatch)
    repaired = balanced(tmp_path / "repaired.zip", tmp_path / "empty", monkeypatch)

    assert partial == first
    assert repaired == first
