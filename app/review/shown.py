"""The images that a person looks through, as the browser is told of them, and what it has sent."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from app.review.decisions import Decision
from app.session.workspace import Attached
from app.shell.thumbnails import picture_url, thumbnail_url
from core.audit import CHECKS, Finding
from core.dataset import ImageDataset, Rows
from core.words import largest_first

KEYS = 9  # 1 to 9 give a picture the label of a class
_MOST_LISTS = 60  # of a visitor: a page shows a grid for each finding
_MOST_TABS = 50


@dataclass(frozen=True, eq=False)
class ReviewList:
    """R images in the order in which they are looked at."""

    taken: ImageDataset  # as it was taken: its labels are those of the files
    rows: Rows  # (R,)
    title: str = ""  # what they are, in a sentence
    why: str = ""  # for what they are looked at, as edits say it
    classes: tuple[str, ...] = ()  # that a label may be; () is those of `taken`
    suggested: Sequence[str] = ()  # (R,) the label that looks likelier, '' for none; or none at all
    notes: Sequence[str] = ()  # (R,) what was measured, in words; or none at all

    @classmethod
    def of_finding(
        cls, finding: Finding, taken: ImageDataset, dataset: ImageDataset
    ) -> "ReviewList":
        """Return the images of a finding in `dataset`, `taken` with a person's changes."""
        codes = [] if finding.suggested is None else finding.suggested.tolist()
        suggested = [dataset.classes[code] if code >= 0 else "" for code in codes]
        notes = [f"looks like '{label}'" for label in suggested]
        if not notes and finding.scores is not None and finding.check in CHECKS:
            notes = [CHECKS[finding.check].said(score) for score in finding.scores.tolist()]
        return cls(taken, finding.rows, finding.text, finding.id, (), suggested, notes)

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, count: int, *, start: int = 0) -> "ReviewList":
        """Return some of these, such as the first."""
        return self._at(range(start, min(start + count, len(self))))

    def without(self, rows: Rows) -> "ReviewList":
        """Return those that are none of `rows`."""
        return self._at(np.flatnonzero(~np.isin(self.rows, rows)).tolist())

    def _at(self, places: Sequence[int]) -> "ReviewList":
        return replace(
            self,
            rows=self.rows[list(places)],
            suggested=[self.suggested[place] for place in places if len(self.suggested)],
            notes=[self.notes[place] for place in places if len(self.notes)],
        )

    @cached_property
    def key(self) -> str:
        """Return a name of all that the browser is told."""
        digest = blake2b(digest_size=12)
        told = (self.taken.digest, self.title, self.why, self.named_classes)
        digest.update(
            repr((*told, list(self.suggested), list(self.notes))).encode("utf-8", "replace")
        )
        digest.update(np.asarray(self.rows, np.int64).tobytes())
        return digest.hexdigest()

    @property
    def named_classes(self) -> tuple[str, ...]:
        """Return the classes that a label may be."""
        return self.classes or tuple(self.taken.classes)

    @cached_property
    def holds(self) -> NDArray[np.bool_]:
        """Return (N,) whether a row of `taken` is one of these."""
        flags = np.zeros(len(self.taken), bool)
        flags[self.rows] = True
        return flags

    def to_json(self, route_token: str) -> dict[str, object]:
        """Return the list as the browser fetches it once: `ListData` of `types.js`."""
        return {
            "title": self.title,
            "classes": list(self.named_classes),
            "images": [
                {
                    "row": row,
                    "path": self.taken.path(row),
                    "label": self.taken.label(row),
                    "thumb": thumbnail_url(route_token, self.taken, row),
                    "large": picture_url(route_token, self.taken, row),
                    "suggested": self.suggested[place] if len(self.suggested) else "",
                    "note": self.notes[place] if len(self.notes) else "",
                    "keys": self._keys(place),
                }
                for place, row in enumerate(self.rows.tolist())
            ],
        }

    def _keys(self, place: int) -> list[str]:
        """Return the labels of the keys 1 to 9 for one image.

        Of up to nine classes each has one key for all images. Of more, the suggested one is 1, and
        those follow that are suggested most often beside the same label, then the largest.
        """
        if len(self.named_classes) <= KEYS:
            return list(self.named_classes)
        label = self.taken.label(int(self.rows[place]))
        first = [self.suggested[place]] if len(self.suggested) else []
        ranked = [*first, *self._often.get(label, []), *self._largest]
        return list(dict.fromkeys(one for one in ranked if one and one != label))[:KEYS]

    @cached_property
    def _often(self) -> dict[str, list[str]]:
        """Return label -> what is suggested in its place, the most frequent first."""
        counts: dict[str, dict[str, int]] = {}
        for row, suggested in zip(self.rows.tolist(), self.suggested, strict=False):
            among = counts.setdefault(self.taken.label(row), {})
            among[suggested] = among.get(suggested, 0) + 1
        return {
            label: sorted(among, key=lambda one: (-among[one], one))
            for label, among in counts.items()
        }

    @cached_property
    def _largest(self) -> list[str]:
        counts = self.taken.counts()
        return largest_first({label: counts.get(label, 0) for label in self.named_classes})[
            : KEYS + 1
        ]


@dataclass(frozen=True)
class Queue:
    """Images that are looked at one by one, until all are decided or the person closes it."""

    shown: ReviewList
    opened: int  # how many were opened before it, and itself


@dataclass
class _Tab:
    """What a browser tab has sent, as far as it counts."""

    last: int = -1  # the number of its last decision that was heard
    refused: tuple[int, str] = (-1, "")  # the last decision that could not be done, and why


class Reviews(Attached):
    """What is shown to a visitor to decide about, and what their tabs have sent so far."""

    def __init__(self) -> None:
        self.queue: Queue | None = None
        self.deciding = threading.Lock()  # tabs are heard one after the other
        self._opened = 0
        self._lists: OrderedDict[str, ReviewList] = OrderedDict()
        self._tabs: OrderedDict[str, _Tab] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, shown: ReviewList) -> None:
        """Look at these one by one from now on."""
        with self._lock:
            self._opened += 1
            self.queue = Queue(shown, self._opened)

    def close(self) -> None:
        """Close the queue; what is not decided stays on the review list."""
        self.queue = None

    def queue_of(self, taken: ImageDataset | None) -> Queue | None:
        """Return the queue, where it is one of these images."""
        queue = self.queue
        return queue if queue is not None and queue.shown.taken is taken else None

    def keep(self, shown: ReviewList) -> None:
        """Keep a list for the route that sends it."""
        with self._lock:
            self._lists[shown.key] = shown
            self._lists.move_to_end(shown.key)
            while len(self._lists) > _MOST_LISTS:
                self._lists.popitem(last=False)

    def find(self, key: str) -> ReviewList | None:
        """Return a list by its key."""
        with self._lock:
            return self._lists.get(key)

    def whys(self) -> dict[str, str]:
        """Return list -> what its images are looked at for."""
        with self._lock:
            return {key: shown.why for key, shown in self._lists.items()}

    def unheard(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Return those that were not heard before: a tab sends each until it is."""
        with self._lock:
            nobody = _Tab()
            return [
                decision
                for decision in decisions
                if decision.number > self._tabs.get(decision.tab, nobody).last
            ]

    def hear(self, decisions: Sequence[Decision], refused: str) -> None:
        """Note that decisions were heard, and why the first that was refused was."""
        with self._lock:
            for decision in decisions:
                tab = self._tabs.setdefault(decision.tab, _Tab())
                self._tabs.move_to_end(decision.tab)
                tab.last = max(tab.last, decision.number)
                if refused:
                    tab.refused = (tab.last, refused)
            while len(self._tabs) > _MOST_TABS:
                self._tabs.popitem(last=False)

    def heard(self) -> dict[str, list[object]]:
        """Return tab -> the number heard last, the one refused last, and why."""
        with self._lock:
            return {name: [tab.last, *tab.refused] for name, tab in self._tabs.items()}
