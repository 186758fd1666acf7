"""The JavaScript modules of the rooms: served whole, and never two versions in one page."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.map.routes import MAP_CODE
from app.shell.browser_code import BrowserCode
from app.upload.routes import UPLOAD_CODE

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z_]+\.js)";$', re.MULTILINE)


def two_modules(folder: Path, said: str = "one") -> BrowserCode:
    (folder / "first.js").write_text('import { say } from "./second.js";\nexport default say;\n')
    (folder / "second.js").write_text(f'export const say = () => "{said}";\n')
    (folder / "style.css").write_text("p { margin: 0; }")
    return BrowserCode("toy", folder)


def client(code: BrowserCode) -> TestClient:
    return TestClient(Starlette(routes=[code.route()]))


def test_a_module_is_served_as_javascript_and_may_be_kept_for_ever(tmp_path: Path) -> None:
    code = two_modules(tmp_path)

    answer = client(code).get(f"{code.base}/second.js")

    assert answer.text == 'export const say = () => "one";\n'
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_another_content_has_another_address_and_the_old_one_is_gone(tmp_path: Path) -> None:
    before = two_modules(tmp_path).base

    after = two_modules(tmp_path, "two")

    assert after.base != before
    assert client(after).get(f"{after.base}/first.js").status_code == 200
    old = client(after).get(f"{before}/first.js")
    assert (old.status_code, old.headers["cache-control"]) == (404, "no-store")


def test_an_update_under_a_running_server_is_not_mixed_with_what_it_serves(tmp_path: Path) -> None:
    code = two_modules(tmp_path)
    address = f"{code.base}/second.js"

    two_modules(tmp_path, "two")

    assert '"one"' in client(code).get(address).text


@pytest.mark.parametrize("name", ["style.css", "third.js", "..%2Fsecrets.js", "%2Fetc%2Fpasswd"])
def test_nothing_but_modules_is_served(tmp_path: Path, name: str) -> None:
    code = two_modules(tmp_path)
    (tmp_path.parent / "secrets.js").write_text("")

    assert client(code).get(f"{code.base}/{name}").status_code == 404


def test_a_component_imports_its_first_module_by_its_whole_address(tmp_path: Path) -> None:
    code = two_modules(tmp_path)

    assert f'"{code.base}/first.js"' in code.script("first.js")
    with pytest.raises(FileNotFoundError):
        code.script("third.js")


@pytest.mark.parametrize("code", [MAP_CODE, UPLOAD_CODE], ids=lambda code: code.room)
def test_what_a_module_imports_is_exported_by_another_one(code: BrowserCode) -> None:
    texts = {name: content.decode() for name, content in code.modules.items()}
    found = 0

    for text in texts.values():
        for names, module in _IMPORT.findall(text):
            for name in re.findall(r"\w+", names):
                pattern = rf"^export (async )?(const|function\*?|class) {name}\b"
                assert re.search(pattern, texts[module], re.MULTILINE), f"{name} of {module}"
                found += 1
        assert text.count("\nimport ") == len(_IMPORT.findall(text))

    assert found > 5


@pytest.mark.parametrize("code", [MAP_CODE, UPLOAD_CODE], ids=lambda code: code.room)
def test_what_a_module_exports_says_what_it_takes(code: BrowserCode) -> None:
    bare = [
        f"{name}: {line}"
        for name, content in code.modules.items()
        for before, line in pairwise(content.decode().splitlines())
        if line.startswith("export ") and line != "export {};" and not before.endswith("*/")
    ]

    assert bare == []
