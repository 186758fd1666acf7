"""Croissant 1.1: what an export holds and how it was made, for programs that look for datasets.

Source: the Croissant specification 1.1 and its responsible-AI vocabulary 1.0, MLCommons. What only
a person can know, such as a licence, is left out.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

from core.dataset import TRAIN
from core.export.index_files import MANIFEST, IndexFile, Written
from core.export.manifest import MANIFEST_COLUMNS
from core.words import count_of, largest_first, named

_CONTEXT: Mapping[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {"seed": "sc:Integer", "weight": "sc:Float", "repeats": "sc:Integer"}
_MOST_COUNTED = 20  # classes whose images are told


def make_croissant(
    table: IndexFile = MANIFEST, columns: tuple[str, ...] = MANIFEST_COLUMNS
) -> IndexFile:
    """Return the `croissant.json` of a layout, which describes the rows of one of its tables."""

    def content(written: Written) -> bytes:
        text = json.dumps(_described(written, table, columns), indent=2, ensure_ascii=False)
        return text.encode("utf-8", "backslashreplace")

    return IndexFile("croissant.json", content)


def _described(written: Written, table: IndexFile, columns: tuple[str, ...]) -> dict[str, object]:
    name = table.name
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": written.dataset.name,
        "description": " ".join([f"Balanced by Evenset: {_counts(written)}.", *written.told]),
        "isBasedOn": f"{written.dataset.name} (digest {written.dataset.digest})",
        **_responsible(written),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": name,
                "name": name,
                "contentUrl": name,
                "encodingFormat": "text/csv",
                "sha256": sha256(table.content(written)).hexdigest(),
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "pictures",
                "name": "pictures",
                "key": {"@id": "pictures/path"},
                "field": [
                    {
                        "@type": "cr:Field",
                        "@id": f"pictures/{column}",
                        "name": column,
                        "dataType": _TYPES.get(column, "sc:Text"),
                        "source": {"fileObject": {"@id": name}, "extract": {"column": column}},
                    }
                    for column in columns
                ],
            }
        ],
    }


def _responsible(written: Written) -> dict[str, str]:
    """Return what is known of how the set was made, and what of it may mislead."""
    dataset = written.dataset
    made = sum(row.origin != "original" for row in written.rows)
    relabelled = sum(bool(row.original_label) for row in written.rows)
    left_out = len(dataset) - len(dataset.present_rows)
    held_out = sum(row.split != TRAIN for row in written.rows)
    labels = [dataset.reading or "Labels are those of the source."]
    if relabelled:
        labels.append(f"A person has given {count_of(relabelled, 'picture')} another label.")
    if left_out:
        labels.append(f"A person has left out {count_of(left_out, 'image')}.")
    limits = [
        f"{count_of(made, 'picture')} of {len(written.rows):,} are copies or made from others by "
        "the steps that stand in the manifest; none of them is in validation or test."
    ]
    if points := len(written.made.points):
        limits.append(f"{count_of(points, 'synthetic vector')} stand beside them.")
    if held_out:
        limits.append(f"{count_of(held_out, 'picture')} held out for a score are not changed.")
    if dataset.skipped:
        limits.append(f"{count_of(len(dataset.skipped), 'file')} of the source could not be used.")
    return {
        "rai:dataBiases": f"Training images of each class before balancing: {_before(written)}.",
        "rai:dataPreprocessingProtocol": " ".join(written.told),
        "rai:dataAnnotationProtocol": " ".join(labels),
        "rai:dataLimitations": " ".join(limits),
    }


def _before(written: Written) -> str:
    counts = written.plan.before
    order = largest_first(counts)
    told = [f"{label} {counts[label]:,}" for label in order[:_MOST_COUNTED]]
    more = len(order) - len(told)
    return ", ".join(told) + (f" and {count_of(more, 'smaller class')}" if more > 0 else "")


def _counts(written: Written) -> str:
    counts = {count for count in written.counts.values() if count}
    each = f"{min(counts):,} to {max(counts):,}" if len(counts) > 1 else f"{max(counts):,}"
    return f"{each} training pictures for each of {named(written.labels)}"


CROISSANT = make_croissant()
