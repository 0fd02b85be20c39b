"""The scenario's rows as cards: one for each consumer and dataset, columns to be ticked. A program sends plain text."""

from collections.abc import Mapping
from typing import Any

from django import forms

from simpul.contract.model import ConsumerTerms, Contract, Dataset
from simpul.portal.activities.fields import Raw, RowForm, RowsWidget
from simpul.portal.activities.type_names import MASKS


def split_columns(text: str) -> list[tuple[str, str]]:
    """Return each column with its mask, empty where its values are given as they are.

    >>> split_columns("kode, nik=last4")
    [('kode', ''), ('nik', 'last4')]
    """
    parts = [one.partition("=") for one in text.split(",") if one.strip()]
    return [(name.strip(), mask.strip()) for name, _sign, mask in parts]


def join_columns(terms: ConsumerTerms) -> str:
    """Return the columns of terms as `split_columns` reads them."""
    masks = dict(terms.masks)
    return ", ".join(f"{name}={masks[name]}" if name in masks else name for name in terms.columns)


class ColumnsWidget(forms.Widget):
    """Column names with commas between them, ticked one by one, a mask chosen beside each; `*` ticks all."""

    template_name = "activities/columns.html"
    dataset: Dataset | None = None
    use_fieldset = False

    def offer(self, dataset: Dataset | None) -> None:
        """Offer a dataset's columns: a group of ticks with a legend; plain text where the dataset isn't known."""
        self.dataset, self.use_fieldset = dataset, dataset is not None

    def value_from_datadict(self, data: Raw, files: Raw, name: str) -> Any:
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        if not isinstance(given, list):
            return given
        masks = {one: data.get(f"{name}-mask-{one}") for one in given}
        return ", ".join(f"{one}={masks[one]}" if masks[one] else one for one in given if one)

    def value_omitted_from_data(self, data: Raw, files: Raw, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = dict(split_columns(str(value or "")))
        columns = self.dataset.columns if self.dataset else ()
        context["choices"] = [(one, one.name in chosen or "*" in chosen, chosen.get(one.name, "")) for one in columns]
        context["masks"] = list(MASKS.items())
        return context


class TermsWidget(RowsWidget):
    """Rows that the case itself lays down: whom and what each is for stands as its title and can't be changed."""

    can_add = False
    contract: Contract | None = None
    consumers: Mapping[str, str] = {}

    def tell(self, contract: Contract, consumers: Mapping[str, str]) -> None:
        """Tell which datasets and consumers the rows are about."""
        self.contract, self.consumers = contract, consumers

    def make_entry(self, row: Mapping[str, Any] | None, prefix: str, index: int | None = None) -> RowForm:
        form = super().make_entry(row, prefix, index)
        dataset = self.contract.find_dataset(str((row or {}).get("dataset", ""))) if self.contract else None
        for name in ("organization", "dataset"):
            if name in form.fields and dataset is not None:
                form.fields[name].widget = forms.HiddenInput()
        if "columns" in form.fields:
            form.fields["columns"].widget.offer(dataset)
        code = str((row or {}).get("organization", ""))
        title = dataset.title or dataset.name if dataset else ""
        form.told_title = " – ".join(one for one in (self.consumers.get(code, code), title) if one)
        return form
