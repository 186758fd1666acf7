"""What evidence comes to, in sentences for people."""

import numpy as np

from core.augment.evidence import Evidence
from core.augment.operations import OPERATIONS
from core.augment.verdict import UNDECIDED, Verdict
from core.dataset import ImageDataset
from core.words import count_of, listed, named

# Where no label can be taken for another, none can be said to be safe.
ONE_CLASS = "A label can be lost only to another class, and this set has one. Judge by eye."


def evidence_text(evidence: Evidence) -> str:
    """Return what the verdicts of all cells come to, and what they do not say."""
    harmed = sorted(
        {cell.trial.operation for cell in evidence.cells if cell.verdict is Verdict.CHANGES},
        key=list(OPERATIONS).index,
    )
    told = {cell.label for cell in evidence.cells if cell.verdict not in UNDECIDED}
    undecided = len(evidence.labels) - len(told)
    text = f"Judged by the encoder '{evidence.encoder}', within its limits. "
    if not told:
        return text + (
            "It could not judge any class: there are too few images, or it does not tell the "
            "classes apart. Judge by eye, or embed on Balance with an encoder that suits such "
            "pictures and try again."
        )
    text += "Safe: it still finds the label. Whether a model gains, Evaluate tells. "
    if harmed:
        titles = ", ".join(OPERATIONS[name].title.lower() for name in harmed)
        text += f"At some strength, these change the label of some class: {titles}."
    else:
        text += "No operation changes the label of a class that could be judged."
    if undecided:
        text += (
            f" {count_of(undecided, 'class')} could not be judged: there are too few images, or "
            "the encoder does not tell the class apart."
        )
    too_few = sum(cell.verdict is Verdict.TOO_FEW for cell in evidence.cells)
    if too_few:
        text += (
            f" Too few to say, {too_few:,} of {len(evidence.cells):,} times: of so few images, "
            "what destroys half the labels could pass for safe. Verdicts are corrected for their "
            "number."
        )
    if 2 * undecided > len(evidence.labels):
        text += " These are most classes: judge by eye instead, or embed on Balance with "
        text += "an encoder that suits such pictures and try again."
    return text


def since_text(evidence: Evidence, dataset: ImageDataset) -> str:
    """Return what has changed since of the images that were tried.

    Args:
        evidence: Measured before the labels were changed.
        dataset: The same images, with the labels and splits that there are now.
    """
    tried = {row: cell.label for cell in evidence.cells for row in cell.rows}
    is_here = np.isin(list(tried), dataset.training_rows)
    gone = len(tried) - int(is_here.sum())
    other = sum(
        dataset.label(row) != label
        for (row, label), is_one in zip(tried.items(), is_here, strict=True)
        if is_one
    )
    of = f"{count_of(len(tried), 'image')} that {'was' if len(tried) == 1 else 'were'} tried"
    if not gone and not other:
        return f"Labels have changed since then, of none of the {of}."
    parts = []
    if gone:
        parts.append(f"{gone:,} {'is' if gone == 1 else 'are'} left out or moved")
    if other:
        parts.append(f"{other:,} {'has' if other == 1 else 'have'} another label")
    return f"Labels have changed since then: of the {of}, {listed(parts)}. Try again to count this."


def mirror_text(evidence: Evidence) -> str | None:
    """Return a sentence on what a mirror does to the classes; None where none was tried."""
    mirrors = [trial for trial in evidence.trials if OPERATIONS[trial.operation].is_mirror]
    if not mirrors:
        return None
    title = OPERATIONS[mirrors[0].operation].title.lower()
    verdicts = {label: evidence.by_place[label, mirrors[0]].verdict for label in evidence.labels}
    changed = [label for label, verdict in verdicts.items() if verdict is Verdict.CHANGES]
    undecided = [label for label, verdict in verdicts.items() if verdict in UNDECIDED]
    if len(undecided) == len(verdicts):
        return "No class could be judged. Compare the pictures below."
    if changed:
        return f"A {title} changes the label of {named(changed)}."
    if undecided:
        return f"Of the classes that could be judged, a {title} changes none."
    return f"A {title} changes the label of no class."
