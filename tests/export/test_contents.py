"""What an export will hold is said before it is written, and holds for what was written."""

from core.export import contents_sentence
from core.resample import plan_counts

COUNTS = {"many": 12, "few": 4, "one": 1}


def test_of_smote_it_says_what_there_is_and_that_points_have_no_pictures() -> None:
    told = contents_sentence(plan_counts(COUNTS, "smote"))

    assert told == (
        "The export holds 8 synthetic vectors in one file and 19 augmented pictures of their "
        "parents; no pictures of the points themselves, because a vector cannot be turned into a "
        "picture."
    )


def test_of_copies_it_says_how_many_there_are() -> None:
    told = contents_sentence(plan_counts(COUNTS, "random_oversampling"))

    assert told == "The export holds 17 originals and 19 copies."
