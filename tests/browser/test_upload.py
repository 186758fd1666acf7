"""A folder or an archive on its way from a real browser: nothing is lost, doubled or frozen."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Request, Route, expect
from test_bad_input import make_zip, picture
from visitor import PATIENCE_MS, Server, Visitor

PIECES = re.compile(r"/evenset/upload/[^/]+/[0-9a-f]{32}$")
BEGINNINGS = re.compile(r"/evenset/upload/[^/]+$")
MODULES = re.compile(r"/evenset/code/upload/")
LARGE = 3_000_000  # bytes; two of these are no piece


def make_folder(folder: Path, count: int, *, size: int = 0) -> Path:
    """Write `count` different pictures of two classes, of `size` bytes or as small as they are."""
    for number in range(count):
        place = folder / ("even", "odd")[number % 2] / f"{number:05d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        content = picture(number % 200)
        # Between the header and the picture: bytes after its end would be said to be damage.
        note = b"\xff\xfe\xff\xff" + number.to_bytes(65_533, "big")
        place.write_bytes(content[:2] + note * (size // len(note)) + content[2:])
    return folder


@contextmanager
def held(
    visitor: Visitor, pattern: re.Pattern[str], *, method: str = "POST"
) -> Iterator[list[Route]]:
    """Hold what is sent back; it goes on when the block ends."""
    routes: list[Route] = []
    is_open = False

    def hold(route: Route) -> None:
        if is_open or route.request.method != method:
            route.continue_()
        else:
            routes.append(route)

    visitor.page.route(pattern, hold)
    yield routes
    is_open = True
    for route in routes:
        with suppress(Error):  # given up meanwhile
            route.continue_()


def wait_for_pieces(visitor: Visitor, routes: list[Route], count: int) -> None:
    end = time.monotonic() + PATIENCE_MS / 1000
    while len(routes) < count:
        assert time.monotonic() < end
        visitor.page.wait_for_timeout(50)


def pieces_of(visitor: Visitor) -> list[Request]:
    """Return the pieces that are sent from now on, while they are."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        if PIECES.search(request.url) and request.method == "POST":
            sent.append(request)

    visitor.page.on("request", note)
    return sent


def test_a_choice_is_offered_only_once_it_is_heard(
    new_context: Callable[[], BrowserContext], server: Server, tmp_path: Path
) -> None:
    visitor = Visitor(new_context().new_page(), server.url)
    choice = visitor.page.get_by_role("button", name="Choose a folder")
    with held(visitor, MODULES, method="GET"):
        visitor.page.goto(server.url)
        visitor.waits_for_nothing()
        expect(visitor.page.locator(".area")).to_be_visible(timeout=PATIENCE_MS)
        expect(choice).to_be_hidden()

    expect(choice).to_be_visible(timeout=PATIENCE_MS)
    visitor.upload(make_folder(tmp_path / "pets", 4))
    visitor.says("All 4 files can be used")


def test_a_folder_of_thousands_arrives_whole(visitor: Visitor, tmp_path: Path) -> None:
    visitor.upload(make_folder(tmp_path / "many", 2_000))

    visitor.says("'many' has 2,000 images in 2 classes. All 2,000 files can be used")


def test_a_dropped_folder_arrives_with_all_that_lies_deeper(
    visitor: Visitor, tmp_path: Path
) -> None:
    # The browser lists a hundred at a time.
    make_folder(tmp_path / "pets" / "train", 230)
    make_folder(tmp_path / "pets" / "test" / "deeper" / "still", 6)

    visitor.drop(tmp_path / "pets")

    visitor.says(re.compile("'pets' has 236 images"))


def test_a_dropped_archive_is_an_archive(visitor: Visitor, tmp_path: Path) -> None:
    files = {f"set/{label}/{n}.jpg": picture(n * 9) for label in "ab" for n in range(4)}

    visitor.drop(make_zip(tmp_path / "letters.zip", files))

    visitor.says("All 8 files can be used")


def test_several_dropped_folders_are_the_classes_of_one_set(
    visitor: Visitor, tmp_path: Path
) -> None:
    make_folder(tmp_path / "set", 6)

    visitor.drop(tmp_path / "set" / "even", tmp_path / "set" / "odd")

    visitor.says(re.compile("has 6 images in 2 classes"))


def test_a_dropped_connection_loses_nothing(visitor: Visitor, tmp_path: Path) -> None:
    seen, is_back = 0, False

    def lose_some(route: Route) -> None:
        nonlocal seen
        seen += 1
        if seen == 1 or is_back:
            route.continue_()
        else:
            route.abort("connectionreset")

    visitor.page.route(PIECES, lose_some)
    visitor.upload(make_folder(tmp_path / "large", 8, size=LARGE))

    # The first sentence stands for half a second, the later ones for longer.
    visitor.says(re.compile(r"The connection is lost; trying again in \d+ s"))
    is_back = True
    visitor.says("All 8 files can be used")
    visitor.forget_lost_connections()


def test_the_same_folder_goes_on_after_a_reload(visitor: Visitor, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "large", 8, size=LARGE)
    sent, has_reloaded = 0, False

    def stop_half_way(route: Route) -> None:
        nonlocal sent
        sent += 1
        if sent <= 4 or has_reloaded:
            route.continue_()

    visitor.page.route(PIECES, stop_half_way)
    visitor.upload(folder)
    visitor.says("4 of 8 files")
    visitor.page.reload()
    has_reloaded = True
    visitor.says("Receiving 'large'")
    pieces = pieces_of(visitor)

    visitor.upload(folder)

    visitor.says("All 8 files can be used")
    assert len(pieces) == 4
    visitor.forget_lost_connections()


def test_cancel_stops_the_upload_and_offers_another(visitor: Visitor, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "large", 6, size=LARGE)
    with held(visitor, PIECES) as routes:
        visitor.upload(folder)
        wait_for_pieces(visitor, routes, 3)

        visitor.page.locator(".area").get_by_role("button", name="Cancel").click()

        visitor.says("The upload was cancelled.")
        expect(visitor.page.get_by_text("Receiving 'large'")).to_have_count(0, timeout=PATIENCE_MS)
    visitor.upload(folder)
    visitor.says("All 6 files can be used")
    visitor.forget_lost_connections()


def test_cancel_in_the_sidebar_stops_the_upload_too(visitor: Visitor, tmp_path: Path) -> None:
    with held(visitor, PIECES) as routes:
        visitor.upload(make_folder(tmp_path / "large", 6, size=LARGE))
        wait_for_pieces(visitor, routes, 3)
        visitor.says("Receiving 'large'")

        visitor.page.get_by_test_id("stSidebar").get_by_role("button", name="Cancel").click()

        expect(visitor.page.get_by_text("Receiving 'large'")).to_have_count(0, timeout=PATIENCE_MS)
    visitor.says("The upload was stopped.")
    visitor.faults = [fault for fault in visitor.faults if "404" not in fault]


def test_leaving_the_page_neither_stops_nor_doubles_the_upload(
    visitor: Visitor, tmp_path: Path
) -> None:
    pieces = pieces_of(visitor)
    with held(visitor, PIECES) as routes:
        visitor.upload(make_folder(tmp_path / "large", 6, size=LARGE))
        wait_for_pieces(visitor, routes, 3)
        visitor.go("Audit")
        visitor.says("There are no images yet.")
        visitor.says("Receiving 'large'")
        visitor.go("Load")
        visitor.says("Sending 'large'")

    visitor.says("All 6 files can be used")
    assert len(pieces) == 6


def test_an_upload_ends_and_is_loaded_while_another_page_is_open(
    visitor: Visitor, tmp_path: Path
) -> None:
    with held(visitor, PIECES) as routes:
        visitor.upload(make_folder(tmp_path / "large", 4, size=LARGE))
        wait_for_pieces(visitor, routes, 3)
        visitor.go("Export")
        visitor.says("There are no images yet.")

    expect(visitor.page.get_by_text("4 images, 2 classes")).to_be_visible(timeout=PATIENCE_MS)


def test_another_visitor_cannot_reach_an_upload(
    new_visitor: Callable[..., Visitor], server: Server, tmp_path: Path
) -> None:
    one, other = new_visitor(server), new_visitor(server)
    with held(one, PIECES) as routes, held(other, PIECES) as foreign:
        one.upload(make_folder(tmp_path / "mine", 4, size=LARGE))
        other.upload(make_folder(tmp_path / "theirs", 4, size=LARGE))
        wait_for_pieces(one, routes, 1)
        wait_for_pieces(other, foreign, 1)
        *_, token, id_ = routes[0].request.url.split("/")
        stranger = foreign[0].request.url.replace(foreign[0].request.url.split("/")[-1], id_)

        assert one.page.request.get(routes[0].request.url).status == 200
        assert other.page.request.get(stranger).status == 404
        assert other.page.request.delete(stranger.replace("upload/", "upload/x")).status == 404
        assert token not in stranger
    one.says("All 4 files can be used")
    other.says("All 4 files can be used")


def test_what_is_no_picture_is_reported_and_not_sent(visitor: Visitor, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "pets", 6)
    (folder / "film.mp4").write_bytes(bytes(9_000_000))
    pieces = pieces_of(visitor)

    visitor.upload(folder)

    visitor.says("Of 7 files, 6 can be used and 1 is skipped")
    assert len(pieces) == 1


def test_a_file_that_changes_on_its_way_is_skipped_alone(visitor: Visitor, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "large", 6, size=LARGE)
    changed = folder / "odd" / "00003.jpg"
    with held(visitor, BEGINNINGS) as routes:
        visitor.upload(folder)
        wait_for_pieces(visitor, routes, 1)
        changed.write_bytes(b"shorter")
        os.utime(changed, (1, 1))

    visitor.says("Of 6 files, 5 can be used and 1 is skipped")
    visitor.forget_lost_connections()


def test_a_refusal_is_said_and_can_be_tried_again(visitor: Visitor, tmp_path: Path) -> None:
    refusals = ['{"error": "The disk is full."}']

    def refuse_once(route: Route) -> None:
        if refusals:
            route.fulfill(status=507, body=refusals.pop(), content_type="application/json")
        else:
            route.continue_()

    visitor.page.route(PIECES, refuse_once)
    visitor.upload(make_folder(tmp_path / "pets", 4))
    visitor.says("The disk is full.")

    visitor.press("Try again")

    visitor.says("All 4 files can be used")
    visitor.faults = [fault for fault in visitor.faults if "507" not in fault]
