"""schemathesis on the exchange's OpenAPI, with the provider's sandbox key: nothing that it makes up is a 5xx."""

import collections
import json
import urllib.request

import schemathesis
from running_exchange import Exchange

from described_calls import call_described


def read_description(exchange: Exchange, key: str) -> dict[str, object]:
    address = f"http://127.0.0.1:{exchange.port}/sandbox/wilayah/v1/openapi.json"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})
    described: dict[str, object] = json.load(urllib.request.urlopen(request, timeout=10))
    return described


def test_no_call_that_the_exchange_describes_ends_in_a_5xx(exchange: Exchange, long: bool) -> None:
    key = exchange.world.keys["alice_test"].text
    described = read_description(exchange, key)
    schema = schemathesis.openapi.from_dict(described)
    headers = {"Authorization": f"Bearer {key}"}
    told = call_described(schema, headers, 300 if long else 8, base_url=f"http://127.0.0.1:{exchange.port}", timeout=20)
    assert [one for one in told if one.status >= 500] == []
    by_status = collections.Counter(one.status // 100 for one in told)
    assert by_status[2] > 10
    assert by_status[4] > 10
