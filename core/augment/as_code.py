"""Write a policy as a program: against this package, torchvision v2 or Albumentations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.augment.draws import MOST_ATTEMPTS
from core.augment.operations import OPERATIONS
from core.augment.policy import AugmentPolicy, Step


@dataclass(frozen=True)
class CodeForm:
    """One language of programs that augment."""

    name: str
    title: str
    help: str
    write: Callable[[AugmentPolicy], str]


def evenset_code(policy: AugmentPolicy) -> str:
    """Return a program that makes the very pictures that an export makes."""
    lines = [
        "from core.augment import AugmentPolicy, Wanted, apply, draw, make_step",
        "",
        "policy = AugmentPolicy(",
        "    (",
        *(f"        {_made(step)}," for step in policy.steps),
        "    ),",
        f"    seed={policy.seed},",
        f"    pick={policy.pick},",
        f"    border={policy.border!r},",
        ")",
        "",
        "",
        "def augmented(pixels, *, digest, repeat, label, ordinal=0, made_for=None):",
        '    """Return one augmented picture of (H, W, 3) uint8 RGB.',
        "",
        "    `digest` is the SHA-256 of the file, as text, `ordinal` its place among files of that",
        "    digest, from 0; `repeat` counts its pictures from 1. `made_for` is the class that a",
        "    mirror makes of `label`, where it does. What comes out as it was is drawn again.",
        '    """',
        f"    for attempt in range({MOST_ATTEMPTS}):",
        "        wanted = Wanted(",
        "            digest=digest, repeat=repeat, label=label, ordinal=ordinal,",
        "            made_for=made_for, attempt=attempt,",
        "        )",
        "        changed = apply(pixels, draw(policy, wanted))",
        "        if (changed != pixels).any():",
        "            break",
        "    return changed",
    ]
    return "\n".join(lines) + "\n"


def torchvision_code(policy: AugmentPolicy) -> str:
    """Return a program with torchvision's transforms v2, and what they have no equal of."""
    head = ["import torch", "from torchvision.transforms import v2", "", "SIZE = (224, 224)"]
    chooser = None
    if policy.pick is not None:
        # torchvision has no way to draw several without drawing one twice.
        one = "v2.RandomChoice(steps)" if policy.pick == 1 else "*[v2.RandomChoice(steps)]"
        chooser = one + (f" * {policy.pick}" if policy.pick > 1 else "")
    body = _function(policy, "torchvision", "v2.RandomApply([{text}], p={p:g})")
    ready = "v2.ToImage(), v2.ToDtype(torch.float32, scale=True)"
    last = f"    return v2.Compose([{ready}, {chooser or '*steps'}])"
    notes = _notes(policy, "torchvision", "torchvision")
    if policy.pick is not None and policy.pick > 1:
        notes.append("# One operation may be drawn twice for a picture.")
    return "\n".join([*notes, *head, "", "", *body, last]) + "\n"


def albumentations_code(policy: AugmentPolicy) -> str:
    """Return a program with Albumentations 2, and what it has no equal of."""
    border = {"reflect": "REFLECT_101", "edge": "REPLICATE", "wrap": "WRAP", "black": "CONSTANT"}
    head = [
        "import albumentations as A",
        "import cv2",
        "",
        "SIZE = (224, 224)",
        f"BORDER = cv2.BORDER_{border[policy.border]}",
    ]
    body = _function(policy, "albumentations", None)
    last = f"    return A.Compose(steps, seed={policy.seed})"
    if policy.pick is not None:
        last = f"    return A.SomeOf(steps, n={policy.pick}, replace=False, p=1)"
    notes = _notes(policy, "albumentations", "Albumentations")
    return "\n".join([*notes, *head, "", "", *body, last]) + "\n"


CODE_FORMS: Mapping[str, CodeForm] = {
    form.name: form
    for form in (
        CodeForm("evenset", "Evenset", "Exactly the pictures that Export makes.", evenset_code),
        CodeForm(
            "torchvision",
            "torchvision v2",
            "The closest transforms, for pictures drawn again in each epoch.",
            torchvision_code,
        ),
        CodeForm(
            "albumentations",
            "Albumentations",
            "The closest transforms of Albumentations 2.",
            albumentations_code,
        ),
    )
}


def _made(step: Step) -> str:
    values = {name: (float(low), float(high)) for name, (low, high) in step.values.items()}
    text = f"make_step({step.operation!r}, {values!r}, probability={step.probability!r}"
    if step.except_labels:
        text += f", except_labels={sorted(step.except_labels)!r}"
    if step.swapped_labels:
        text += f", swapped_labels={sorted(step.swapped_labels)!r}"
    return text + ")"


def _function(policy: AugmentPolicy, library: str, wrapped: str | None) -> list[str]:
    """Return the lines of a function that collects the steps for a label."""
    lines = [
        "def transform_for(label):",
        '    """Return what is done to pictures of class `label`."""',
        "    steps = []",
    ]
    for step in policy.ordered_steps:
        equal = OPERATIONS[step.operation].equals.get(library)
        if equal is None or step.probability == 0:
            continue
        # Where steps are picked, each is done for certain once it is.
        probability = step.probability if policy.pick is None else 1.0
        text = equal.write(step.values, probability)
        if wrapped is not None and not equal.has_probability and probability < 1:
            text = wrapped.format(text=text, p=probability)
        # A class that a mirror turns into another one is left alone: a label stays what it is.
        pairs = {label for pair in step.swapped_labels for label in pair}
        labels = sorted(step.except_labels | pairs)
        if labels:
            lines += [f"    if label not in {labels!r}:", f"        steps.append({text})"]
        else:
            lines.append(f"    steps.append({text})")
    return lines


def _notes(policy: AugmentPolicy, library: str, title: str) -> list[str]:
    """Return comments on what is missing or otherwise there."""
    operations = [OPERATIONS[step.operation] for step in policy.ordered_steps]
    missing = [operation.title for operation in operations if library not in operation.equals]
    notes = [f"# As near as {title} comes; its random numbers are others."]
    if missing:
        notes.append(f"# Without an equal in {title}, left out: {', '.join(missing)}.")
    for operation in operations:
        if library in operation.equals and operation.equals[library].remark:
            notes.append(f"# {operation.title}: {operation.equals[library].remark}")
    if any(step.swapped_labels for step in policy.steps):
        notes.append("# Classes that a mirror swaps are not mirrored: a transform keeps labels.")
    return notes
