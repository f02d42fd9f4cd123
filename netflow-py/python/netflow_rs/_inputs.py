"""What can be read: paths, patterns, URLs, file objects."""

from __future__ import annotations

import difflib
import glob as _glob
import importlib
import io
import os
import re
import stat
import threading
from typing import IO, Any, Callable, Iterable, Sequence, Union

from ._errors import NetflowError
from ._netflow import FIELDS

PathLike = Union[str, "os.PathLike[str]"]
Input = Union[PathLike, IO[bytes]]
Inputs = Union[Input, Iterable[Input]]
Opened = tuple[str, Union[Callable[[], Any], None]]

COLUMNS: tuple[str, ...] = tuple(name for name, _, _, _ in FIELDS)

_MEANT = {
    "src": "source_address",
    "dst": "destination_address",
    "sport": "source_port",
    "dport": "destination_port",
    "proto": "protocol",
    "bytes": "octets",
    "pkts": "packets",
    "time": "start",
    "first": "start",
    "last": "end",
    "sampling_interval": "sampling_rate",
    **{
        f"{short}{joint}{other}": f"{long}_{meant}"
        for short, long in (("src", "source"), ("dst", "destination"))
        for joint in ("", "_")
        for other, meant in (
            ("ip", "address"),
            ("addr", "address"),
            ("port", "port"),
            ("as", "as"),
            ("mac", "mac"),
        )
    },
}
"""What others call columns."""


class _FileObject:
    """Opens a file object again: each pass has its own place in it, so that passes may overlap. One
    that cannot seek is read once."""

    def __init__(self, file: Any) -> None:
        if isinstance(file, io.TextIOBase):
            raise TypeError('the file object returns text; open it with mode "rb"')
        self.file = file
        self.name = str(getattr(file, "name", None) or f"<{type(file).__name__}>")
        self.begun = False
        # Reentrant: a thread that holds it gets an error instead of waiting for itself.
        self.lock = threading.RLock()
        self.is_read = False
        try:
            self.start = file.tell() if file.seekable() else None
        except (AttributeError, OSError):
            self.start = None

    def __call__(self) -> Any:
        if getattr(self.file, "closed", False):
            raise ValueError(f"{self.name} is closed; open it again")
        if self.start is not None:
            self._check_rest(self.start)
            return _Pass(self, self.start)
        if self.begun:
            raise _consumed(self.name)
        self.begun = True
        return self.file


    def _check_rest(self, start: int) -> None:
        """A file object is read from where it stands, which may be its end by mistake."""
        with self.lock:
            if start == 0 or self.is_read:
                return
            self.file.seek(start)
            if not self.file.read(1):
                raise ValueError(
                    f"{self.name} is at its end, after {start:,} octets: call seek(0) first"
                )


class _Pass:
    """A pass over a file object that others read too."""

    def __init__(self, of: _FileObject, start: int) -> None:
        self.of = of
        self.at = start

    def read(self, size: int) -> bytes:
        of = self.of
        with of.lock:
            if of.is_read:
                raise RuntimeError(
                    f"{of.name} is being read in this very thread: neither its own read() nor a "
                    "signal handler can read it meanwhile"
                )
            of.is_read = True
            try:
                if of.file.tell() != self.at:
                    of.file.seek(self.at)
                octets: bytes = of.file.read(size)
                self.at = of.file.tell()
                return octets
            finally:
                of.is_read = False


class _Pipe:
    """Opens a path that can be read once, such as that of a pipe."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.begun = False

    def __call__(self) -> Any:
        if self.begun:
            raise _consumed(self.path)
        self.begun = True
        return open(self.path, "rb")


def _natural(path: str) -> list[tuple[int, str]]:
    """The order of people: ``x.pcap2`` is before ``x.pcap10``."""
    parts = re.split(r"(\d+)", path)
    # Texts and numbers alternate; of equal numbers the one with more zeros in front is first.
    return [(int(part), part) if part.isdecimal() else (-1, part) for part in parts]


def _consumed(name: str) -> NetflowError:
    return NetflowError(
        f"{name} was read already and cannot be read again, since it cannot seek; use nf.read, "
        "which keeps the flows, or pass a path",
        kind="consumed",
        path=name,
    )


def _url(url: str) -> list[Opened]:
    try:
        fsspec: Any = importlib.import_module("fsspec")
    except ImportError as error:
        raise ImportError(f"{url} is a URL: pip install fsspec") from error
    files = fsspec.open_files(url, "rb") if _glob.has_magic(url) else [fsspec.open(url, "rb")]
    if not files:
        raise FileNotFoundError(2, "No such file or directory", url)
    return [(file.full_name, file.open) for file in files]


def _one(source: Any) -> list[Opened]:
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        if not isinstance(path, str):
            path = os.fsdecode(path)
        if "://" in path:
            return _url(path)
        path = os.path.expanduser(path)
        if _glob.has_magic(path) and not os.path.exists(path):
            found = sorted(_glob.glob(path, recursive=True), key=_natural)
            if not found:
                raise FileNotFoundError(2, "No such file or directory", path)
            return [(each, None) for each in found]
        if not os.path.exists(path):
            raise FileNotFoundError(2, "No such file or directory", path)
        mode = os.stat(path).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode):
            return [(path, _Pipe(path))]
        return [(path, None)]
    if hasattr(source, "read"):
        opener = _FileObject(source)
        if getattr(source, "closed", False):
            raise ValueError(f"{opener.name} is closed; open it again")
        return [(opener.name, opener)]
    raise TypeError(
        "pass a path, a pattern such as 'captures/*.pcap', a file object opened with mode 'rb', "
        f"or several of these, not {type(source).__name__}"
    )


def expand(source: Any) -> list[Opened]:
    """Everything that is meant, each with a function that opens it unless it is a path."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        raise TypeError("these are octets; pass io.BytesIO(octets), or a path as str")
    if isinstance(source, (str, os.PathLike)) or hasattr(source, "read"):
        return _one(source)
    try:
        several = list(source)
    except TypeError:
        return _one(source)
    opened = [each for one in several for each in _one(one)]
    if not opened:
        raise ValueError("there is no file to read")
    return opened


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The name that is probably meant."""
    meant = _MEANT.get(name.lower())
    if meant is not None and meant in names:
        return meant
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return near[0] if near else None


def chosen(columns: Sequence[str] | None) -> tuple[list[str] | None, bool]:
    """Columns of flows, and whether the name of their file is asked for too."""
    names = check_columns(columns, file=True)
    if names is None or "file" not in names:
        return names, False
    return [name for name in names if name != "file"], True


def check_columns(columns: Sequence[str] | None, *, file: bool = False) -> list[str] | None:
    """Names of columns that there are; of another, what may be meant."""
    if columns is None:
        return None
    if isinstance(columns, str):
        raise TypeError(f"columns are a list of names, such as [{columns!r}]")
    names = list(columns)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"the name of a column is a str, not {type(name).__name__}")
        if name not in COLUMNS and not (file and name == "file"):
            near = nearest(name, COLUMNS)
            meant = f", did you mean {near!r}?" if near else "."
            raise NetflowError(
                f"there is no column {name!r}{meant} See nf.COLUMNS.", kind="unknown_column"
            )
        if names.count(name) > 1:
            raise NetflowError(f"the column {name!r} is duplicated", kind="unknown_column")
    return names
