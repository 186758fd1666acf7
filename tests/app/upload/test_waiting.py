"""Small pictures of what waits, for whoever has the token, and nothing else."""

from pathlib import Path

import pytest
from image_sets import jpeg, write_files
from opened_page import visitor
from starlette.applications import Starlette
from test_server import get

from app.session.session import Pending, Session
from app.session.workspace import Workspace
from app.upload.waiting import WAITING_ROUTES, waiting_url
from core.ingest import survey
from core.ingest.folder import list_folder
from core.pictures.decode import decode, read_header

APP = Starlette(routes=WAITING_ROUTES)


@pytest.fixture
def pending(tmp_path: Path) -> Pending:
    """Return two pictures that wait, a table, and something beside the folder."""
    files = {"set/a/1.jpg": jpeg(1), "set/b/2.jpg": jpeg(2), "set/cut.jpg": jpeg(3)[:200]}
    folder = write_files(tmp_path, {**files, "set/rows.csv": b"secret,rows\n", "near.jpg": jpeg(4)})
    found = survey(list_folder(folder / "set"))
    return Pending("set", tmp_path / "dataset_x", found)


@pytest.fixture
def workspace(pending: Pending) -> Workspace:
    """Return the workspace of a visitor for whom they wait."""
    return visitor(Session(pending=pending))


def test_who_has_the_token_gets_a_small_picture(workspace: Workspace, pending: Pending) -> None:
    answer = get(APP, waiting_url(workspace, pending, 1))

    assert answer.status == 200
    assert answer.header("content-type") == "image/jpeg"
    assert answer.header("x-content-type-options") == "nosniff"
    assert str(answer.header("cache-control")).startswith("private")
    assert read_header(answer.body).format == "JPEG"
    assert max(decode(answer.body).shape) <= 128


@pytest.mark.parametrize(
    "name",
    [
        *("3.jpg", "-1.jpg", "1.png", "1", "a/1.jpg", "rows.csv", "9999999999.jpg", ""),
        *("%2e%2e", "..%2fnear.jpg", "١.jpg"),
    ],
)
def test_only_numbers_of_its_pictures_are_addresses(
    workspace: Workspace, pending: Pending, name: str
) -> None:
    start = waiting_url(workspace, pending, 0).removesuffix("0.jpg")

    assert get(APP, f"{start}{name}").status == 404


def test_a_damaged_picture_says_why(workspace: Workspace, pending: Pending) -> None:
    place = [pending.survey.listing.paths[at] for at in pending.survey.pictures].index("cut.jpg")

    answer = get(APP, waiting_url(workspace, pending, place))

    assert answer.status == 404
    assert answer.header("content-type") == "text/plain; charset=utf-8"


def test_a_wrong_token_and_other_images_open_nothing(
    workspace: Workspace, pending: Pending
) -> None:
    other = visitor()
    address = waiting_url(workspace, pending, 0)

    assert get(APP, address.replace(workspace.route_token, other.route_token)).status == 404
    assert get(APP, address.replace(workspace.route_token, workspace.token)).status == 404
    assert get(APP, address.replace("dataset_x", "dataset_y")).status == 404
    workspace.session = Session()
    assert get(APP, address).status == 404
