"""The operations that blur, sharpen, cover, compress and add noise, one record each."""

from core.augment.blur import (
    box_blur,
    draw_gaussian_blur,
    draw_motion_blur,
    draw_sharpen,
    draw_window,
    gaussian_blur,
    median_blur,
    motion_blur,
    sharpen,
)
from core.augment.loss import cutout, draw_cutout, draw_jpeg, jpeg
from core.augment.noise import (
    draw_gaussian_noise,
    draw_salt_and_pepper,
    gaussian_noise,
    salt_and_pepper,
)
from core.augment.operation import BLUR, LOSS, Operation
from core.parameters import Range

_CORRUPTIONS = "Hendrycks & Dietterich, ICLR 2019, arXiv:1903.12261"
_FINE = (
    "Fine texture, small text and thin cracks disappear; use little or none if they decide the "
    "label."
)


def _window(title: str, help_: str, high: int, default: tuple[int, int]) -> Range:
    return Range(
        name="size", title=title, unit="px", low=3, high=high, step=2, default=default, help=help_
    )


BLURRING = (
    Operation(
        name="gaussian_blur",
        title="Gaussian blur",
        help="Soften the picture, like a lens out of focus.",
        warning=_FINE,
        source=f"{_CORRUPTIONS}: blur corruptions",
        kind=BLUR,
        probability=0.2,
        draw=draw_gaussian_blur,
        change=gaussian_blur,
        parameters=(
            Range(
                name="sigma",
                title="Blur",
                unit="px",
                low=0,
                high=5,
                step=0.1,
                default=(0.3, 1.5),
                help="Standard deviation of the Gaussian. On a picture of 32 px, 1 px is already "
                "strong.",
            ),
        ),
        idle={"sigma": 0.0},
        levels=(0.7, 1.5, 5),
        keeps_alpha=False,
    ),
    Operation(
        name="box_blur",
        title="Box blur",
        help="Replace each pixel by the mean of a square around it.",
        warning=_FINE,
        source="Gonzalez & Woods, Digital Image Processing, 4th ed. (2018), section 3.5",
        kind=BLUR,
        probability=0.2,
        draw=draw_window,
        change=box_blur,
        parameters=(_window("Square", "Side length of the square.", 15, (3, 5)),),
        levels=(3, 7, 15),
        keeps_alpha=False,
    ),
    Operation(
        name="median_blur",
        title="Median blur",
        help="Replace each value by the median of a square around it: specks disappear, edges "
        "stay.",
        warning=_FINE,
        source="Gonzalez & Woods, Digital Image Processing, 4th ed. (2018), section 5.3",
        kind=BLUR,
        probability=0.1,
        draw=draw_window,
        change=median_blur,
        parameters=(_window("Square", "Side length of the square.", 15, (3, 5)),),
        levels=(3, 7, 15),
        keeps_alpha=False,
    ),
    Operation(
        name="motion_blur",
        title="Motion blur",
        help="Smear the picture along a line, like a moving camera.",
        warning=_FINE,
        source=f"{_CORRUPTIONS}: motion blur",
        kind=BLUR,
        probability=0.2,
        draw=draw_motion_blur,
        change=motion_blur,
        parameters=(
            _window("Movement", "Length of the line.", 31, (3, 7)),
            Range(
                name="angle",
                title="Direction",
                unit="°",
                low=0,
                high=360,
                step=1,
                default=(0, 360),
                help="0 is to the right, 90 upwards.",
            ),
        ),
        levels=(5, 11, 31),
        keeps_alpha=False,
    ),
    Operation(
        name="sharpen",
        title="Sharpen",
        help="Make edges harder, or softer below 1.",
        warning="Noise and JPEG blocks grow with the edges.",
        source="torchvision's adjust_sharpness",
        kind=BLUR,
        probability=0.2,
        draw=draw_sharpen,
        change=sharpen,
        parameters=(
            Range(
                name="factor",
                title="Sharpness",
                unit="",
                low=0,
                high=6,
                step=0.1,
                default=(1.2, 2.5),
                help="1 changes nothing, 0 smooths.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(2, 4, 6),
        keeps_alpha=False,
    ),
)

LOSING = (
    Operation(
        name="jpeg",
        title="JPEG quality",
        help="Encode the picture as JPEG and decode it: adds blocks and pale colour edges.",
        warning="Fine texture disappears first.",
        source=f"{_CORRUPTIONS}: JPEG compression",
        kind=LOSS,
        probability=0.2,
        draw=draw_jpeg,
        change=jpeg,
        parameters=(
            Range(
                name="quality",
                title="JPEG quality",
                unit="",
                low=5,
                high=95,
                step=1,
                default=(50, 90),
                help="Cameras use 90 or more; below 30, blocks are visible.",
            ),
        ),
        levels=(60, 30, 10),
    ),
    Operation(
        name="cutout",
        title="Cutout",
        help="Cover a rectangle with grey, so that no single part decides the label.",
        warning="It may cover what the label names: small things, single marks.",
        source="DeVries & Taylor, arXiv:1708.04552; torchvision's RandomErasing",
        kind=LOSS,
        probability=0.2,
        draw=draw_cutout,
        change=cutout,
        parameters=(
            Range(
                name="scale",
                title="Share of the area covered",
                unit="",
                low=0.0,
                high=0.5,
                step=0.01,
                default=(0.02, 0.15),
                help="torchvision goes up to 0.33.",
            ),
            Range(
                name="ratio",
                title="Width to height",
                unit="",
                low=0.3,
                high=3.3,
                step=0.1,
                default=(0.5, 2.0),
                help="Proportions of the rectangle relative to the picture.",
            ),
        ),
        idle={"scale": 0.0},
        levels=(0.05, 0.2, 0.5),
    ),
    Operation(
        name="gaussian_noise",
        title="Gaussian noise",
        help="Make each value slightly lighter or darker at random, like a camera in poor light. "
        "The mean brightness stays, and a grey picture stays grey.",
        warning="Strong noise hides fine texture and faint marks, which may be what the label "
        "names.",
        source=f"{_CORRUPTIONS}: Gaussian noise",
        kind=LOSS,
        probability=0.3,
        draw=draw_gaussian_noise,
        change=gaussian_noise,
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
        levels=(8, 25, 80),
    ),
    Operation(
        name="salt_and_pepper",
        title="Salt and pepper",
        help="Make single pixels white or black, half and half, as dead sensor pixels and "
        "transmission errors do.",
        warning=(
            "Specks can be mistaken for what the label names: stars, dust, defects, punctuation."
        ),
        source="Gonzalez & Woods, Digital Image Processing, 4th ed. (2018), section 5.2",
        kind=LOSS,
        probability=0.2,
        draw=draw_salt_and_pepper,
        change=salt_and_pepper,
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
        levels=(1, 5, 20),
    ),
)
