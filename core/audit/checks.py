"""What an audit looks for: one record a check, which also looks."""

from collections.abc import Callable, Mapping

from core.audit.balance import find_imbalance, find_missing_in_training, find_small_classes
from core.audit.check import AuditInput, Check, Need
from core.audit.files import find_damaged, find_lost_classes, find_skipped
from core.audit.labels import find_label_errors, scores_of_labels
from core.audit.leaks import find_duplicates, find_near_duplicates, find_split_groups
from core.audit.neighbours import (
    find_far,
    find_foreign,
    find_hubs,
    find_overlaps,
    find_thin_classes,
    scores_of_distance,
    scores_of_foreign,
)
from core.audit.pictures import find_conversions, find_decoding
from core.dataset import ImageDataset
from core.dataset.finding import Finding
from core.parameters import Parameter


def _in_rows(
    find: Callable[[ImageDataset], list[Finding]],
) -> Callable[[AuditInput], list[Finding]]:
    """Return `find` as a check that looks at the images' rows alone."""
    return lambda given: find(given.dataset)


def _from(
    name: str, find: Callable[[AuditInput, Check], list[Finding]]
) -> Callable[[AuditInput], list[Finding]]:
    """Return `find` as a check that is given its own record, for the threshold."""
    return lambda given: find(given, CHECKS[name])


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
            "The same picture in another size, encoding or brightness: under two labels, in two "
            "splits, or in one class.",
            find_near_duplicates,
            Need.PICTURES,
        ),
        Check(
            "label_errors",
            "Labels that look wrong",
            "Images whose label is much less likely than another one, by images of other folds and "
            "the nearest ones: a list to look through from the top, not a count of errors.",
            _from("label_errors", find_label_errors),
            Need.PREDICTIONS,
            scores=scores_of_labels,
            threshold=Parameter(
                "label_errors",
                "Likelihood of the label",
                "",
                0.0,
                0.5,
                0.005,
                0.01,
                "How likely a label may be at most, beside the likeliest other one, to be named: "
                "0.5 names every image for which another class is likelier.",
            ),
            is_low=True,
        ),
        Check(
            "among_others",
            "Images among other classes",
            "Images whose nearest images mostly have other labels, and how many are safe, "
            "borderline, rare and outliers.",
            _from("among_others", find_foreign),
            Need.VECTORS,
            scores=scores_of_foreign,
            threshold=Parameter(
                "among_others",
                "Nearest images of other classes",
                "",
                0.2,
                1.0,
                0.2,
                0.8,
                "The share of an image's nearest images that have another label, from which on it "
                "is named.",
            ),
        ),
        Check(
            "class_overlap",
            "Classes that overlap",
            "Pairs of classes whose images lie among each other, as the encoder sees them.",
            find_overlaps,
            Need.VECTORS,
        ),
        Check(
            "far_from_class",
            "Images far from their class",
            "Images that resemble no other image of their class: what does not belong to the set, "
            "or a rare view.",
            _from("far_from_class", find_far),
            Need.VECTORS,
            scores=scores_of_distance,
            threshold=Parameter(
                "far_from_class",
                "Distance to the class",
                "spreads",
                1.0,
                6.0,
                0.25,
                2.0,
                "How far beyond the typical distance to its class an image has to lie to be named.",
            ),
        ),
        Check(
            "hubs",
            "Images near everything",
            "Images that are among the nearest of very many others, if a few are.",
            find_hubs,
            Need.VECTORS,
        ),
        Check(
            "fewer_than_directions",
            "Classes too small for their variety",
            "Classes with no more images than directions in which a class varies here.",
            find_thin_classes,
            Need.VECTORS,
        ),
    )
}
