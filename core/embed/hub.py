"""Ask Hugging Face for the files of a model, as little and as briefly as can be.

Only the name of the model leaves this computer, and only where a file is not in the Hub's cache.
What goes wrong is told in one sentence, within three seconds where there is no network.
"""

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from core.errors import OutputError, SettingError
from core.storage import cannot_write

PREFIX = "hf:"

_ANSWER_S = 2.0  # for one answer of the Hub
_REACH_S = 2.5  # for the answer and finding the host's address, which has no limit of its own


def find_cached(name: str, file: str) -> str | None:
    """Return where a file of a model's newest known commit lies in the Hub's cache, if it does.

    Args:
        name: 'hf:owner/model'.
        file: A name inside the repository.

    Raises:
        SettingError: no repository can have this name.
    """
    _set_up()
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        path = try_to_load_from_cache(repository_of(name), file)
    except HFValidationError as error:
        raise SettingError(
            f"'{name}' is not a name on Hugging Face. Write it as '{PREFIX}owner/model'."
        ) from error
    return path if isinstance(path, str) else None


def repository_of(name: str) -> str:
    """Return the repository of an 'hf:' name."""
    return name.removeprefix(PREFIX)


def reach(name: str, file: str) -> None:
    """Ask the Hub once whether it has the model and lets us read it.

    The library's own downloads ask again for half a minute where there is no network.

    Raises:
        SettingError: it has not, or cannot be reached.
    """
    _set_up()
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import RemoteEntryNotFoundError

    def ask() -> None:
        # The repository is there; whether the file matters is for the caller to say.
        try:
            get_hf_file_metadata(hf_hub_url(repository_of(name), file), timeout=_ANSWER_S)
        except RemoteEntryNotFoundError:
            return

    # A thread, since finding the address of the host can wait for as long as the system likes.
    pool = ThreadPoolExecutor(1)
    try:
        with _told(name):
            pool.submit(ask).result(_REACH_S)
    finally:
        pool.shutdown(wait=False)


def download(name: str, file: str, *, commit: str | None = None) -> str | None:
    """Return where a file lies in the Hub's cache, once it does; None if the model has none.

    Raises:
        SettingError: the Hub refuses, or cannot be reached any more.
        OutputError: the cache cannot be written.
    """
    _set_up()
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import RemoteEntryNotFoundError

    try:
        with _told(name):
            return hf_hub_download(
                repository_of(name), file, revision=commit, etag_timeout=_ANSWER_S
            )
    except RemoteEntryNotFoundError:
        return None


def _set_up() -> None:
    """Load the Hub's library so that it tells nobody what it does: no telemetry, no bars."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import constants
    from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]

    # It reads the environment once, perhaps before us.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    # Its faster transport fails in ways of its own and keeps a second cache of gigabytes.
    constants.HF_HUB_DISABLE_XET = True
    if constants.HF_HUB_DISABLE_PROGRESS_BARS is None:
        disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what the Hub's library raises into sentences; that a file is missing stays as it is."""
    from huggingface_hub import constants
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        FileMetadataError,
        GatedRepoError,
        HfHubHTTPError,
        HTTPError,  # of its own client, which has changed from release to release
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RemoteEntryNotFoundError,
        RepositoryNotFoundError,
    )

    repository = repository_of(name)
    page = f"{constants.ENDPOINT}/{repository}"
    try:
        yield
    except RemoteEntryNotFoundError:
        raise
    except GatedRepoError as error:
        raise SettingError(
            f"'{name}' is only available to people who accept its terms. Accept them on {page}, "
            "sign in on this computer with 'hf auth login', then try again."
        ) from error
    except RepositoryNotFoundError as error:
        raise SettingError(
            f"Hugging Face has no model '{repository}', or it is private. Check the spelling on "
            f"{page}; for a private one, sign in with 'hf auth login'."
        ) from error
    except (
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        FileMetadataError,
        TimeoutError,
    ) as error:
        raise SettingError(_unreachable(name, constants.is_offline_mode())) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise SettingError(
            f"Hugging Face refuses to send '{name}' (status {status}). Try again later, or name a "
            "folder that contains the model."
        ) from error
    except HTTPError as error:
        raise SettingError(_unreachable(name, False)) from error
    except OSError as error:
        raise OutputError(cannot_write(Path(constants.HF_HUB_CACHE), error)) from error


def _unreachable(name: str, is_switched_off: bool) -> str:
    if is_switched_off:
        return (
            f"'{name}' is not on this computer, and HF_HUB_OFFLINE blocks Hugging Face. Unset it "
            "once, or name a folder that contains the model."
        )
    return (
        f"'{name}' is not on this computer and Hugging Face cannot be reached. Connect to a "
        "network once, or name a folder that contains the model."
    )
