"""The encoders that there are: built in, or a pretrained model by its name."""

from collections.abc import Mapping
from pathlib import Path

from core.embed import builtin, classical
from core.embed.encoder import Encoder
from core.embed.hub import PREFIX
from core.embed.pretrained import find_pretrained
from core.errors import SettingError

# To add one: a record with what it costs and what loads it; all faces list it.
ENCODERS: Mapping[str, Encoder] = {
    encoder.name: encoder
    for encoder in (
        Encoder(
            name="builtin",
            title="Things, shapes and colours",
            help=(
                "A small network distilled from a large one, plus shapes and colours. Fast, no "
                "download. It recognises everyday objects and scenes. On fine differences between "
                "related kinds, and on pictures unlike photographs, it is little better than "
                "shapes and colours."
            ),
            source=builtin.SOURCE,
            dimension=builtin.DIMENSION,
            input_px=builtin.INPUT_PX,
            version=builtin.VERSION,
            open=builtin.open_encoder,
            core_seconds=6e-3,
            cut=builtin.cut_encoder,
            learn_seconds=1e-3,
            is_small=True,
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

DEFAULT_ENCODER = next(iter(ENCODERS))


def find_encoder(name: str) -> Encoder:
    """Return an encoder by name: a key of ENCODERS, 'hf:owner/model', or a folder with a model.

    Raises:
        SettingError: there is none of that name, or it cannot be used.
    """
    if name in ENCODERS:
        return ENCODERS[name]
    if name.startswith(PREFIX) or (Path(name) / "config.json").is_file():
        return find_pretrained(name)
    raise SettingError(
        f"Encoder '{name}' is unknown. Choose one of: {', '.join(ENCODERS)}, a model of Hugging "
        f"Face such as {PREFIX}facebook/dinov2-small, or a folder that contains one."
    )
