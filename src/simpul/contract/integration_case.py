"""One integration test as data: what to send to the running exchange and what must come back.

A runner elsewhere sends them; `judge` says whether an answer is right. They expect the sandbox to hold
the rows of `make_sandbox_rows`. Of one consumer's terms come the reading tests; the provider's key sends rows.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from simpul.contract.filters import matches_filters, read_filters
from simpul.contract.mock import make_sandbox_rows
from simpul.contract.model import ConsumerTerms, Contract, Dataset
from simpul.contract.openapi import make_base_path
from simpul.kernel.words import Words

Rows = Sequence[Mapping[str, Any]]

WRONG_KEY = "spl_test_" + "0" * 16 + "_" + "0" * 43
"""A key that no application has."""

REFUSED_STATUSES = (400, 403, 404)


@dataclass(frozen=True)
class Expectation:
    """One assertion on an answer, of a closed list (see `integration`): its kind and what it compares with."""

    kind: str
    value: Any = None


@dataclass(frozen=True)
class TestCase:
    """One request and what its answer must be.

    `key`: the organization whose key is sent; "" none; "wrong" a key that nobody has. `path` is absolute on
    the exchange; `query` pairs are encoded by the runner; `body` is sent as it stands. `statuses`: those allowed.
    """

    __test__ = False

    name: Words
    key: str
    path: str
    statuses: tuple[int, ...]
    method: str = "GET"
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    expects: tuple[Expectation, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        made: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return made | {"name": self.name._asdict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        given = dict(data)
        given["name"] = Words(**data["name"])
        given["statuses"] = tuple(data["statuses"])
        given["query"] = tuple((name, value) for name, value in data["query"])
        given["expects"] = tuple(Expectation(**one) for one in data["expects"])
        return cls(**given)


def make_headers(test: TestCase, keys: Mapping[str, str]) -> dict[str, str]:
    """Return the headers to send. Args: `keys` maps organization codes to their sandbox keys.

    Raises: KeyError when the test needs an organization's key that isn't given.
    """
    if not test.key:
        return dict(test.headers)
    key = WRONG_KEY if test.key == "wrong" else keys[test.key]
    return {**test.headers, "Authorization": f"Bearer {key}"}


@dataclass(frozen=True)
class Scene:
    """What the tests of one consumer on one dataset start from. `rows` are those inside the row filter."""

    contract: Contract
    dataset: Dataset
    terms: ConsumerTerms
    path: str
    rows: Rows
    outside: Rows

    @property
    def key(self) -> str:
        """The consumer whose key is sent."""
        return self.terms.organization


def make_scenes(contract: Contract, sandbox: Mapping[str, Rows] | None = None) -> Iterator[Scene]:
    """Make a scene for each consumer's terms, in the contract's order."""
    held = make_sandbox_rows(contract) if sandbox is None else sandbox
    for terms in contract.consumers:
        dataset = contract.find_dataset(terms.dataset)
        if dataset is None:
            continue
        filters = read_filters(terms.row_filter)
        rows = held[dataset.name]
        yield Scene(
            contract=contract,
            dataset=dataset,
            terms=terms,
            path=f"{make_base_path(contract, 'sandbox')}/{dataset.name}",
            rows=[row for row in rows if matches_filters(row, filters)],
            outside=[row for row in rows if not matches_filters(row, filters)],
        )
