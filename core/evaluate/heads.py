"""The heads that a comparison can learn with, one record each."""

from collections.abc import Mapping

from core.embed import DEFAULT_ENCODER, ENCODERS, Embeddings, find_encoder
from core.errors import SettingError
from core.evaluate.head import Head, OpenHead, Work
from core.evaluate.inputs import pixel_input
from core.evaluate.linear_model import fit_discriminant, fit_logistic
from core.evaluate.vector_heads import predict_neighbors, predict_with

# Passes over the training side, and what one core at 2 GHz takes.
_TUNED, _TRAINED = 8, 10
_POINT_SECONDS = 3e-6  # for a point and a class, where vectors are learned from
_TABLE_SECONDS = 1e-5  # for a point, where its table of products is all that is learned from
_PICTURE_SECONDS = 1e-3  # for a picture and a pass, of the small network


def _on_vectors(work: Work) -> float:
    return work.pieces * work.class_count * _POINT_SECONDS


def _in_closed_form(work: Work) -> float:
    return work.pieces * _TABLE_SECONDS


def _on_pixels(work: Work) -> float:
    return work.pieces * _TRAINED * _PICTURE_SECONDS


def _on_layers(work: Work) -> float | None:
    # Looked up, not found: an estimate asks nothing of Hugging Face.
    encoder = ENCODERS.get(work.encoder)
    if encoder is None or encoder.learn_seconds is None:
        return None
    return work.pieces * _TUNED * encoder.learn_seconds


def _open_network(embeddings: Embeddings, device: str) -> OpenHead:  # noqa: ARG001
    from core.evaluate.network import SIDE_PX, train_network

    return OpenHead(train_network, pixel_input(SIDE_PX), is_small=True)


def _open_fine_tuning(embeddings: Embeddings, device: str) -> OpenHead:
    from core.evaluate.fine_tuning import open_fine_tuning

    return open_fine_tuning(embeddings.encoder, device)


# To add one: a record with its cost and what trains it; it sees only the training side.
HEADS: Mapping[str, Head] = {
    head.name: head
    for head in (
        Head(
            "linear",
            "Linear model on embeddings",
            "A logistic regression on the vectors of the encoder: takes seconds, and is as good "
            "as the encoder.",
            lambda *_: OpenHead(predict_with(fit_logistic)),
            _on_vectors,
            fitter=fit_logistic,
        ),
        Head(
            "discriminant",
            "Shrunken discriminant on embeddings",
            "A linear discriminant in closed form on the vectors of the encoder: the fastest "
            "head, and steady where classes have few images.",
            lambda *_: OpenHead(predict_with(fit_discriminant)),
            _in_closed_form,
            fitter=fit_discriminant,
        ),
        Head(
            "neighbours",
            "Nearest neighbours",
            "The five nearest training images vote. Nothing is learned, so it shows the effect of "
            "the points alone.",
            lambda *_: OpenHead(predict_neighbors),
            _on_vectors,
        ),
        Head(
            "fine_tuning",
            "Encoder with its last block fine-tuned",
            "Starts as the linear model and fine-tunes the last block of the encoder with it: "
            "minutes to hours on a CPU. SMOTE's points become augmented pictures here.",
            _open_fine_tuning,
            _on_layers,
            learns_from_pictures=True,
            needs_layers=True,
            repeats=1,
            steps=_TUNED,
        ),
        Head(
            "network",
            "Small network on pixels",
            "Six 3 x 3 convolution layers on squares of 32 px, trained from scratch for each "
            "strategy, as in tutorials: minutes to hours on a CPU. SMOTE's points become "
            "augmented pictures here.",
            _open_network,
            _on_pixels,
            learns_from_pictures=True,
            repeats=1,
            steps=_TRAINED,
        ),
    )
}

DEFAULT_HEAD = next(iter(HEADS))


def find_head(name: str) -> Head:
    """Return the head called `name`.

    Raises:
        SettingError: there is none.
    """
    if name not in HEADS:
        raise SettingError(f"There is no head '{name}'. The heads are: {', '.join(HEADS)}.")
    return HEADS[name]


def check_head(head: Head, encoder: str) -> None:
    """Refuse a head that cannot learn with an encoder.

    Raises:
        SettingError: the head tunes layers, and the encoder has none; or there is no such encoder.
    """
    if head.needs_layers and find_encoder(encoder).cut is None:
        raise SettingError(
            f"The encoder '{encoder}' has no layers to fine-tune. Embed the images with "
            f"'{DEFAULT_ENCODER}' or a pretrained model, or choose another head."
        )
