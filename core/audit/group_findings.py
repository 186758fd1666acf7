"""Groups, such as patients, that stand in several splits."""

import numpy as np

from core.dataset import SPLITS, ImageDataset
from core.dataset.labelled import column_text
from core.finding import Finding, Severity
from core.words import count_of


def find_split_groups(dataset: ImageDataset) -> list[Finding]:
    """Return the groups with images in two or more splits; a row that names none is in one."""
    present = dataset.present_rows
    pairs = np.column_stack([dataset.group_codes[present], dataset.split_codes[present]])
    codes, splits = np.unique(np.unique(pairs, axis=0)[:, 0], return_counts=True)
    rows = present[np.isin(pairs[:, 0], codes[splits > 1])]
    if len(rows) == 0:
        return []
    count = int((splits > 1).sum())
    first = dataset.group_codes == dataset.group_codes[rows[0]]
    places = sorted(set(dataset.split_codes[first & (dataset.split_codes >= 0)].tolist()))
    name = str(dataset.table["group"].iloc[rows[0]])
    text = (
        f"{count_of(count, 'group')}{column_text(dataset)} {'is' if count == 1 else 'are'} in two "
        f"or more splits with {count_of(len(rows), 'image')}, such as '{name}' in "
        f"{' and '.join(SPLITS[place] for place in places)}: a model can know it from training."
    )
    remedy = "Move all images of a group to one split, or leave out those in the training split."
    return [Finding("group_leak", Severity.HIGH, rows, text, remedy)]
