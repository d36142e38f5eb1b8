"""Towns with pages, and a browser that runs the engine."""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emisim.explorer import page
from explorer import towns

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def engine(browser: Any) -> Callable[..., Any]:
    """A function that runs JavaScript with ``explorer``, the engine of data, and an argument."""

    def run(data: dict[str, Any], body: str, argument: object = None) -> Any:
        tab = browser.new_page()
        try:
            tab.set_content("<!doctype html><title>engine</title>")
            tab.add_script_tag(content=page.engine())
            tab.evaluate("text => { window.explorer = Emisim.create(JSON.parse(text)); }",
                         json.dumps(data))  # fmt: skip
            return tab.evaluate(f"given => {{ {body} }}", argument)
        finally:
            tab.close()

    return run


@pytest.fixture(
    scope="session", params=["doubled", pytest.param("example", marks=pytest.mark.slow)]
)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> towns.Made:
    """A made-up town with every kind of measure."""
    where = towns.folder(tmp_path_factory.mktemp(request.param) / "town")
    base = towns.single() if request.param == "example" else towns.doubled(seed=5)
    return towns.make(where, base, seed=len(request.param))
