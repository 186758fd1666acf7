"""The choice of the labels file and its columns: what a person says comes first."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.dataset import Choices
from core.errors import SettingError
from core.ingest.columns import Columns, column_names, guess_columns
from core.ingest.file_index import FileIndex
from core.ingest.labels import LabelsFile
from core.ingest.layout import NO_LABEL, SPLIT_CODES, Places, is_junk, suffix_of
from core.ingest.listing import Listing
from core.ingest.tables import TABLE_SUFFIXES, peek


def choose_labels(
    choices: Choices,
    listing: Listing,
    labels_files: Sequence[LabelsFile],
    index: FileIndex,
    places: Places,
) -> LabelsFile | None:
    """Return the labels file with the columns to read, or None where folders say the labels.

    Args:
        choices: What a person has chosen; else what fits best is taken.
        listing: The files of the source.
        labels_files: Those that could be used, with the columns as they were guessed.
        index: The pictures of the source.
        places: What folders say.

    Raises:
        SettingError: `choices` names a labels file or column that is not there.
        SourceError: the labels file cannot be read.
    """
    wanted, named = choices.labels_file, _named(choices)
    if wanted == "" and named:
        raise SettingError(
            f"The labels come from folders, so there is no column '{named[0]}'. Name its labels "
            "file with --labels."
        )
    if wanted == "" or (wanted is None and not named and _folders_fit(places)):
        return None
    if wanted is None:
        fitting = _with_named(labels_files, named, listing)
        return _with_columns(fitting[0], choices) if fitting else None
    for labels_file in labels_files:
        last = labels_file.name.rpartition("/")[2]
        if wanted in {labels_file.name, last, labels_file.tables[0].path}:
            return _with_columns(labels_file, choices)
    # Columns that nobody can guess, or a file outside of the source.
    inside = [
        place
        for place, path in enumerate(listing.paths)
        if wanted in {path, path.rpartition("/")[2]}
        and suffix_of(path) in TABLE_SUFFIXES
        and not is_junk(path)
    ]
    if inside:
        table = peek(listing.paths[inside[0]], listing.root / listing.files[inside[0]])
    elif _is_file(wanted):
        table = peek(Path(wanted).name, Path(wanted))
    else:
        raise SettingError(f"There is no labels file '{wanted[:200]}'. Check its name.")
    given = None if inside else wanted
    columns = guess_columns(table, index, folder=table.path.rpartition("/")[0])
    if columns is None and not (choices.image_column and choices.label_column):
        raise SettingError(
            f"No column of '{wanted}' names pictures of '{listing.name}'. Name the columns with "
            "--image-column and --label-column, or choose another labels file."
        )
    return _with_columns(LabelsFile((table,), columns or Columns(True, 0, 0), given), choices)


def _named(choices: Choices) -> list[str]:
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
    fitting = [file for file in labels_files if set(named) <= set(_columns_of(file))]
    if named and not fitting:
        text = (
            f"No labels file that names pictures of '{listing.name}' has the column "
            f"{' and '.join(map(repr, named))}."
        )
        for file in labels_files[:1]:
            text += f" The columns of '{file.name}' are: {_listed(_columns_of(file))}."
        raise SettingError(f"{text} Name another file with --labels.")
    return fitting


def _columns_of(labels_file: LabelsFile) -> list[str]:
    return column_names(labels_file.tables[0], labels_file.columns.has_header)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in columns)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # longer than any name, or in a folder that nobody may look into
        return False


def _folders_fit(places: Places) -> bool:
    """Return whether folders tell nearly all pictures apart into classes."""
    classes = [name for name in places.names if name.lower() not in SPLIT_CODES]
    return len(classes) > 1 and bool((places.codes != NO_LABEL).mean() > 0.9)


def _with_columns(labels_file: LabelsFile, choices: Choices) -> LabelsFile:
    """Return the labels file with the columns that a person named."""
    guessed = labels_file.columns
    names = _columns_of(labels_file)

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
    return replace(labels_file, columns=columns)


def _taken(column: str, what: str) -> SettingError:
    kind = what.split()[0]
    return SettingError(
        f"The column '{column}' cannot hold {what}. Choose another {kind} column, or none."
    )
