"""The operations that make an augmented picture, one record each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.augment.blur import draw_gaussian_blur, gaussian_blur
from core.augment.drawing import Drawn
from core.augment.geometry import (
    crop,
    draw_crop,
    draw_nothing,
    draw_rotate,
    flip_horizontally,
    flip_vertically,
    rotate,
)
from core.augment.noise import (
    draw_gaussian_noise,
    draw_salt_and_pepper,
    gaussian_noise,
    salt_and_pepper,
)
from core.errors import SettingError
from core.images import Pixels
from core.parameters import Range, RangeValues


@dataclass(frozen=True)
class Operation:
    """One way to change a picture."""

    name: str
    title: str
    help: str  # what it does
    warning: str  # when it can change what the label means
    source: str
    probability: float  # the chance that it is used, unless a policy says otherwise
    draw: Callable[[np.random.Generator, RangeValues], dict[str, float]]
    # Returns a new C-contiguous uint8 array of the same shape; never changes its input.
    apply: Callable[[Pixels, Drawn], Pixels]
    parameters: tuple[Range, ...] = ()
    idle: Drawn = field(default_factory=dict)  # values that change no picture; empty: none do

    def is_idle(self, drawn: Drawn) -> bool:
        """Tell whether these values leave every picture as it is."""
        return bool(self.idle) and self.idle.items() <= drawn.items()


# In the order in which they are applied. Noise comes last: a crop, a turn or a blur after it
# would smooth it away.
OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation(
            name="crop",
            title="Crop",
            help="Cut out a part of the picture at a random place and bring it back to the old "
            "size.",
            warning="A small part may miss what the label names, or show it too large where size "
            "tells the classes apart.",
            source="Krizhevsky et al., NIPS 25 (2012): random crops",
            probability=1.0,
            draw=draw_crop,
            apply=crop,
            parameters=(
                Range(
                    name="fraction",
                    title="Share of each side kept",
                    unit="",
                    low=0.5,
                    high=1.0,
                    step=0.01,
                    default=(0.8, 1.0),
                    help="0.8 keeps 80 % of the width and of the height; 1 keeps everything.",
                ),
            ),
            idle={"fraction": 1.0},
        ),
        Operation(
            name="horizontal_flip",
            title="Horizontal flip",
            help="Swap left and right, as in a mirror.",
            warning="Not where the side matters: text, digits, traffic signs, a left or a right "
            "hand, X-rays.",
            source="Krizhevsky et al., NIPS 25 (2012): horizontal reflections",
            probability=0.5,
            draw=draw_nothing,
            apply=flip_horizontally,
        ),
        Operation(
            name="vertical_flip",
            title="Vertical flip",
            help="Swap top and bottom.",
            warning="Only where a picture has no up and down, as from above or through a "
            "microscope. A 6 becomes nearly a 9, and a car upside down is never met.",
            source="Shorten & Khoshgoftaar, Journal of Big Data 6:60 (2019), "
            "doi:10.1186/s40537-019-0197-0",
            probability=0.5,
            draw=draw_nothing,
            apply=flip_vertically,
        ),
        Operation(
            name="rotate",
            title="Rotate",
            help="Turn the picture about its centre. Positive angles turn it counter-clockwise; "
            "corners that come free are filled with the mirrored picture.",
            warning="Keep the angle small where direction matters: 6 and 9, arrows, b and q. "
            "Beyond 45 degrees few objects look as a camera sees them.",
            source="Shorten & Khoshgoftaar, Journal of Big Data 6:60 (2019), "
            "doi:10.1186/s40537-019-0197-0",
            probability=0.5,
            draw=draw_rotate,
            apply=rotate,
            parameters=(
                Range(
                    name="degrees",
                    title="Angle",
                    unit="°",
                    low=-180,
                    high=180,
                    step=1,
                    default=(-15, 15),
                    help="Positive angles turn counter-clockwise.",
                ),
            ),
            idle={"degrees": 0.0},
        ),
        Operation(
            name="gaussian_blur",
            title="Gaussian blur",
            help="Soften the picture, as a lens out of focus does.",
            warning="Fine texture, small text and thin cracks disappear; where they decide the "
            "label, use little or none.",
            source="Hendrycks & Dietterich, ICLR 2019, arXiv:1903.12261: blur corruptions",
            probability=0.2,
            draw=draw_gaussian_blur,
            apply=gaussian_blur,
            parameters=(
                Range(
                    name="sigma",
                    title="Blur",
                    unit="px",
                    low=0,
                    high=5,
                    step=0.1,
                    default=(0.3, 1.5),
                    help="Standard deviation of the bell curve. On a picture of 32 px, 1 px "
                    "is already much.",
                ),
            ),
            idle={"sigma": 0.0},
        ),
        Operation(
            name="gaussian_noise",
            title="Gaussian noise",
            help="Make each value a little lighter or darker at random, as a camera does in poor "
            "light. The mean brightness stays, and a grey picture stays grey.",
            warning="Strong noise hides fine texture and faint marks, which may be what the label "
            "names.",
            source="Hendrycks & Dietterich, ICLR 2019, arXiv:1903.12261: Gaussian noise",
            probability=0.3,
            draw=draw_gaussian_noise,
            apply=gaussian_noise,
            parameters=(
                Range(
                    name="sigma",
                    title="Noise",
                    unit="grey levels",
                    low=0,
                    high=100,
                    step=1,
                    default=(4, 16),
                    help="Standard deviation, on the scale from 0 (black) to 255 (white).",
                ),
            ),
            idle={"sigma": 0.0},
        ),
        Operation(
            name="salt_and_pepper",
            title="Salt and pepper",
            help="Make single pixels white or black, half and half, as dead sensor pixels and "
            "transmission errors do.",
            warning="Specks can be taken for what the label names: stars, dust, defects, "
            "punctuation.",
            source="Gonzalez & Woods, Digital Image Processing, 4th ed. (2018), section 5.2",
            probability=0.2,
            draw=draw_salt_and_pepper,
            apply=salt_and_pepper,
            parameters=(
                Range(
                    name="amount",
                    title="Pixels changed",
                    unit="%",
                    low=0,
                    high=25,
                    step=0.1,
                    default=(1, 4),
                    help="Share of the pixels that become white or black.",
                ),
            ),
            idle={"amount": 0.0},
        ),
    )
}


def find_operation(name: str) -> Operation:
    """Return the operation called `name`.

    Raises:
        SettingError: there is none.
    """
    if name not in OPERATIONS:
        known = ", ".join(OPERATIONS)
        raise SettingError(f"There is no operation '{name}'. The operations are: {known}.")
    return OPERATIONS[name]
