"""Names that stand for each other, or are likely to be taken for each other."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable

# Whoever installs by the name of one of these modules gets nothing, or another's work.
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
# https://docs.python.org/3/whatsnew: what left the standard library, by the first X.Y without it.
REMOVED = {
    (3, 10): "formatter parser symbol macpath",
    (3, 11): "binhex",
    (3, 12): "asynchat asyncore distutils imp smtpd",
    (3, 13): "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib"
    " ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib",
}
# https://docs.python.org/3/py-modindex.html: what it marks as available on Windows.
WINDOWS = frozenset({"_winapi", "msvcrt", "nt", "winreg", "winsound"})
_AFFIXES = {"py", "python"}
_SIMILARITY = 0.75


def is_module(name: str) -> bool:
    """Tell whether a module can be called so."""
    return all(map(str.isidentifier, name.split(".")))


def is_called(module: str, distribution: str) -> bool:
    """Tell whether a distribution is likely to be the one that has a module.

    :param distribution: Its normalised name.
    """
    known = DISTRIBUTIONS.get(module)
    if known:
        return canonicalize_name(known) == distribution
    words = [word for word in distribution.split("-") if word not in _AFFIXES]
    return canonicalize_name(module) in (distribution, "-".join(words))


def same(name: str, names: Iterable[str]) -> list[str]:
    """Return the other names that differ in case, ``-`` and ``_`` only."""
    plain = _plain(name)
    return sorted(each for each in names if _plain(each) == plain and each != name)


def _plain(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "")


def close(name: str, names: Iterable[str]) -> list[str]:
    """Return the names that are similar."""
    return difflib.get_close_matches(name, sorted(names), n=3, cutoff=_SIMILARITY)


def question(names: Iterable[str]) -> str:
    """Return the question whether one of these is meant."""
    return f"did you mean {' or '.join(names)}?"
