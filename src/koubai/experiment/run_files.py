"""A run as a folder that a person looks into, or as one file that is handed on: a zip archive of the same files."""

import os
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from koubai.errors import FileFault, InputError
from koubai.experiment.run_format import ABOUT, FILES, Provenance, contents_of, record_of
from koubai.experiment.run_record import RunRecord
from koubai.files import new_file, new_folder, reason

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the time of every file in an archive: the same run gives the same bytes


def save(run: RunRecord, places: Iterable[Path], provenance: Provenance | None = None) -> Path:
    """Write a run as a new folder, whole or not at all.

    Args:
        run: What is written.
        places: Where the folder may be; the first that is free is taken.
        provenance: Where the run comes from.

    Returns:
        The folder.

    Raises:
        InputError: No place is free.
        FileFault: The folder can't be written.
    """

    def write(folder: Path) -> None:
        for name, content in contents_of(run, provenance).items():
            (folder / name).write_bytes(content)

    return new_folder(places, write)


def pack(run: RunRecord, path: Path, provenance: Provenance | None = None) -> None:
    """Write ``run`` as the one file ``path``, whole or not at all."""
    with new_file(path) as beside, ZipFile(beside, "w", ZIP_STORED) as archive:
        for name, content in contents_of(run, provenance).items():
            archive.writestr(ZipInfo(name, LONG_AGO), content)


def read(path: Path) -> tuple[RunRecord, Provenance]:
    """Read the run that ``save`` or ``pack`` wrote.

    Args:
        path: A folder, or the file of ``koubai runs export``.

    Returns:
        The run's plain data, and where it comes from.

    Raises:
        InputError: There is nothing at ``path``.
        FileFault: A file is missing, unreadable, damaged, or of a newer format.
    """
    if not os.path.lexists(path):
        raise InputError("load-absent", path=str(path))
    if path.is_dir() or not path.exists():
        return record_of(str(path), lambda name: _bytes_of(path / name))
    return record_of(str(path), _members(path).__getitem__)


def _members(path: Path) -> dict[str, bytes]:
    """Read the files of an archive, by name. Nothing is unpacked to more than the archive's own size."""
    _check_plain(path)
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if not {*names} <= {*FILES} or len({*names}) < len(names) or ABOUT not in names:
                raise BadZipFile
            if any(member.compress_type != ZIP_STORED or member.file_size > path.stat().st_size for member in members):
                raise BadZipFile
            contents = {name: archive.read(name) for name in names}
    except FileFault:
        raise
    except OSError as error:
        raise FileFault("load-unreadable", path=str(path), reason=reason(error)) from error
    except Exception as error:  # whatever zipfile says to bytes that are no archive
        raise FileFault("load-no-archive", path=str(path)) from error
    return _Members(path, contents)


class _Members(dict[str, bytes]):
    def __init__(self, path: Path, contents: dict[str, bytes]) -> None:
        super().__init__(contents)
        self._path = path

    def __missing__(self, name: str) -> bytes:
        raise FileFault("load-no-archive", path=str(self._path))


def _check_plain(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise FileFault("load-broken-sum", path=str(path))  # a pipe, say, that would never end


def _bytes_of(path: Path) -> bytes:
    try:
        _check_plain(path)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileFault("load-missing", path=str(path.parent), name=path.name) from error
    except FileFault:
        raise
    except OSError as error:
        raise FileFault("load-unreadable", path=str(path), reason=reason(error)) from error
