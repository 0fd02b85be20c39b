"""From contract to publication: the JSON that the exchange holds in memory and both planes read."""

from typing import Any

from simpul.contract.ddl import TablePlan, compile_ddl
from simpul.contract.model import Contract, Dataset


def compile_publication(contract: Contract, stage: str) -> dict[str, Any]:
    """Compile a checked contract for a stage ("sandbox" or "live").

    Returns: {"context", "version", "major", "stage", "title", "zone", "provider", "datasets": {name:
    {"schema", "table", "title", "columns": {name: {"type", "logical", "personal", "required"}}, "key",
    "unique", "access_class", "model"}}}; plain JSON, datasets and columns in the contract's order
    (`model.columns` keeps that order even where JSON objects lose it).
    """
    plans = compile_ddl(contract, stage)
    return {
        "context": contract.context,
        "version": contract.version,
        "major": contract.major,
        "stage": stage,
        "title": contract.title,
        "zone": contract.zone,
        "provider": {"code": contract.provider_code, "name": contract.provider_name},
        "datasets": {
            dataset.name: _compile_dataset(dataset, plan)
            for dataset, plan in zip(contract.datasets, plans, strict=True)
        },
    }


def _compile_dataset(dataset: Dataset, plan: TablePlan) -> dict[str, Any]:
    return {
        "schema": plan.schema,
        "table": plan.table,
        "title": dataset.title or dataset.name,
        "columns": {
            column.name: {
                "type": planned.type,
                "logical": column.logical_type,
                "personal": column.is_personal,
                "required": planned.required,
            }
            for column, planned in zip(dataset.columns, plan.columns, strict=True)
        },
        "key": list(plan.key),
        "unique": [list(group) for group in plan.unique],
        "access_class": dataset.access_class,
        "model": dataset.to_dict(),
    }
