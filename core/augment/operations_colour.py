"""The operations that change light and colour, one record each."""

from core.augment.colour import (
    change_brightness,
    change_contrast,
    change_gamma,
    change_hue,
    change_saturation,
    draw_factor,
    draw_gamma,
    draw_hue,
    to_grey,
)
from core.augment.drawing import draw_nothing
from core.augment.operation import COLOUR, Operation
from core.parameters import Range

_JITTER = "Krizhevsky et al., NIPS 25 (2012); torchvision's ColorJitter"

COLOURING = (
    Operation(
        name="brightness",
        title="Brightness",
        help="Make the whole picture lighter or darker.",
        warning="Avoid if brightness decides the label: X-rays, thermal pictures, light meters.",
        source=_JITTER,
        kind=COLOUR,
        probability=0.5,
        draw=draw_factor,
        change=change_brightness,
        parameters=(
            Range(
                name="factor",
                title="Brightness",
                unit="",
                low=0.1,
                high=2.0,
                step=0.05,
                default=(0.8, 1.2),
                help="1 changes nothing, 2 doubles every value.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(0.8, 0.5, 1.25, 1.8),
    ),
    Operation(
        name="contrast",
        title="Contrast",
        help="Move light and dark apart, or towards the picture's mean brightness.",
        warning="Low contrast hides faint marks; high contrast clips them at white and black.",
        source=_JITTER,
        kind=COLOUR,
        probability=0.5,
        draw=draw_factor,
        change=change_contrast,
        parameters=(
            Range(
                name="factor",
                title="Contrast",
                unit="",
                low=0.1,
                high=2.0,
                step=0.05,
                default=(0.8, 1.2),
                help="1 changes nothing; near 0 everything becomes one grey.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(0.8, 0.4, 1.25, 1.8),
    ),
    Operation(
        name="gamma",
        title="Gamma",
        help="Lighten or darken the shadows; white and black stay.",
        warning="Avoid if the tone itself is measured.",
        source="torchvision's adjust_gamma",
        kind=COLOUR,
        probability=0.3,
        draw=draw_gamma,
        change=change_gamma,
        parameters=(
            Range(
                name="gamma",
                title="Gamma",
                unit="",
                low=0.3,
                high=3.0,
                step=0.05,
                default=(0.75, 1.35),
                help="1 changes nothing; below 1, shadows become lighter.",
            ),
        ),
        idle={"gamma": 1.0},
        levels=(0.75, 0.4, 1.35, 2.5),
    ),
    Operation(
        name="saturation",
        title="Saturation",
        help="Make colours stronger or paler. A grey picture stays as it is.",
        warning=(
            "Avoid if the strength of a colour decides the label: ripe and unripe, stained tissue."
        ),
        source=_JITTER,
        kind=COLOUR,
        probability=0.3,
        draw=draw_factor,
        change=change_saturation,
        parameters=(
            Range(
                name="factor",
                title="Saturation",
                unit="",
                low=0,
                high=2.0,
                step=0.05,
                default=(0.8, 1.2),
                help="1 changes nothing, 0 leaves grey.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(0.7, 0.3, 1.3, 2.0),
    ),
    Operation(
        name="hue",
        title="Hue",
        help=(
            "Shift all colours around the colour wheel: red to orange, blue to violet. Greys stay."
        ),
        warning="Use little if colour tells the classes apart: fruit, birds, traffic lights.",
        source=_JITTER,
        kind=COLOUR,
        probability=0.3,
        draw=draw_hue,
        change=change_hue,
        parameters=(
            Range(
                name="shift",
                title="Hue shift",
                unit="",
                low=-0.5,
                high=0.5,
                step=0.01,
                default=(-0.03, 0.03),
                help=(
                    "As a share of the colour wheel: 0.33 turns red to green, 0.5 to the opposite "
                    "colour."
                ),
            ),
        ),
        idle={"shift": 0.0},
        levels=(0.03, 0.1, 0.5),
    ),
    Operation(
        name="grey",
        title="Grey",
        help="Remove the colours.",
        warning="Avoid if colour tells the classes apart.",
        source="torchvision's RandomGrayscale",
        kind=COLOUR,
        probability=0.1,
        draw=draw_nothing,
        change=to_grey,
    ),
)
