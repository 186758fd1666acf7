"""Hand over a balanced dataset that a trainer loads."""

from core.export.export import ExportReport, export
from core.export.items import ExportItem, export_name, list_items
from core.export.manifest import ManifestRow
from core.export.recipe import Recipe, read_recipe
from core.export.top_up import TopUp
from core.export.writers import FORMATS, Format, check_target

__all__ = [
    "FORMATS",
    "ExportItem",
    "ExportReport",
    "Format",
    "ManifestRow",
    "Recipe",
    "TopUp",
    "check_target",
    "export",
    "export_name",
    "list_items",
    "read_recipe",
]
