"""Write tables as other programs do, and find those of a folder."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from image_sets import write_files

from core.ingest.folder import list_folder
from core.ingest.tables import FoundTables, Table, find_tables, read_cells

Files = Mapping[str, bytes | str | object]

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def found_in(folder: Path, files: Files) -> FoundTables:
    """Return the tables of a folder of files; what is no text and no bytes is written as JSON."""
    written = {
        name: content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content)).encode()
        for name, content in files.items()
    }
    listing = list_folder(write_files(folder / "set", written))
    places = sorted(range(len(listing.paths)), key=listing.paths.__getitem__)
    return find_tables(listing, places)


def rows_of(table: Table) -> list[tuple[str, ...]]:
    """Return the cells of all rows of a table."""
    return [row for _, row in read_cells(table, range(table.width), has_header=False)]


def passed_in(folder: Path, files: Files) -> dict[str, str]:
    """Return what was passed over in a folder of files, and why."""
    return {passed.path: passed.reason for passed in found_in(folder, files).passed}


def pictures(*names: str, folder: str = "") -> dict[str, bytes]:
    """Return files that may be pictures; nothing looks into them."""
    return {f"{folder}/{name}" if folder else name: b"" for name in names}


def xlsx(sheet_data: str, shared: Sequence[str] = (), relations: str = "") -> bytes:
    """Return a workbook of one sheet, of which each cell is spelled out in XML."""
    strings = "".join(f"<si><t>{text}</t></si>" for text in shared)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations(_OFFICE, "officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            _OFFICE, "worksheet", "worksheets/sheet1.xml", "sharedStrings"
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet_data}'
        f"</sheetData>{relations}</worksheet>",
    }
    return zipped(parts)


def ods(rows: str) -> bytes:
    """Return an OpenDocument sheet of these rows in XML."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped(
        {
            "mimetype": kind,
            "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:'
            f'manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>',
            "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        }
    )


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of some files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _relations(base: str, kind: str, target: str, *others: str) -> str:
    every = [(kind, target), *((other, f"{other}.xml") for other in others)]
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{base}/{name}" Target="{path}"/>'
        for number, (name, path) in enumerate(every, 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{listed}</Relationships>'
