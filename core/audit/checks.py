"""What an audit looks for: one record a check, which also looks."""

from collections.abc import Callable, Mapping

from core.audit.balance import find_imbalance, find_missing_in_training, find_small_classes
from core.audit.check import AuditInput, Check, Need
from core.audit.files import find_damaged, find_lost_classes, find_skipped
from core.audit.labels import LABEL_ERRORS
from core.audit.leaks import find_duplicates, find_near_duplicates, find_split_groups
from core.audit.neighbours import NEIGHBOUR_CHECKS
from core.audit.pictures import find_conversions, find_decoding
from core.audit.quality import QUALITY_CHECKS
from core.audit.shortcut_findings import find_shortcuts
from core.dataset import ImageDataset
from core.dataset.finding import Finding


def _in_rows(
    find: Callable[[ImageDataset], list[Finding]],
) -> Callable[[AuditInput], list[Finding]]:
    """Return `find` as a check that looks at the images' rows alone."""
    return lambda given: find(given.dataset)


# To add one: a record with its title, what it tells, and the function that finds it.
CHECKS: Mapping[str, Check] = {
    check.name: check
    for check in (
        Check(
            "imbalance",
            "Balance of the classes",
            "How many times more training images the largest class has than the smallest, if 1.5 "
            "times or more; or that there is only one class.",
            _in_rows(find_imbalance),
        ),
        Check(
            "small_classes",
            "Small classes",
            "Classes with fewer than 10 training images, and what that affects: SMOTE's "
            "neighbours, or the scores.",
            _in_rows(find_small_classes),
        ),
        Check(
            "missing_in_training",
            "Classes without training images",
            "Classes that are only in a held-out split.",
            _in_rows(find_missing_in_training),
        ),
        Check(
            "groups_in_splits",
            "Groups in several splits",
            "Patients, cameras or senders with images in two or more splits, if the labels file "
            "names them.",
            _in_rows(find_split_groups),
        ),
        Check(
            "duplicates",
            "Duplicate pictures",
            "Identical files under two labels, in two splits, or more than once in a class.",
            _in_rows(find_duplicates),
        ),
        Check(
            "lost_classes",
            "Classes without a usable image",
            "Classes all of whose files were left out while loading, with the reasons.",
            _in_rows(find_lost_classes),
        ),
        Check(
            "skipped",
            "Files that could not be used",
            "Files that were left out while loading, by reason; graver the more of a class or of "
            "the set they are.",
            _in_rows(find_skipped),
        ),
        Check(
            "damaged",
            "Pictures that are damaged inside",
            "Pictures that can be decoded although a codec warns or a checksum is wrong; graver "
            "the more of a class or of the set they are.",
            _in_rows(find_damaged),
        ),
        Check(
            "conversions",
            "Pictures changed while reading",
            "Pictures whose pixels differ from the file: turned upright, 16 bits, CMYK, "
            "transparent, the first of several frames.",
            _in_rows(find_conversions),
        ),
        Check(
            "decoding",
            "Backgrounds and white levels",
            "How the pixels of the whole set are read, such as grey behind white icons or the "
            "value of 16-bit files that is white, if it is not the default or not as proposed.",
            _in_rows(find_decoding),
        ),
        Check(
            "near_duplicates",
            "Near-duplicate pictures",
            "The same picture in another size, encoding or brightness, cut at the edges, mirrored "
            "or turned: under two labels, in two splits, or in one class.",
            find_near_duplicates,
            Need.PICTURES,
        ),
        *QUALITY_CHECKS,
        LABEL_ERRORS,
        *NEIGHBOUR_CHECKS,
        Check(
            "shortcuts",
            "What a class has that others lack",
            "Classes that can be told by how their files were made, or by how their pictures look "
            "as a whole: compression, size, source, border, background, colour, edges.",
            find_shortcuts,
            Need.LABELS_OF_PICTURES,
        ),
    )
}
