"""The operations that make an augmented picture, in the order in which they are applied."""

from collections.abc import Mapping

from core.augment.blur import BLURS
from core.augment.colour import COLOURS
from core.augment.crops import CROPS
from core.augment.distortions import DISTORTIONS
from core.augment.light import LIGHT
from core.augment.loss import LOSSES
from core.augment.noise import NOISES
from core.augment.operation import Operation
from core.augment.turns import TURNS
from core.errors import SettingError

# Noise comes last: a crop, a turn or a blur after it would smooth it away. What moves pixels
# stands together, so that they are moved once.
# To add one: put its record into the module of its kind, not here.
OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        *(*CROPS, *TURNS, *DISTORTIONS),
        *(*LIGHT, *COLOURS),
        *(*BLURS, *LOSSES, *NOISES),
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
