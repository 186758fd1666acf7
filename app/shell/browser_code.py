"""JavaScript modules of a room, served at an address that names what is in them.

Streamlit runs a component's script from a `blob:` address, from which no relative import leads
anywhere, and finds a package's own files only through a manifest that neither an editable install
nor a run from the source tree has. So each room serves its modules itself, and the script that
Streamlit gets is one line that imports the first of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CODE_PATH = "/evenset/code"
# An address is of one content for ever; after an update the pages name another one.
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class BrowserCode:
    """The modules in a folder, as they were when the server began to use them.

    They are read once: half of an update must not go out under the address of the version before.
    """

    room: str
    folder: Path

    @cached_property
    def modules(self) -> Mapping[str, bytes]:
        """Return name -> content of each module."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.js"))}

    @cached_property
    def base(self) -> str:
        """Return the address below which the modules are: another one when one of them changes."""
        digest = blake2b(digest_size=8)
        for name, content in self.modules.items():
            digest.update(f"{name} {len(content)}\n".encode())
            digest.update(content)
        return f"{CODE_PATH}/{self.room}/{digest.hexdigest()}"

    def script(self, name: str) -> str:
        """Return the script of a component whose default export is that of a module."""
        if name not in self.modules:
            raise FileNotFoundError(self.folder / name)
        address = f'new URL("{self.base}/{name}", document.baseURI).href'
        # With a line break Streamlit takes it for a script; without, it might for a file's name.
        return f"const code = await import({address});\nexport default code.default;\n"

    def route(self) -> Route:
        """Return the route of the modules; without a token, since they are the same for all."""
        return Route(f"{CODE_PATH}/{self.room}/{{version}}/{{name}}", self._answer)

    async def _answer(self, request: Request) -> Response:
        """Answer with a module; a version before is gone, since its modules must not be mixed."""
        content = self.modules.get(request.path_params["name"])
        if content is None or request.path_params["version"] != self.base.rsplit("/", 1)[-1]:
            return Response(status_code=404, headers={"Cache-Control": "no-store"})
        return Response(content, media_type="text/javascript", headers=_HEADERS)
