"""Files of this machine, and those that fsspec opens."""

from __future__ import annotations

import importlib
import os
from typing import Any, Mapping, Sequence

from .._inputs import Opened, expand


def files(source: str | Sequence[str], *, storage: Mapping[str, Any] | None = None) -> list[str]:
    """The names of all files that are meant, each as :func:`index` takes it. Of a folder, these
    are its files whose names begin with neither ``_`` nor ``.``."""
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    names: list[str] = []
    for each in sources:
        text = os.fspath(each)
        if not isinstance(text, str):
            raise TypeError("only paths and URLs can be read elsewhere, no file objects")
        if "://" in text:
            names += _listed(text, storage or {})
        elif os.path.isdir(text):
            paths = [os.path.join(os.path.abspath(text), name) for name in sorted(os.listdir(text))]
            names += [path for path in paths if os.path.isfile(path) and not _is_hidden(path)]
        else:
            # Workers may run in another folder.
            names += [os.path.abspath(name) for name, _ in expand(text)]
    if not names:
        raise FileNotFoundError(2, "No such file or directory", str(source))
    return list(dict.fromkeys(names))


def writer(path: str, storage: Mapping[str, Any]) -> Any:
    """Opens a path or URL to write to."""
    if "://" not in path:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        return open(path, "wb")
    return _fsspec(path).open(path, "wb", **storage)


def opened(name: str, storage: Mapping[str, Any]) -> Opened:
    """What opens a file that :func:`files` named."""
    if "://" not in name:
        return name, None
    return name, _fsspec(name).open(name, "rb", expand=False, **storage).open


def size_of(name: str, storage: Mapping[str, Any]) -> int | None:
    """Octets of a file; ``None`` if that is not known."""
    if "://" not in name:
        return os.path.getsize(name)
    system, path = _fsspec(name).core.url_to_fs(name, **storage)
    size = system.size(path)
    return None if size is None else int(size)


def _listed(url: str, storage: Mapping[str, Any]) -> list[str]:
    """The files that a URL means: itself, those of a pattern, or those in a folder."""
    system, path = _fsspec(url).core.url_to_fs(url, **storage)
    if any(sign in path for sign in "*?["):
        found = [name for name in sorted(system.glob(path)) if not system.isdir(name)]
    elif system.isdir(path):
        found = [name for name in sorted(system.find(path, maxdepth=1)) if not _is_hidden(name)]
    else:
        found = [path] if system.exists(path) else []
    if not found:
        raise FileNotFoundError(2, "No such file or directory", url)
    return [system.unstrip_protocol(name) for name in found]


def _is_hidden(name: str) -> bool:
    """Of a folder, what Spark passes over too: marks such as ``_SUCCESS``."""
    return name.rpartition("/")[2].startswith(("_", "."))


def _fsspec(url: str) -> Any:
    try:
        return importlib.import_module("fsspec")
    except ImportError as error:
        raise ImportError(f"{url} is a URL: pip install fsspec") from error
