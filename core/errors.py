"""The tree of exceptions: one class per thing that a caller can do about it."""


class EvensetError(Exception):
    """Base of all refusals. The text says what was found, where, and what to do next."""


class SourceError(EvensetError):
    """A source of images cannot be opened: choose another one."""


class EmptyDatasetError(SourceError):
    """A source holds no usable image: mend its layout or its files."""


class LimitError(SourceError):
    """A source is larger than the settings allow: make it smaller or raise the limit."""


class UnreadableImageError(EvensetError):
    """One image file cannot be used. The text is the bare reason, for the list of skipped files."""


class SettingError(EvensetError):
    """A setting is unknown or out of range: correct it."""


class TooFewImagesError(EvensetError):
    """A class is too small for what was asked of it."""

    def __init__(self, label: str, *, found: int, needed: int) -> None:
        images = "image" if found == 1 else "images"
        super().__init__(
            f"Class '{label}' has {found} {images}; at least {needed} are needed. "
            "Add images to it, or leave the class out."
        )


class TooFewClassesError(EvensetError):
    """There are fewer than two classes where a comparison of classes is asked for."""


class LeakError(EvensetError):
    """A row of a held-out side reached the side that learns. This is a fault of the program."""


class OutputError(EvensetError):
    """The place to write to cannot be used: choose another one."""


class CancelledError(EvensetError):
    """The person stopped the work. Nothing needs to be done."""
