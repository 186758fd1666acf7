"""Which files an export holds: where its pictures lie, and the files beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.dataset import TRAIN, ImageDataset
from core.errors import SettingError
from core.export import index_files
from core.export.card import CLASS_FOLDER_CARD, CLASS_FOLDER_CAVEAT, CLASS_FOLDER_READERS
from core.export.index_files import IndexFile
from core.export.names import class_folders
from core.resample import BalancePlan
from core.words import count_of

_MOST_SHOWN = 5  # folders of one folder
_COMMON = (
    index_files.MANIFEST,
    index_files.TRAINING,
    index_files.RECIPE,
    *index_files.VECTORS,
    index_files.LEFT_OUT,
)


@dataclass(frozen=True)
class Layout:
    """One way to lay files out; any container can hold it."""

    name: str
    title: str
    help: str
    folder: Callable[[str, str], str]  # split, class as a safe name -> where its pictures lie
    index: tuple[IndexFile, ...]
    readers: tuple[str, ...] = ()  # code that reads it, with FOLDER for its place
    caveat: str = ""  # what does not

    def index_of(self, dataset: ImageDataset, plan: BalancePlan) -> list[IndexFile]:
        """Return the files beside the pictures, in this order."""
        return [file for file in self.index if file.is_there(dataset, plan)]


# To add one: say where pictures lie and which common files stand beside them, and bring a card,
# readers and a caveat of its own: those of class folders tell of class folders.
LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            name="class_folders",
            title="A folder per class",
            help="Inside a folder per split: what torchvision, Keras and Hugging Face read.",
            folder=lambda split, name: f"{split}/{name}",
            index=(*_COMMON, CLASS_FOLDER_CARD),
            readers=CLASS_FOLDER_READERS,
            caveat=CLASS_FOLDER_CAVEAT,
        ),
    )
}
DEFAULT_LAYOUT = next(iter(LAYOUTS.values()))


def find_layout(name: str) -> Layout:
    """Return the layout called `name`.

    Raises:
        SettingError: there is none.
    """
    if name not in LAYOUTS:
        raise SettingError(f"There is no layout '{name}'. The layouts are: {', '.join(LAYOUTS)}.")
    return LAYOUTS[name]


def draw_tree(layout: Layout, dataset: ImageDataset, plan: BalancePlan, name: str) -> str:
    """Return the files of an export that is called `name` as an indented tree, with counts."""
    names = class_folders(dataset.classes)
    pictures: dict[str, int] = {}
    by_size = sorted(plan.before, key=lambda label: -plan.before[label])
    for split in dataset.splits:
        counts = plan.after if split == TRAIN else dataset.counts(split)
        for label in by_size:
            if counts[label]:
                folder = layout.folder(split, names[label])
                pictures[folder] = pictures.get(folder, 0) + counts[label]
    lines = [f"{name}/", *_branches(pictures, "  ")]
    return "\n".join([*lines, *(f"  {file.name}" for file in layout.index_of(dataset, plan))])


def _branches(pictures: Mapping[str, int], indent: str) -> list[str]:
    """Return the lines of folders: 'train/', and below it 'cat/   12'."""
    below: dict[str, dict[str, int]] = {}
    for path, count in pictures.items():
        first, _, rest = path.partition("/")
        below.setdefault(first, {})[rest] = count
    lines = []
    shown = dict(list(below.items())[:_MOST_SHOWN])
    names = max((len(first) + 1 for first in shown), default=0)
    counts = max((len(f"{inside.get('', 0):,}") for inside in shown.values()), default=0)
    for first, inside in shown.items():
        own = inside.pop("", 0)
        held = f"{own:>{counts},}" if own else ""
        lines.append(f"{indent}{first + '/':<{names}}  {held}".rstrip())
        lines += _branches(inside, indent + "  ")
    if len(below) > _MOST_SHOWN:
        lines.append(f"{indent}and {count_of(len(below) - _MOST_SHOWN, 'more folder')}")
    return lines
