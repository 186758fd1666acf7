"""Draw pictures with detail of all sizes, as photographs have."""

import cv2
import numpy as np

from core.pictures.decode import Pixels, decode


def detailed(seed: int) -> Pixels:
    """Return a (120, 160, 3) picture that no other seed gives."""
    rng = np.random.default_rng(seed)
    layers = [
        cv2.resize(rng.uniform(0, 1, (side, side, 3)), (160, 120), interpolation=cv2.INTER_CUBIC)
        / side
        for side in (3, 6, 12, 24, 48)
    ]
    whole = sum(layers[1:], start=layers[0])
    return np.asarray(255 * (whole - whole.min()) / np.ptp(whole), np.uint8)


def compressed(pixels: Pixels, quality: int = 40) -> Pixels:
    """Return the picture as it comes back from a JPEG of that quality."""
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return decode(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())
