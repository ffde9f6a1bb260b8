"""The site that tox builds from the documentation, read in Chromium."""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
import sys
import threading
from contextlib import closing
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

import required
from docs.conftest import VERSION
from docs.pages import CHECKOUT, PAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

WIDTH = 360  # of a phone
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The theme scrolls an element of the page, not the page.
WIDEST = """
() => Math.max(...[...document.querySelectorAll("article, :has(article)")].map(
    element => element.scrollWidth
))
"""
# Elements that are wider than their box, and that a reader cannot scroll.
CUT = """
() => [...document.querySelectorAll("article *")].filter(element => {
    const style = getComputedStyle(element);
    return ["hidden", "clip"].includes(style.overflowX)
        && style.display !== "inline" && style.position !== "absolute"
        && element.scrollWidth > element.clientWidth;
}).map(element => element.outerHTML.slice(0, 200))
"""
# Words that a picture cuts off.
OUTSIDE = """
() => [...document.querySelectorAll("text")].filter(
    text => text.getBoundingClientRect().right
        > document.documentElement.getBoundingClientRect().right
).map(text => text.textContent)
"""
LIGHTNESS = """
element => {
    const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/[0-9.]+/g);
    return (Number(red) + Number(green) + Number(blue)) / (3 * 255);
}
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def site() -> Path:
    directory = os.environ.get("PYSHAREDIR_SITE")
    if not directory:
        reason = "`tox -e docs` builds the site, and names its directory in PYSHAREDIR_SITE"
        required.skip(reason, "site")
    return Path(directory)


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site, and return where."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not executable:
        required.skip("Chromium is not on this machine", "site")
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=executable, args=FLAGS)) as browser,
    ):
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return a tab, at the first page of the site."""
    with closing(browser.new_page()) as page:
        page.goto(address)
        yield page


class _Page(HTMLParser):
    """What a page links to, and what can be linked to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.anchors.add(value or "")
            if name in ("href", "src") and tag != "link":
                self.links.add(value or "")


def test_every_page_is_in_the_site(site: Path) -> None:
    docs = CHECKOUT / "docs"
    wanted = {page.relative_to(docs).with_suffix(".html") for page in PAGES if docs in page.parents}
    assert wanted <= {path.relative_to(site) for path in site.rglob("*.html")}


def test_links_lead_somewhere(site: Path) -> None:
    pages = {path: _Page(path) for path in site.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links:
            if link.startswith(("https:", "data:")):
                continue
            name, _, anchor = unquote(link).partition("#")
            target = Path(posixpath.normpath(path.parent / name.partition("?")[0]))
            target = target if name else path
            assert target.is_file(), f"{path}: {link}"
            if anchor:
                assert anchor in pages[target].anchors, f"{path}: {link}"


def test_nothing_is_cut_on_a_narrow_screen(site: Path, address: str, browser: Browser) -> None:
    fetched = set()
    with closing(browser.new_page(viewport={"width": WIDTH, "height": 740})) as page:
        page.on("request", lambda request: fetched.add(request.url))
        for path in sorted(site.rglob("*.html")):
            name = path.relative_to(site)
            page.goto(f"{address}/{name}")
            assert 0 < page.evaluate(WIDEST) <= WIDTH, name
            assert page.evaluate(CUT) == [], name
    # The site fetches nothing from other servers.
    assert [url for url in fetched if not url.startswith((address, "data:"))] == []


def test_pictures_are_wide_enough(site: Path, address: str, page: Page) -> None:
    pictures = [path.name for path in site.glob("_images/*.svg")]
    assert pictures
    for name in pictures:
        page.goto(f"{address}/_images/{name}")
        assert page.locator("text").count(), name
        assert page.evaluate(OUTSIDE) == [], name


@pytest.mark.parametrize(
    ("words", "title"), [("lib64", "SD111 lib64-missing"), ("SD301", "SD301 native-in-sharedir")]
)
def test_search_finds_it(words: str, title: str, page: Page) -> None:
    page.get_by_role("textbox", name="Search").fill(words)
    page.keyboard.press("Enter")
    page.locator("ul.search li a").first.click()
    assert page.locator("h1").inner_text().startswith(title)


def test_it_can_be_dark(page: Page) -> None:
    body = page.locator("body")
    assert body.evaluate(LIGHTNESS) > 0.9
    page.emulate_media(color_scheme="dark")
    assert body.evaluate(LIGHTNESS) < 0.2
    page.get_by_role("button", name="Toggle").first.click()
    assert body.evaluate(LIGHTNESS) > 0.9


def test_pictures_show_what_commands_print(
    online: dict[str, str], find_interpreter: Callable[[str], Path]
) -> None:
    python = find_interpreter(VERSION)
    suffix = f"cpython-{VERSION.replace('.', '')}-x86_64-linux-gnu.so"
    if not list(python.resolve().parents[1].glob(f"lib/*/lib-dynload/_bisect.{suffix}")):
        pytest.skip("the pictures show a Python that `configure` and `make` built on x86_64")
    done = subprocess.run(
        [sys.executable, CHECKOUT / "docs" / "pictures.py", "--check", "--python", python],
        env=online,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
