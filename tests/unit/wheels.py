"""Distributions as an installer makes them: the installer library installs them."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from installer.records import RecordEntry
    from installer.utils import Scheme


class _Overwriting(SchemeDictionaryDestination):
    """A destination that overwrites files, for every version of installer since 0.7."""

    def write_to_fs(self, scheme: Scheme, path: str, *args: Any, **options: Any) -> RecordEntry:
        Path(self.scheme_dict[scheme], path).unlink(missing_ok=True)
        return super().write_to_fs(scheme, path, *args, **options)


def put(
    directory: Path,
    name: str,
    files: Mapping[str, str | bytes],
    *,
    scripts: Path | None = None,
    prefix: Path | None = None,
    entry_points: str = "",
    purelib: str = "true",
    tag: str = "py3-none-any",
) -> Path:
    """Install a wheel *name* 1.0 with *files* into *directory*, and return its metadata there.

    :param scripts: Where scripts go, if not into the ``bin`` of *prefix*.
    :param prefix: Where data goes, if not above *directory*.
    """
    info = f"{name}-1.0.dist-info"
    content: dict[str, str | bytes] = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": (
            f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: {purelib}\nTag: {tag}\n"
        ),
    }
    if entry_points:
        content[f"{info}/entry_points.txt"] = entry_points
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as wheel:
        for path, text in content.items():
            wheel.writestr(path, text)
        record = "".join(f"{path},{_hash(text)},{len(text)}\n" for path, text in content.items())
        wheel.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    base = prefix or directory.parents[2]
    interpreter = f"{prefix}/bin/python3" if prefix else "python3"
    scheme = {
        "purelib": str(directory),
        "platlib": str(directory),
        "scripts": str(scripts or base / "bin"),
        "headers": str(base / "include"),
        "data": str(base),
    }
    with zipfile.ZipFile(stream) as wheel:
        destination = _Overwriting(scheme, interpreter, script_kind="posix")
        wheel.filename = f"{name}-1.0-py3-none-any.whl"
        install(WheelFile(wheel), destination, {"INSTALLER": b"test"})
    return directory / info


def _hash(content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    digest = hashlib.sha256(data).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
