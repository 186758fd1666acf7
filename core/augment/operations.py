"""The operations that make an augmented picture, in the order in which they are applied."""

from collections.abc import Mapping

from core.augment.operation import Operation
from core.augment.operations_colour import COLOURING
from core.augment.operations_detail import BLURRING, LOSING
from core.augment.operations_geometry import MOVING
from core.errors import SettingError

# Noise comes last: a crop, a turn or a blur after it would smooth it away. What moves pixels
# stands together, so that they are moved once.
OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation for operation in (*MOVING, *COLOURING, *BLURRING, *LOSING)
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
