"""Match the header of a delivered file with a dataset's columns, by name or by title."""

from collections.abc import Sequence

from simpul.contract.model import Dataset
from simpul.contract.names import make_name, make_names


def match_header(dataset: Dataset, header: Sequence[str]) -> list[str]:
    """Return a column name for each header, in order.

    A header stands for a column when it is its name, its title (konsep), or makes the same safe name; what
    matches nothing, or a column already met, keeps its own text, so that the validator names it.
    """
    titles = {column.title.casefold(): column.name for column in reversed(dataset.columns) if column.title}
    names = {column.name for column in dataset.columns}
    matched: list[str] = []
    for title, made in zip(header, make_names(list(header)), strict=True):
        cleaned = " ".join(title.split())
        candidates = (cleaned, titles.get(cleaned.casefold(), ""), make_name(cleaned), made)
        name = next((name for name in candidates if name in names and name not in matched), cleaned or made)
        matched.append(name)
    return matched
