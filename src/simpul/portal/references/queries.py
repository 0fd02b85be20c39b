"""Reading code lists: their versions, differences, and which contracts use them."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from simpul.contract.model import Contract, Dataset
from simpul.contract.reference_codes import DatedCodes, fill_in_codes
from simpul.kernel.clock import local, now
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import load_contract
from simpul.portal.references.comparing import Difference, compare_entries
from simpul.portal.references.errors import CodeListNotFound
from simpul.portal.references.models import CodeEntry, CodeList, CodeListVersion
from simpul.portal.references.reading import Entry
from simpul.portal.services.driver import get_driver_connection
from simpul.store.code_lists import load_code_lists

State = CodeListVersion.State
CONTEXT = "referensi"
"""The exchange's context that serves the lists."""


class Use(NamedTuple):
    """An element of a contract's dataset that uses a list."""

    contract_title: str
    context: str
    dataset: str
    column: str


def list_code_lists() -> QuerySet[CodeList]:
    """Return every list by title, with its versions at hand."""
    return CodeList.objects.prefetch_related("versions")


def get_code_list(name: str) -> CodeList:
    """Return a list by name. Raises: CodeListNotFound."""
    found = CodeList.objects.filter(name=name).first()
    if found is None:
        raise CodeListNotFound
    return found


def get_version(code_list: CodeList, number: int) -> CodeListVersion:
    """Return a version of a list. Raises: CodeListNotFound."""
    found = code_list.versions.filter(number=number).first()
    if found is None:
        raise CodeListNotFound
    return found


def find_current(code_list: CodeList) -> CodeListVersion | None:
    """Return the version that counts today, or None: the youngest confirmed one that holds by now, else the first."""
    today = local(now()).date()
    confirmed = code_list.versions.filter(state=State.IN_FORCE)
    return confirmed.filter(valid_from__lte=today).first() or confirmed.order_by("valid_from").first()


def list_entries(version: CodeListVersion | None) -> Iterator[Entry]:
    """Return a version's entries in its order; none for None."""
    rows = CodeEntry.objects.filter(version=version).order_by("position") if version else CodeEntry.objects.none()
    return (Entry(*row) for row in rows.values_list("code", "name", "valid_from", "valid_to"))


def list_differences(version: CodeListVersion) -> list[Difference]:
    """Return what a version changes against the confirmed one before it. Cost: reads both."""
    before = version.code_list.versions.filter(state=State.IN_FORCE, number__lt=version.number).first()
    return compare_entries(list_entries(before), list_entries(version))


def list_uses(name: str | None = None) -> dict[str, list[Use]]:
    """Return where lists are used, by the list's name, in each contract's newest version. Cost: reads the contracts."""
    found: dict[str, list[Use]] = {}
    seen = set()
    for version in ContractVersion.objects.select_related("contract").order_by("contract__title", "-sequence"):
        if version.contract_id in seen or version.state == ContractVersion.State.REJECTED:
            continue
        seen.add(version.contract_id)
        for listed, use in _list_used(load_contract(version)):
            if name in (None, listed):
                found.setdefault(listed, []).append(use)
    return found


def _list_used(contract: Contract) -> Iterator[tuple[str, Use]]:
    for dataset in contract.datasets:
        for column in dataset.columns:
            if isinstance(column.code_list, str):
                yield column.code_list, Use(contract.title, contract.context, dataset.name, column.name)


def list_choices() -> list[tuple[str, str]]:
    """Return (name, title) of the lists with a confirmed version, by title."""
    rows = CodeList.objects.filter(versions__state=State.IN_FORCE).distinct()
    return list(rows.values_list("name", "title"))


def find_titles() -> dict[str, str]:
    """Return every list's title by its name."""
    return dict(CodeList.objects.values_list("name", "title"))


def load_lists(datasets: tuple[Dataset, ...]) -> dict[str, DatedCodes]:
    """Return the lists that datasets name, as of today, by name."""
    names = {column.code_list for one in datasets for column in one.columns if isinstance(column.code_list, str)}
    return load_code_lists(get_driver_connection(), names, local(now()).date())


def fill_in_lists(datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
    """Return datasets with codes in the place of their lists' names, to make mock rows of."""
    lists = load_lists(datasets)
    return tuple(fill_in_codes(one, lists) for one in datasets)
