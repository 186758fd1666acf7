"""Which files an export holds: where its pictures lie, and the files beside them.

`layout` says what a layout is; each stands in a module with its index files, readers and card:
`class_folders` (also those of YOLO), `imagefolder`, `parquet`, `webdataset` and `index`. `tree`
draws one.
"""

from collections.abc import Mapping

from core.errors import SettingError
from core.export.layouts.class_folders import CLASS_FOLDERS, YOLO
from core.export.layouts.imagefolder import IMAGEFOLDER
from core.export.layouts.index import INDEX
from core.export.layouts.layout import Layout, Shard, Shards
from core.export.layouts.parquet import PARQUET
from core.export.layouts.tree import draw_tree
from core.export.layouts.webdataset import WEBDATASET

__all__ = [
    "DEFAULT_LAYOUT",
    "LAYOUTS",
    "Layout",
    "Shard",
    "Shards",
    "draw_tree",
    "find_layout",
]

# To add one: a module with its record.
LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout for layout in (CLASS_FOLDERS, IMAGEFOLDER, PARQUET, WEBDATASET, YOLO, INDEX)
}
DEFAULT_LAYOUT = CLASS_FOLDERS


def find_layout(name: str) -> Layout:
    """Return the layout called `name`.

    Raises:
        SettingError: there is none.
    """
    if name not in LAYOUTS:
        raise SettingError(f"There is no layout '{name}'. The layouts are: {', '.join(LAYOUTS)}.")
    return LAYOUTS[name]
