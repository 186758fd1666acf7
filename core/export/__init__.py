"""Hand over a balanced dataset that a trainer loads.

Read `export` first: it lists the pictures and turns each into the bytes of a file (`items`, by
`originals` and `names`), and writes them (`pictures`) and the files beside them. `layouts` says
which files: each picture one, many in a shard, or none; and those beside them (`index_files`, of
them the `manifest`, the `card`, `croissant`, the `recipe`, the numbers for `training` and the
`vectors`). `containers` says where they go to, with a `journal` from which an interrupted export
goes on; a layout fits each container. `contents` says what an export will hold before it is
written, and `samples` makes a few of its pictures. `trainer_code` lists code that trains on it.
"""

from core.export.containers import CONTAINERS, Container, check_target, container_of, find_container
from core.export.contents import contents_sentence, cost_sentence, work_sentence, written_sentence
from core.export.export import ExportReport, ExportSource, check_classes, export
from core.export.items import export_name, list_items
from core.export.layouts import DEFAULT_LAYOUT, LAYOUTS, Layout, draw_tree, find_layout
from core.export.originals import AS_THEY_ARE, DEFAULT_ORIGINALS, ENCODED_ANEW
from core.export.recipe import Recipe, make_recipe, read_recipe
from core.export.samples import Sample, Samples, make_samples
from core.export.trainer_code import SNIPPETS, Snippet, find_snippet, fitting_snippets
from core.export.training import Training, read_training

__all__ = [
    "AS_THEY_ARE",
    "CONTAINERS",
    "DEFAULT_LAYOUT",
    "DEFAULT_ORIGINALS",
    "ENCODED_ANEW",
    "LAYOUTS",
    "SNIPPETS",
    "Container",
    "ExportReport",
    "ExportSource",
    "Layout",
    "Recipe",
    "Sample",
    "Samples",
    "Snippet",
    "Training",
    "check_classes",
    "check_target",
    "container_of",
    "contents_sentence",
    "cost_sentence",
    "draw_tree",
    "export",
    "export_name",
    "find_container",
    "find_layout",
    "find_snippet",
    "fitting_snippets",
    "list_items",
    "make_recipe",
    "make_samples",
    "read_recipe",
    "read_training",
    "work_sentence",
    "written_sentence",
]
