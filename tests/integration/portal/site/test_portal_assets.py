"""The look: contrast of the colours, sums of the vendored files, no inline script or style in any template."""

import hashlib
import re

import pytest

from portal_world import ROOT

SITE = ROOT / "src/simpul/portal/site"
CSS = (SITE / "static/site/site.css").read_text()
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", CSS))
TEMPLATES = sorted((ROOT / "src/simpul/portal").glob("*/templates/**/*.html"))


def measure_contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("text", "page"), ("text", "ground"), ("muted", "page"), ("muted", "ground"), ("primary", "page"),
        ("primary", "ground"), ("on-dark", "primary"), ("on-dark", "brand"), ("on-dark", "error"),
        ("primary-dark", "primary-tint"), ("error", "page"), ("error", "error-tint"), ("warning", "warning-tint"),
        ("success", "success-tint"), ("brand", "primary-tint"), ("muted", "line"), ("error", "ground"),
    ],
)  # fmt: skip
def test_text_is_legible_on_its_ground(text: str, ground: str) -> None:
    assert measure_contrast(TOKENS[text], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["page", "ground"])
def test_edges_of_fields_are_visible(ground: str) -> None:
    assert measure_contrast(TOKENS["line-strong"], TOKENS[ground]) >= 3


def test_vendored_files_are_those_of_the_table() -> None:
    table = (SITE / "static/vendor/README.md").read_text()
    rows = re.findall(r"^\| (\S+\.(?:js|css)) \|.*\| ([0-9a-f]{64}) \|$", table, re.M)
    vendored = [path for path in (SITE / "static/vendor").rglob("*") if path.suffix in (".js", ".css")]
    found = {str(path.relative_to(SITE / "static/vendor")) for path in vendored}
    assert {name for name, _ in rows} == found
    for name, digest in rows:
        assert hashlib.sha256((SITE / "static/vendor" / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "src/simpul/portal")))
def test_template_has_no_inline_script_or_style(template: object) -> None:
    text = template.read_text()  # type: ignore[attr-defined]
    scripts = re.findall(r"<script(?![^>]*(?:src=|type=\"application/json\"))", text)
    assert not scripts
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|javascript:", text)


def test_nothing_is_fetched_from_elsewhere() -> None:
    for template in TEMPLATES:
        assert not re.search(r"(?:src|<link[^>]*href)=\"(?:https?:)?//", template.read_text()), template
    assert "@import" not in CSS
    assert "url(" not in CSS
