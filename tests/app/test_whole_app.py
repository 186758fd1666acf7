"""The whole app: the frame, the pages in turn, and refusals in one place."""

import struct
import threading
import time

import pytest
from drawn_sets import loaded
from opened_page import finish_jobs, open_app, text, visitor

from app.jobs.queue import QUALITY, Job
from app.upload.announcement import AnnouncementReader
from app.upload.loading import loading_job
from app.upload.uploads import Uploads
from core.dataset import ImageDataset
from core.limits import DEFAULT_LIMITS


def test_the_app_opens_without_images() -> None:
    page = open_app(visitor())

    assert not page.exception
    assert [title.value for title in page.title] == ["Which images do you want to balance?"]


def test_an_upload_that_waits_for_other_work_says_so() -> None:
    workspace, opened = visitor(), threading.Event()
    announced = AnnouncementReader(DEFAULT_LIMITS)
    announced.feed(b'{"kind": "folder", "name": "pets"}\n3\t"a/1.jpg"\n')
    upload = workspace.of(Uploads).begin(announced.end())
    upload.write(struct.pack("<II", 0, 3) + b"one")
    workspace.start(Job("long", "Long work", lambda _: opened.wait(60)), workspace.session)

    shown = text(open_app(workspace))
    opened.set()
    finish_jobs(workspace)
    workspace.of(Uploads).drop_idle(0)

    assert "100 %, waiting for the work below" in shown


def test_a_click_counts_where_work_ends_while_the_page_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace, ends = visitor(), threading.Event()
    long = Job("long", "Long work", lambda _: ends.wait(60), slot=QUALITY)
    workspace.start(long, workspace.session)
    page = open_app(workspace)

    def end_and_draw(_: Job) -> None:
        ends.set()
        while long.is_active:
            time.sleep(0.01)

    monkeypatch.setattr("app.shell.sidebar.job_line", end_and_draw)
    page.button(key="sample_digits").click().run()

    is_loading = loading_job(workspace, "Handwritten digits") is not None
    workspace.cancel_all()
    finish_jobs(workspace)
    assert is_loading


def test_a_sample_is_loaded_by_its_button_and_leads_from_page_to_page() -> None:
    workspace = visitor()
    page = open_app(workspace)

    page.button(key="sample_digits").click().run()
    finish_jobs(workspace)
    page.run()
    assert not page.exception
    assert "has 446 images in 10 classes" in text(page)

    titles = []
    for step in ("audit", "augment", "balance"):
        page.button(key=f"lead_on_{step}").click().run()
        assert not page.exception
        titles.append(page.title[0].value)
    assert titles == [
        "How unbalanced is it?",
        "What does augmentation do to your classes?",
        "How should the classes be balanced?",
    ]


def test_a_message_with_a_hostile_name_is_shown_letter_by_letter() -> None:
    workspace = visitor()
    workspace.message = "'Loading '![x](http://host/p.png)'' was cancelled."

    page = open_app(workspace)

    assert "![x](http" not in page.warning[0].value
    assert "![x](http://host/p.png)" in text(page)


def test_a_message_stays_through_reruns_and_goes_with_the_page(dataset: ImageDataset) -> None:
    workspace = visitor(loaded(dataset))
    workspace.message = "Embedding images was cancelled. Nothing has changed."
    page = open_app(workspace)

    page.run()
    shown_again = len(page.warning)
    page.button(key="lead_on_audit").click().run()

    assert shown_again == 1
    assert len(page.warning) == 0
    assert workspace.message == ""
