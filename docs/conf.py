"""Settings with which Sphinx builds the site: ``sphinx-build docs DIRECTORY``.

The pages are plain Markdown, so that a forge shows them too; this adds what only the site needs.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

import tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
_REPOSITORY = _PROJECT["project"]["urls"]["Source"]

project = "pysharedir"
html_title = project
extensions = ["myst_parser", "sphinx_copybutton"]
myst_heading_anchors = 3
nitpicky = True
smartquotes = False  # "--python" is an option
suppress_warnings = ["misc.highlighting_failure"]  # Pygments knows no quotes over several lines

# The button copies what a reader types in a console; a block of output has none.
copybutton_selector = "div:not(.highlight-text) > div.highlight > pre"
copybutton_prompt_text = r"[$>] "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_logo = html_favicon = "_static/logo.svg"
html_copy_source = False
html_use_index = False
html_show_copyright = False
html_theme_options = {
    "source_repository": _REPOSITORY,
    "source_branch": "HEAD",
    "source_directory": "docs/",
}

_LINK = re.compile(r"\]\((?!https?:)([\w./-]+)(#[\w-]+)?\)")
_TOCTREE = """
```{{toctree}}
:hidden:
{caption}{pages}
```
"""


def complete(_app: Sphinx, page: str, source: list[str]) -> None:
    """Add to a page what only the site needs.

    A link to a file outside this directory leads to the repository.
    The links in each section of an index become a part of the tree of the site.
    """
    directory = posixpath.dirname(page)

    def led(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", directory, link[1]))
        is_inside = path.startswith("docs/")
        return link[0] if is_inside else f"]({_REPOSITORY}/blob/HEAD/{path}{link[2] or ''})"

    source[0] = _LINK.sub(led, source[0])
    if posixpath.basename(page) == "index":
        source[0] += "".join(_toctrees(source[0]))


def _toctrees(text: str) -> Iterator[str]:
    head, *sections = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    for title, section in [("", head), *zip(sections[::2], sections[1::2], strict=True)]:
        pages = [path for path, anchor in _LINK.findall(section) if path.endswith(".md")]
        if pages:
            caption = f":caption: {title}\n" if title else ""
            yield _TOCTREE.format(caption=caption, pages="\n".join(dict.fromkeys(pages)))


def setup(app: Sphinx) -> None:
    """Tell Sphinx what to call: a configuration can be an extension too."""
    app.connect("source-read", complete)
