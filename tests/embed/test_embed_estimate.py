"""What embedding will take is told before it begins, by the encoder's own record."""

from pathlib import Path

import pytest
from image_sets import read_folder, write_folder

from core.embed import (
    DEFAULT_ENCODER,
    ENCODERS,
    PRETRAINED,
    embed,
    embedding_first_text,
    embedding_text,
    offered_encoders,
    seconds_to_embed,
)
from core.embed.estimate import count_missing


@pytest.mark.parametrize("name", [*ENCODERS, *PRETRAINED])
def test_what_can_be_chosen_says_what_it_takes(name: str) -> None:
    offer = offered_encoders()[name]

    assert offer.core_seconds > 0
    assert seconds_to_embed(name, 100, cores=2) == 50 * offer.core_seconds


def test_where_nothing_is_downloaded_only_our_own_encoders_are_offered() -> None:
    assert list(offered_encoders(downloads=False)) == list(ENCODERS)


def test_of_a_model_that_nobody_listed_the_usual_is_said() -> None:
    medium = [model for model in PRETRAINED.values() if model.speed == "medium"]

    for name in ("hf:somebody/model", "/a/folder"):
        assert seconds_to_embed(name, 100, cores=1) == 100 * medium[0].core_seconds


def test_the_sentence_names_the_time_and_what_shortens_it() -> None:
    # 12,000 pictures at 12 ms each are 144 s of one core.
    assert embedding_text(DEFAULT_ENCODER, 12_000, device="cpu", cores=2) == (
        "Estimated time: 70 s, less if cached."
    )
    assert embedding_text(DEFAULT_ENCODER, 12_000, device="cuda", cores=2) == (
        "Estimated time on the CPU: 70 s; less on a GPU or if cached."
    )


def test_what_comes_first_is_said_with_the_encoder() -> None:
    told = embedding_first_text("classical", 1, device="cpu")

    assert told.startswith("Embeds 1 image first, with the encoder '")
    assert told.endswith(embedding_text("classical", 1, device="cpu"))


def test_what_a_cache_lacks_is_counted_by_encoder(tmp_path: Path) -> None:
    dataset = read_folder(write_folder(tmp_path / "set", {"cat": 3, "dog": 2}))
    cache = tmp_path / "cache"
    before = count_missing(dataset, "classical", cache)

    embed(dataset, encoder="classical", cache=cache, rows=[0, 1])
    embed(dataset, encoder="classical", cache=cache, rows=[1, 4])

    assert before == 5
    assert count_missing(dataset, "classical", cache) == 2
    assert count_missing(dataset, DEFAULT_ENCODER, cache) == 5


def test_a_damaged_list_of_a_cache_counts_as_nothing(tmp_path: Path) -> None:
    dataset = read_folder(write_folder(tmp_path / "set", {"cat": 3}))
    embed(dataset, encoder="classical", cache=tmp_path / "cache")
    for place in (tmp_path / "cache").rglob("*.parquet"):
        place.write_bytes(b"damaged")

    assert count_missing(dataset, "classical", tmp_path / "cache") == 3
