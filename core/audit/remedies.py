"""What a click does about images that look odd: look at them, or leave them out of training."""

import numpy as np

from core.dataset import ImageDataset, Rows
from core.dataset.edits import Change, Edit
from core.dataset.finding import Remedy
from core.words import count_of


def review_or_leave_out(dataset: ImageDataset, rows: Rows, why: str) -> tuple[Remedy, ...]:
    """Return to put images on the review list, and to leave those of the training split out.

    Those of a held-out split stay: to leave them out would only make a score look better.
    """
    rows = np.sort(rows)
    remedies = [
        Remedy(
            f"Put {count_of(len(rows), 'image')} on the review list",
            (Edit(rows, Change.REVIEW, why=why),),
        )
    ]
    training = np.intersect1d(rows, dataset.training_rows)
    if len(training):
        title = f"Leave {count_of(len(training), 'image')} out of training"
        remedies.append(Remedy(title, (Edit(training, Change.LEAVE_OUT, why=why),)))
    return tuple(remedies)
