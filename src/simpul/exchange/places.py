"""What is done at each place of the exchange: method by method, which operation a grant must allow, and who does it.

Describing a publication needs a valid key alone; everything on a dataset needs a grant.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from simpul.access.model import Operation
from simpul.exchange.batches import describe_batch, describe_refused
from simpul.exchange.call import Call
from simpul.exchange.changes import read_changes
from simpul.exchange.deliver import deliver_rows
from simpul.exchange.describe import describe_index, describe_openapi
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub
from simpul.exchange.read import read_rows
from simpul.exchange.route import Place
from simpul.exchange.write import write_rows
from simpul.query.write import VERBS

Handler = Callable[[Call, Hub], Awaitable[Response]]


@dataclass(frozen=True)
class Door:
    """`operation` is what the grant must allow, None where no grant is needed; `told_as` is its name in evidence."""

    handle: Handler
    told_as: str
    operation: Operation | None = None


DOORS: Mapping[tuple[Place, str], Door] = {
    ("index", "GET"): Door(describe_index, "describe"),
    ("openapi", "GET"): Door(describe_openapi, "describe"),
    ("dataset", "GET"): Door(read_rows, "read", "read"),
    **{("dataset", method): Door(write_rows, "deliver", "deliver") for method in VERBS},
    ("changes", "GET"): Door(read_changes, "read", "read"),
    ("batches", "POST"): Door(deliver_rows, "deliver", "deliver"),
    ("batch", "GET"): Door(describe_batch, "describe", "deliver"),
    ("refused", "GET"): Door(describe_refused, "describe", "deliver"),
}
