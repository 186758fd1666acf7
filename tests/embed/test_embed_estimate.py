"""What embedding will take is told before it begins, by the encoder's own record."""

import pytest

from core.embed import (
    DEFAULT_ENCODER,
    ENCODERS,
    PRETRAINED,
    embedding_text,
    offered_encoders,
    seconds_to_embed,
)


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
