"""The encoders that there are: built in, or a pretrained model by its name."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from core.embed import classical, efficientnet, halves
from core.embed.adapted import find_adapted, is_adapted
from core.embed.encoder import Encoder
from core.embed.hub import PREFIX
from core.embed.pretrained import find_pretrained
from core.errors import SettingError

_learned = partial(
    Encoder,
    source=halves.SOURCE,
    dimension=halves.DIMENSION,
    version=halves.VERSION,
    why_missing=efficientnet.why_missing,
    is_small=True,
)

# To add one: a record with what it costs and what loads it; all faces list it. The first is the
# default where what it needs is installed.
ENCODERS: Mapping[str, Encoder] = {
    encoder.name: encoder
    for encoder in (
        _learned(
            name="efficientnet",
            input_px=224,
            open=partial(halves.open_encoder, 224),
            cut=partial(halves.cut_encoder, 224),
            title="Things, shapes and colours",
            help=(
                "A network that learned 1,000 kinds of things from photographs, beside shapes and "
                "colours. No download. It tells objects, animals, clothes and scenes apart; "
                "drawings, scans and tiny pictures less well."
            ),
            core_seconds=12e-3,
            learn_seconds=2.3e-3,
        ),
        _learned(
            name="efficientnet-fast",
            input_px=128,
            open=partial(halves.open_encoder, 128),
            cut=partial(halves.cut_encoder, 128),
            title="Things, shapes and colours, fast",
            help=(
                "As 'Things, shapes and colours', in half the time: it sees pictures at 128 "
                "px instead of 224 px. Small parts and fine differences between kinds get lost."
            ),
            core_seconds=5e-3,
            learn_seconds=1e-3,
        ),
        Encoder(
            name="classical",
            title="Shapes and colours",
            help=(
                "Measures edges, texture and colours in each part of the picture. Fast, no "
                "download. It sees outline, pose, texture and colour but does not know what "
                "objects are, so a red car may be closer to a red apple than to a blue car."
            ),
            source=classical.SOURCE,
            dimension=classical.DIMENSION,
            input_px=classical.INPUT_PX,
            version=classical.VERSION,
            open=classical.open_encoder,
            core_seconds=3e-3,
            is_exact=True,
            is_small=True,
        ),
    )
}

DEFAULT_ENCODER = next(name for name, each in ENCODERS.items() if each.why_missing() is None)


def find_encoder(name: str) -> Encoder:
    """Return an encoder by name: a key of ENCODERS, 'hf:owner/model', or a folder.

    A folder holds an encoder that was adapted to images, or a model.

    Raises:
        SettingError: there is none of that name, or it cannot be used.
    """
    if name in ENCODERS:
        return ENCODERS[name]
    if is_adapted(Path(name)):
        return find_adapted(name, find_encoder)
    if name.startswith(PREFIX) or (Path(name) / "config.json").is_file():
        return find_pretrained(name)
    raise SettingError(
        f"Encoder '{name}' is unknown. Choose one of: {', '.join(ENCODERS)}, a model of Hugging "
        f"Face such as {PREFIX}facebook/dinov2-small, or a folder that contains one."
    )


def judge_of(name: str) -> str:
    """Return the encoder that may judge labels: of an adapted one the base, else the same.

    Of one that is not adapted nothing is looked up.

    Raises:
        SettingError: an adapted one is damaged, or its base is not there.
    """
    if not is_adapted(Path(name)):
        return name
    return find_encoder(name).base or name
