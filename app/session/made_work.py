"""What a person has made of their images, in words: what goes, what stays, what comes back."""

from app.session.session import Session
from app.session.store import SavedSession
from core.words import count_of, listed

# Values of a session that come back with it; images are embedded again by themselves.
_COMES_BACK = frozenset(
    {"edits", "policy_chosen", "embeddings", "blind_sample", "balanced", "evaluation"}
)
_MADE_BY_ITSELF = frozenset({"embeddings"})


def made_work(session: Session, *names: str) -> dict[str, str]:
    """Return what a person has made that goes where these values are replaced: name -> words.

    It is empty where all that goes is made again by itself.
    """
    goes = session.would_drop(*names)
    if session.edits and "edits" in goes:
        goes["edits"] = count_of(len(session.edits), "label change")
    return goes if goes.keys() - _MADE_BY_ITSELF else {}


def kept_work(saved: SavedSession) -> list[str]:
    """Return what is kept of a session beside its images, in words."""
    made = []
    if saved.recipe.edits:
        made.append(count_of(len(saved.recipe.edits), "label change"))
    if saved.policy_chosen:
        made.append("your settings on Augment")
    if saved.was_embedded:
        made.append("the embedding")
    if saved.recipe.strategy is not None:
        made.append("the strategy and its result" if saved.was_made else "the strategy")
    if saved.was_compared:
        made.append("the comparison of strategies")
    return made


def has_work(saved: SavedSession) -> bool:
    """Return whether a person has made something of what is kept."""
    return bool(set(kept_work(saved)) - {"the embedding"})


def discard_text(session: Session, what: str, *names: str) -> str:
    """Return 'Another subset discards 3 label changes.', or '' where nothing made goes.

    Args:
        session: What there is.
        what: The beginning of the sentence: 'Another subset discards'.
        names: The values that would be replaced.
    """
    goes = made_work(session, *names)
    return f"{what} {listed(list(goes.values()))}." if goes else ""


def replacement_text(session: Session, leaving: SavedSession | None) -> str:
    """Return what becomes of the work in `session` where other images come.

    Args:
        session: With images.
        leaving: What was set aside before, which goes for good: one set is kept.
    """
    assert session.source is not None
    goes = session.would_drop("source") | made_work(session, "source")
    stays = [words for name, words in goes.items() if name in _COMES_BACK]
    lost = [words for name, words in goes.items() if name not in _COMES_BACK]
    work = f", with {listed(stays)}" if stays else ""
    text = f"'{session.source.name}' is set aside{work}: you can go back to it."
    if lost:
        text += f" Deleted: {listed(lost)}."
    if leaving is not None:
        text += f" '{leaving.name}', set aside before, is deleted."
    return text
