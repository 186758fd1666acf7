"""The labels file and columns that a person names."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.dataset import Choices
from core.errors import SettingError
from core.ingest.columns import Columns
from core.ingest.exports import export_file
from core.ingest.label_tables import find_columns, sample_cells, with_column
from core.ingest.labels import LabelsFile
from core.ingest.listing import Listing
from core.ingest.names import is_junk, suffix_of
from core.ingest.readings import Source
from core.ingest.tables import TABLE_SUFFIXES, Table, is_index, peek

_NO_COLUMNS = Columns(True, 0, 0)


def choose_table(
    choices: Choices, source: Source, tables: Sequence[Table], labels_files: Sequence[LabelsFile]
) -> LabelsFile | None:
    """Return the labels file with the columns that a person names; None: none is named.

    Args:
        choices: What a person has chosen.
        source: The pictures.
        tables: All tables of the source.
        labels_files: Those that could be used, with the columns as they were guessed.

    Raises:
        SettingError: `choices` names a labels file or column that is not there.
        SourceError: the labels file cannot be read.
    """
    wanted, named = choices.labels_file, named_columns(choices)
    listing = source.files.listing
    if wanted is None:
        fitting = _with_named(labels_files, named, listing) if named else []
        return _with_columns(fitting[0], choices) if fitting else None
    for labels_file in labels_files:
        last = labels_file.name.rpartition("/")[2]
        if wanted in {labels_file.name, last, labels_file.tables[0].path}:
            return _with_columns(labels_file, choices)
    # Columns that nobody can guess, or a file outside of the source.
    table, given = _open(wanted, listing, tables)
    columns, relaxation = find_columns(table, source.index)
    if columns is None and not (choices.image_column and choices.label_column):
        raise SettingError(
            f"No column of '{wanted}' names pictures of '{listing.name}'. Name the columns with "
            "--image-column and --label-column, or choose another labels file."
        )
    if is_index(table):
        return _with_columns(replace(export_file([table]), given=given), choices)
    file = LabelsFile((table,), columns or _NO_COLUMNS, relaxation=relaxation, given=given)
    return _with_columns(file, choices)


def _open(wanted: str, listing: Listing, tables: Sequence[Table]) -> tuple[Table, str | None]:
    """Return the table that a person names, and its path where it is no file of the source."""
    for table in tables:
        if wanted in {table.path, table.path.rpartition("/")[2]}:
            return table, None
    for path, file in zip(listing.paths, listing.files, strict=True):
        # Its refusal says why it is no table.
        is_named = file and not is_junk(path) and suffix_of(path) in TABLE_SUFFIXES
        if is_named and wanted in {path, path.rpartition("/")[2]}:
            return peek(path, listing.root / file), None
    if _is_file(wanted):
        return peek(Path(wanted).name, Path(wanted)), wanted
    raise SettingError(f"There is no labels file '{wanted[:200]}'. Check its name.")


def named_columns(choices: Choices) -> list[str]:
    """Return the columns that a person named."""
    return [
        name
        for name in (
            *(choices.image_column, choices.label_column),
            *(choices.split_column, choices.group_column),
        )
        if name
    ]


def _with_named(
    labels_files: Sequence[LabelsFile], named: Sequence[str], listing: Listing
) -> list[LabelsFile]:
    """Return the labels files that have the columns that a person named."""
    fitting = [file for file in labels_files if set(named) <= set(file.column_names)]
    if named and not fitting:
        text = (
            f"No labels file that names pictures of '{listing.name}' has the column "
            f"{' and '.join(map(repr, named))}."
        )
        for file in labels_files[:1]:
            text += f" The columns of '{file.name}' are: {_listed(file.column_names)}."
        raise SettingError(f"{text} Name another file with --labels.")
    return fitting


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in columns)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # longer than any name, or in a folder that nobody may look into
        return False


def _with_columns(labels_file: LabelsFile, choices: Choices) -> LabelsFile:
    """Return the labels file with the columns that a person named."""
    guessed = labels_file.columns
    names = labels_file.column_names

    def place(name: str | None, usual: int | None) -> int | None:
        if name is None:
            return usual
        if name == "":
            return None
        if name not in names:
            raise SettingError(
                f"'{labels_file.name}' has no column '{name}'. Its columns are: {_listed(names)}."
            )
        return names.index(name)

    file = place(choices.image_column, guessed.file)
    label = place(choices.label_column, guessed.label)
    if file is None or label is None or file == label:
        raise SettingError("A labels file needs a column of images and another one of labels.")
    one_hot = guessed.one_hot if label == guessed.label else ()
    split = place(choices.split_column, guessed.split)
    if split in {file, label}:
        if choices.split_column:
            raise _taken(choices.split_column, "splits beside images or labels")
        split = None
    group = place(choices.group_column, guessed.group)
    if group in {file, label, split, *one_hot} - {None}:
        if choices.group_column:
            raise _taken(choices.group_column, "groups beside images, labels or splits")
        group = None
    columns = Columns(guessed.has_header, file, label, split, one_hot, group)
    is_same = (file, label) == (guessed.file, guessed.label)
    chosen = replace(
        labels_file, columns=columns, is_of_export=labels_file.is_of_export and is_same
    )
    kept, _ = sample_cells(chosen, [label])
    return with_column(chosen, label, [cells[0] for _, _, cells in kept])


def _taken(column: str, what: str) -> SettingError:
    kind = what.split()[0]
    return SettingError(
        f"The column '{column}' cannot hold {what}. Choose another {kind} column, or none."
    )
