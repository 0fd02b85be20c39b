"""What a caller may learn about the exchange and its own access: health, the list of datasets, openapi.json."""

from typing import Any

from simpul.access.decide import DEPRECATED_STATE, decide
from simpul.access.model import AccessRequest, Key, Permission
from simpul.contract.masked import narrow_dataset
from simpul.contract.model import Contract, Dataset
from simpul.contract.openapi import write_openapi
from simpul.contract.openapi_writes import add_writes
from simpul.exchange.call import Call
from simpul.exchange.http import Response, write_json
from simpul.exchange.hub import Hub
from simpul.exchange.publications import Published, PublishedDataset
from simpul.kernel import clock
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words

METHODS = frozenset({"get", "post", "put", "patch", "delete"})
HOME = Words(
    "Exchange Simpul. Alamat layanan dan kunci ada di portal.",
    "The Simpul exchange. Addresses and keys are in the portal.",
)


def describe_home() -> Response:
    """Answer the bare address."""
    return write_json(200, {"name": "Simpul", "id": HOME.id, "en": HOME.en, "health": "/health"})


def list_granted(published: Published, key: Key, address: str) -> list[tuple[PublishedDataset, Permission]]:
    """Return the datasets that this key may read or deliver from here now, with the permission, in the contract's order."""
    found = []
    for dataset in published.datasets.values():
        permission = _find_permission(published, dataset, key, address)
        if permission is not None:
            found.append((dataset, permission))
    return found


def _find_permission(published: Published, dataset: PublishedDataset, key: Key, address: str) -> Permission | None:
    wishes = (AccessRequest(dataset.name, "read", address), AccessRequest(dataset.name, "deliver", address))
    found = (_try(wish, published, dataset, key) for wish in wishes)
    return next((permission for permission in found if permission is not None), None)


def _try(wish: AccessRequest, published: Published, dataset: PublishedDataset, key: Key) -> Permission | None:
    try:
        return decide(wish, key, published.service, dataset.grants, clock.now())
    except SimpulError:
        return None


async def describe_index(call: Call, hub: Hub) -> Response:
    """Answer with the datasets granted to the caller; empty where there is none."""
    key, published = call.get_visit()
    datasets = [
        {
            "name": dataset.name,
            "title": dataset.title,
            "columns": _list_columns(dataset, permission),
            "masks": dict(permission.masks),
            "purpose": permission.purpose,
            "until": permission.until.isoformat() if permission.until else None,
        }
        for dataset, permission in list_granted(published, key, call.client)
    ]
    about = {name: published.compiled.get(name) for name in ("context", "version", "title")}
    return write_json(200, {**about, "state": published.service.state, "datasets": datasets})


async def describe_openapi(call: Call, hub: Hub) -> Response:
    """Answer with OpenAPI 3.1 of what the caller may see: only its datasets, only its columns."""
    key, published = call.get_visit()
    compiled = published.compiled
    datasets = tuple(_narrow(dataset, permission) for dataset, permission in list_granted(published, key, call.client))
    contract = Contract(
        context=published.context,
        version=compiled.get("version", f"{published.major}.0.0"),
        title=compiled.get("title", published.context),
        provider_name=published.service.provider,
        datasets=datasets,
        zone=published.zone,
    )
    document = write_openapi(contract, published.stage, hub.setup.address)
    add_writes(document, contract, _list_writable(published, key, call.client))
    if published.service.state == DEPRECATED_STATE:
        _mark_deprecated(document)
    return write_json(200, document)


def _mark_deprecated(document: dict[str, Any]) -> None:
    """Mark every operation as deprecated, so that tools that make clients warn their users."""
    for place in document["paths"].values():
        for method in METHODS & place.keys():
            place[method]["deprecated"] = True


def _list_writable(published: Published, key: Key, address: str) -> list[str]:
    """Return the names of the datasets that this key may write now."""
    wishes = [(AccessRequest(name, "deliver", address), dataset) for name, dataset in published.datasets.items()]
    return [wish.dataset for wish, dataset in wishes if _try(wish, published, dataset, key)]


def _narrow(dataset: PublishedDataset, permission: Permission) -> Dataset:
    return narrow_dataset(Dataset.from_dict(dataset.compiled["model"]), permission.columns, permission.masks)


def _list_columns(dataset: PublishedDataset, permission: Permission) -> list[str]:
    return [name for name in dataset.table.columns if name in permission.columns]
