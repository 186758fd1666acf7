"""Operations are ranked by what they do to labels, over all classes or of one."""

from core.augment.evidence import Cell, Evidence
from core.augment.harm import harm_text, rank_by_harm
from core.augment.trials import Trial
from core.augment.verdict import Figures, Verdict

MILD, STRONG = Trial("rotate", 15), Trial("rotate", 180)
MIRROR, GREY = Trial("horizontal_flip"), Trial("grey")


def cell(label: str, trial: Trial, kept: float, verdict: Verdict) -> Cell:
    figures = Figures(20, 10, 0.6, 1.4, kept, "", 0.5, 0.0, 0.0, 1.0)
    return Cell(label, trial, figures, (0,), (label,), verdict)


def evidence() -> Evidence:
    """Return two digits: a turn harms both, a mirror one of them; without colour both are safe."""
    cells = (
        cell("six", MIRROR, 0.9, Verdict.SAFE),
        cell("six", MILD, 1.0, Verdict.SAFE),
        cell("six", STRONG, 0.0, Verdict.CHANGES),
        cell("six", GREY, 1.0, Verdict.SAFE),
        cell("ten", MIRROR, 0.2, Verdict.CHANGES),
        cell("ten", MILD, 1.0, Verdict.NOTHING),
        cell("ten", STRONG, 0.5, Verdict.RISKY),
        cell("ten", GREY, 1.0, Verdict.SAFE),
    )
    return Evidence(cells, (MIRROR, MILD, STRONG, GREY), ("six", "ten"), "classical", 0)


def test_what_harms_more_classes_comes_first() -> None:
    ranked = rank_by_harm(evidence())

    assert [one.operation for one in ranked] == ["rotate", "horizontal_flip", "grey"]
    assert [one.text for one in ranked] == [
        "harms 2 of 2 classes", "harms 1 of 2 classes", "safe for 2 of 2 classes",
    ]  # fmt: skip


def test_an_operation_is_judged_by_the_strength_that_harms_most() -> None:
    turned = rank_by_harm(evidence())[0]

    assert [level.trial for level in turned.levels] == [MILD, STRONG]
    assert turned.worst.trial == STRONG
    assert turned.worst.text == "5 of 20 images stay recognised: harms 2 of 2 classes"
    assert turned.worst.verdict is Verdict.CHANGES


def test_one_class_is_ranked_by_its_own_verdicts() -> None:
    ranked = rank_by_harm(evidence(), "ten")

    assert [one.operation for one in ranked] == ["horizontal_flip", "rotate", "grey"]
    assert [one.text for one in ranked] == ["changes the label", "risky", "safe"]
    assert ranked[0].worst.text == "2 of 10 images stay recognised: changes the label"


def test_the_sentence_counts_what_harms_and_names_the_worst() -> None:
    told = harm_text(rank_by_harm(evidence()))

    assert told == (
        "2 of 3 operations can change a label, rotate 180° most: 5 of 20 images stay recognised: "
        "harms 2 of 2 classes."
    )


def test_the_sentence_of_harmless_operations_says_so() -> None:
    harmless = [one for one in rank_by_harm(evidence()) if one.operation == "grey"]

    assert harm_text(harmless * 2) == "No label is changed; 2 operations could be judged."
