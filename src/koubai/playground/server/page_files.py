"""The page's files, as Starlette serves them, but with media types and ETags that are the same on every system."""

import os
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parents[1] / "static"
MEDIA_TYPES = {
    ".html": "text/html;charset=utf-8",
    ".js": "text/javascript;charset=utf-8",
    ".mjs": "text/javascript;charset=utf-8",
    ".css": "text/css;charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


class PageFiles(StaticFiles):
    """The files in ``STATIC``. Links are followed, since some installers link a package's files."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC, follow_symlink=True)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or only word that the browser has it already.

        A package's files have the same time of change in every version, so that their content has to tell them apart.
        """
        etag = _etag(str(full_path), stat_result.st_mtime_ns, stat_result.st_size)
        response = FileResponse(
            full_path,
            status_code,
            headers={"etag": etag},
            media_type=MEDIA_TYPES.get(Path(full_path).suffix, "text/plain;charset=utf-8"),
            stat_result=stat_result,
        )
        del response.headers["last-modified"]
        return self.unless_known(response, Headers(scope=scope))

    def unless_known(self, response: Response, headers: Headers) -> Response:
        """``response``, which has an ETag, or only word that it is what the browser has already."""
        if self.is_not_modified(response.headers, headers):
            return NotModifiedResponse(response.headers)
        return response


@lru_cache(maxsize=1000)
def _etag(path: str, changed: int, size: int) -> str:
    """The ETag of a file, which is computed again when its size or its time of change is another."""
    return etag_of(Path(path).read_bytes())


def etag_of(content: bytes) -> str:
    """The ETag of ``content``."""
    return f'"{sha256(content).hexdigest()[:32]}"'
