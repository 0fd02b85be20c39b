"""Programs to copy, with the service's real address: the files of `programs/`, their places filled.

Each one reads its key from the environment, checks the status, and never takes a failed call for an empty answer. A
place reads `{{name}}`; what fills it is an address or names of the contract, which hold nothing but safe letters.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from simpul.contract.model import Dataset
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import make_address

FOLDER = Path(__file__).with_name("programs")
SAMPLE_ROWS = 100
PAGE_ROWS = 1000
SHOWN_COLUMNS = 4
LANGUAGES = {
    "php_curl": ("PHP cURL", "php"),
    "laravel": ("Laravel", "php"),
    "curl": ("curl", "sh"),
    "python_requests": ("Python (requests)", "py"),
    "python_postgrest": ("Python (postgrest-py)", "py"),
    "javascript_fetch": ("JavaScript (fetch)", "mjs"),
    "javascript_postgrest": ("JavaScript (postgrest-js)", "mjs"),
}
"""The languages and libraries, first what most agencies use, with the end of their files' names."""
TASKS = ("baca", "semua", "kirim")
"""Read the first rows, read all of them page by page, deliver a file."""
BUSY_CODES = ("SPLX31", "SPLX34")
"""The exchange's codes of a 429 that passes in seconds."""


class Sample(NamedTuple):
    """One program: what it does (of TASKS), its language's key and title, its file's name, and its text."""

    task: str
    language: str
    title: str
    file: str
    code: str


def make_samples(
    publication: Publication, dataset: Dataset, columns: list[str], *, delivers: bool = False
) -> list[Sample]:
    """Return the programs for a dataset, by task and language; those that deliver only for its provider.

    Args: `columns` are those granted, in any order; none: the dataset's own.
    """
    places = _list_places(publication, dataset, columns)
    return [
        Sample(
            task,
            language,
            title,
            f"{dataset.name}_{task}.{ending}",
            _fill(_read(f"{language}_{task}.{ending}.txt"), places),
        )
        for task in (TASKS if delivers else TASKS[:2])
        for language, (title, ending) in LANGUAGES.items()
        if (FOLDER / f"{language}_{task}.{ending}.txt").exists()
    ]


def _list_places(publication: Publication, dataset: Dataset, columns: list[str]) -> dict[str, str]:
    names = [one.name for one in dataset.columns if one.name in columns or not columns] or ["*"]
    keys = [name for name in dataset.key if name in names] or names[:1]
    base = make_address(publication)
    return {
        "base": base,
        "address": f"{base}/{dataset.name}",
        "select": ",".join(names[:SHOWN_COLUMNS]),
        "exchange": settings.HUB.EXCHANGE_URL.rstrip("/"),
        "first_key": keys[0],
        "column": names[0],
        "dataset": dataset.name,
        "limit": str(SAMPLE_ROWS),
        "page": str(PAGE_ROWS),
        "busy": repr(BUSY_CODES),
    }


def _fill(text: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        text = text.replace("{{" + name + "}}", value)
    return text


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
