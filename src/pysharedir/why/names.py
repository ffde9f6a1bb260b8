"""Names of modules and distributions that belong together, or are easily confused."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable

# To install a distribution under the name of one of these modules fails, or gets another project.
DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "Crypto": "pycryptodome",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "magic": "python-magic",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "pkg_resources": "setuptools",
    "rpds": "rpds-py",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "usb": "pyusb",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
# https://docs.python.org/3/whatsnew: the modules removed from the standard library in X.Y.
REMOVED = {
    (3, 10): "formatter parser symbol macpath",
    (3, 11): "binhex",
    (3, 12): "asynchat asyncore distutils imp smtpd",
    (3, 13): "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib"
    " ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib",
}
# https://docs.python.org/3/py-modindex.html: the modules that it marks as available on Windows.
WINDOWS = frozenset({"_winapi", "msvcrt", "nt", "winreg", "winsound"})
_AFFIXES = {"py", "python"}
_SIMILARITY = 0.75


def is_module(name: str) -> bool:
    """Tell whether a module can have this name."""
    return all(map(str.isidentifier, name.split(".")))


def is_called(module: str, distribution: str) -> bool:
    """Tell whether a module probably belongs to a distribution, by their names.

    :param distribution: Its normalized name.
    """
    known = DISTRIBUTIONS.get(module)
    if known:
        return canonicalize_name(known) == distribution
    words = [word for word in distribution.split("-") if word not in _AFFIXES]
    return canonicalize_name(module) in (distribution, "-".join(words))


def same(name: str, names: Iterable[str]) -> list[str]:
    """Return the other names that differ only in case, ``-`` and ``_``."""
    plain = _plain(name)
    return sorted(other for other in names if _plain(other) == plain and other != name)


def _plain(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "")


def close(name: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that are similar, the most similar first."""
    return difflib.get_close_matches(name, sorted(names), n=3, cutoff=_SIMILARITY)


def question(names: Iterable[str]) -> str:
    """Return the question whether the user meant one of these."""
    return f"did you mean {' or '.join(names)}?"
