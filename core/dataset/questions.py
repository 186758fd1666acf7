"""What a set has decided about its pixels, to be looked at: a sentence, and the other way."""

from dataclasses import dataclass, replace

import numpy as np

from core.dataset.choices import Choices
from core.dataset.dataset import ImageDataset, Rows, spread
from core.dataset.proposal import VANISHES_FROM, Proposal
from core.pictures.decoding import DEFAULT_DECODING, WHITE_16_BIT, Decoding

_MOST_EXAMPLES = 4  # pictures that show both ways


@dataclass(frozen=True)
class Question:
    """One thing that could be decoded in another way, for the whole set."""

    field: str  # of Decoding
    text: str  # what was found, and what is done
    used: str  # what is done: 'grey', '4,095'
    other: str  # what could be
    decoding: Decoding  # the other way
    is_as_proposed: bool  # and nothing speaks against it

    @property
    def option(self) -> str:
        """Return the option of a command that takes the other way: '--background white'."""
        return f"--{self.field.replace('_', '-')} {getattr(self.decoding, self.field)}"


def questions(dataset: ImageDataset) -> tuple[Question, ...]:
    """Return what is worth a look: what is not the default, and what is not as proposed."""
    found = (
        _about_background(dataset.proposal, dataset.decoding),
        _about_white_level(dataset.proposal, dataset.decoding),
    )
    return tuple(question for question in found if question is not None)


def with_decoding(dataset: ImageDataset, decoding: Decoding) -> ImageDataset:
    """Return the dataset with its pictures decoded in another way; rows stay."""
    chosen = replace(
        dataset.choices, background=decoding.background, white_level=decoding.white_level
    )
    return dataset if decoding == dataset.decoding else _decoded(dataset, decoding, chosen)


def settle(dataset: ImageDataset, chosen: Choices) -> ImageDataset:
    """Return the dataset decoded as `chosen` says, and else as proposed.

    Raises:
        SettingError: what is chosen is not there, or out of range.
    """
    return _decoded(dataset, decoding_of(chosen, dataset.proposal.decoding), chosen)


def decoding_of(chosen: Choices, proposed: Decoding = DEFAULT_DECODING) -> Decoding:
    """Return what `chosen` says, and else what is proposed.

    Raises:
        SettingError: what is chosen is not there, or out of range.
    """
    return Decoding(
        proposed.background if chosen.background is None else chosen.background,
        proposed.white_level if chosen.white_level is None else chosen.white_level,
    )


def example_rows(dataset: ImageDataset, question: Question) -> Rows:
    """Return rows, ascending and spread over the set, on which both ways differ most."""
    concerned = rows_of(dataset, question.field)
    return spread(concerned, _MOST_EXAMPLES)


def rows_of(dataset: ImageDataset, field: str) -> Rows:
    """Return the rows whose pixels hang on a field of `Decoding` and tell why it is asked."""
    present = dataset.present_rows
    if field == "white_level":
        highest = dataset.table["highest"].to_numpy()[present]
        return present[highest > 0]
    vanishing = dataset.table["vanishing"].to_numpy()[present]
    swallowed = present[vanishing >= VANISHES_FROM]
    return swallowed if len(swallowed) else present[~np.isnan(vanishing)]


def _decoded(dataset: ImageDataset, decoding: Decoding, chosen: Choices) -> ImageDataset:
    """Return the dataset under `decoding`, which is written down where a pixel hangs on it.

    What nobody has chosen and no picture hangs on stays open: it is proposed when the set grows.
    """
    proposal = dataset.proposal
    background = decoding.background if proposal.transparent else chosen.background
    white_level = decoding.white_level if proposal.sixteen_bit else chosen.white_level
    choices = replace(dataset.choices, background=background, white_level=white_level)
    return replace(dataset, decoding=decoding, choices=choices)


def _about_background(proposal: Proposal, decoding: Decoding) -> Question | None:
    used, proposed = decoding.background, proposal.background
    if not proposal.transparent or used == proposed == DEFAULT_DECODING.background:
        return None
    text = f"{_part(proposal.transparent, proposal.pictures, 'is', 'are')} transparent"
    if proposed == "grey":
        most = "most " if proposal.vanishing < proposal.transparent else ""
        text += f" and {most}would vanish on white"
    them = "it" if proposal.transparent == 1 else "them"
    text += f": {used} lies behind {them}"
    text += "." if used == proposed else f" as chosen, where {proposed} is proposed."
    other = "white" if used == "grey" else "grey"
    other_way = replace(decoding, background=other)
    return Question("background", text, used, other, other_way, used == proposed)


def _about_white_level(proposal: Proposal, decoding: Decoding) -> Question | None:
    used, proposed = decoding.white_level, proposal.white_level
    dark = proposal.darkening
    if not proposal.sixteen_bit:
        return None
    if used == proposed == WHITE_16_BIT and dark is None:
        return None
    text = (
        f"{_part(proposal.sixteen_bit, proposal.pictures, 'holds', 'hold')} 16-bit values up to "
        f"{proposal.highest:,}: {used:,} becomes white"
    )
    other = WHITE_16_BIT if used != WHITE_16_BIT else proposed
    if used != proposed:
        text += f" as chosen, where {proposed:,} is proposed"
        other = proposed
    elif dark is not None:
        text += f", and most of them, with values up to {proposal.usual:,}, are nearly black"
        other = dark
    other_way = replace(decoding, white_level=other)
    is_as_proposed = used == proposed and dark is None
    return Question("white_level", f"{text}.", f"{used:,}", f"{other:,}", other_way, is_as_proposed)


def _part(count: int, whole: int, one: str, several: str) -> str:
    """Return '28 of 40 pictures are', 'All 40 pictures are', '1 of 40 pictures is'."""
    verb = one if count == 1 else several
    if count < whole:
        return f"{count:,} of {whole:,} pictures {verb}"
    subject = {1: "The only picture", 2: "Both pictures"}.get(whole, f"All {whole:,} pictures")
    return f"{subject} {verb}"
