"""Logit adjustment: nothing is added, and scores are shifted by the class sizes."""

from dataclasses import replace

import numpy as np

from core.resample.made import Made, TrainingSide
from core.resample.weights import log_priors


def adjust_logits(side: TrainingSide) -> Made:
    """Leave the images, and take the class sizes out of scores, as far as 'tau' says."""
    priors = log_priors(side.plan.before)
    tau = float(side.plan.settings["tau"])
    offset = [-tau * priors.get(label, 0.0) for label in side.dataset.classes]
    return replace(side.as_it_is(), logit_offset=np.array(offset, np.float64))
