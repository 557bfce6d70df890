"""The front pages tell the truth: what README shows is what the commands print, and no module lacks its line."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def maker_of(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readme_shows_what_the_commands_print():
    maker = maker_of("make_readme")
    text = maker.PAGE.read_text(encoding="utf-8")
    assert maker.without_measures(maker.page(text)) == maker.without_measures(text), "run: python docs/make_readme.py"


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "index/README.md"])
def test_links_lead_somewhere(page):
    path = ROOT / page
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), f"{page} links to {link}"


def test_the_map_has_every_module():
    maker = maker_of("make_architecture")
    text = maker.PAGE.read_text(encoding="utf-8")
    assert maker.page(text) == text, "run: python docs/make_architecture.py"


def test_targets_of_the_readme_exist():
    targets = set(re.findall(r"make (\w+) ", (ROOT / "README.md").read_text(encoding="utf-8"))) - {"are"}
    for target in {"demo", "test", "check", "bench"} | targets:
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
