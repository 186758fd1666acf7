"""A learned encoder in two parts: the same vectors, until its last block learns."""

import numpy as np
import torch
from image_sets import picture
from numpy.typing import NDArray

from core.embed.encoders import ENCODERS

LEARNED = ENCODERS["efficientnet-fast"]


def pictures(count: int) -> NDArray[np.uint8]:
    """Return prepared pictures."""
    return np.stack([LEARNED.prepare(picture(number), LEARNED.input_px) for number in range(count)])


def test_the_parts_give_the_vectors_of_the_whole() -> None:
    batch = pictures(4)
    assert LEARNED.cut is not None
    cut = LEARNED.cut("cpu")

    states = cut.begin(batch)
    with torch.no_grad():
        vectors = cut.finish(torch.tensor(states).float()).numpy()

    assert states.dtype == np.float16
    np.testing.assert_allclose(vectors, LEARNED.open("cpu")(batch), atol=0.01)


def test_a_block_that_changed_changes_vectors_and_not_what_goes_into_it() -> None:
    batch = pictures(2)
    assert LEARNED.cut is not None
    cut = LEARNED.cut("cpu")
    states = cut.begin(batch)
    before = cut.finish(torch.tensor(states).float())

    with torch.no_grad():
        for parameter in cut.block.parameters():
            parameter.mul_(1.5)

    after = cut.finish(torch.tensor(states).float())
    assert (after - before).abs().max() > 1e-3
    assert np.array_equal(cut.begin(batch), states)
    np.testing.assert_allclose(LEARNED.open("cpu")(batch), before.detach().numpy(), atol=0.01)


def test_all_of_the_last_block_learns() -> None:
    assert LEARNED.cut is not None
    cut = LEARNED.cut("cpu")

    vectors = cut.finish(torch.tensor(cut.begin(pictures(3))).float())
    vectors[:, ::2].sum().backward()  # type: ignore[no-untyped-call]

    for parameter in cut.block.parameters():
        assert parameter.grad is not None
        assert parameter.grad.abs().max() > 0
