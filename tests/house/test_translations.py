"""Each text that a person may see in the portal has its English beside it, and the compiled catalogue is that of the source."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from portal_world import ROOT
from simpul.portal.catalogue import read_source, write_catalogue

PORTAL = ROOT / "src/simpul/portal"
CATALOGUE = PORTAL / "locale/en/LC_MESSAGES"
APPS = sorted(folder.name for folder in PORTAL.iterdir() if (folder / "templates").is_dir())


MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


def read_catalogue() -> dict[str, str]:
    """Return Indonesian → English, of plurals the singular."""
    with (CATALOGUE / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: text for key, text in catalogue.items() if key}


def list_texts_of_code(path: Path) -> set[str]:
    """Return the marked texts of a module."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and node.args]
    marked = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in MARKERS]
    return {call.args[0].value for call in marked if isinstance(call.args[0], ast.Constant)}


def list_texts_of_template(path: Path) -> set[str]:
    """Return the marked texts of a template, by Django's own reading of it."""
    found = re.findall(r"n?gettext\((u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))", templatize(path.read_text()))
    return {ast.literal_eval(text) for text in found} | set(
        re.findall(r"\b_\(u?[\"']([^\"']+)[\"']\)", path.read_text())
    )


def list_texts(app: str) -> set[str]:
    """Return every marked text of an app."""
    code = [list_texts_of_code(path) for path in (PORTAL / app).glob("*.py")]
    templates = [list_texts_of_template(path) for path in (PORTAL / app).glob("templates/**/*.html")]
    return set().union(*code, *templates)


@pytest.mark.parametrize("app", APPS)
def test_every_text_has_its_english(app: str) -> None:
    texts = list_texts(app)
    missing = texts - set(read_catalogue())
    assert missing == set(), f"put these into django.po, then run python -m simpul.portal.catalogue: {missing}"


def test_compiled_catalogue_is_that_of_the_source() -> None:
    entries = read_source((CATALOGUE / "django.po").read_text())
    assert len(entries) > 500
    assert (CATALOGUE / "django.mo").read_bytes() == write_catalogue(entries), "run python -m simpul.portal.catalogue"


def test_places_to_fill_are_the_same_in_both_languages() -> None:
    place = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
    wrong = {
        text: english
        for text, english in read_catalogue().items()
        if set(place.findall(text)) != set(place.findall(english))
    }
    assert wrong == {}
