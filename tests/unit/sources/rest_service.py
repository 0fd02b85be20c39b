"""A REST service of an agency, with the faults that such services have."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Params = dict[str, str]
Reply = tuple[int, Any, dict[str, str]]
"""Status, body (bytes as they are, else as JSON), headers."""


class Service:
    """What was asked, and the address to ask."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/data"
        self.asked: list[Params] = []
        self.headers: list[dict[str, str]] = []


@contextmanager
def serving(answer: Callable[[Service, Params], Reply | Any]) -> Iterator[Service]:
    """Run a service that answers by a function; a bare document is an answer of status 200."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            params = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            service.asked.append(params)
            service.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = answer(service, params)
            status, body, headers = reply if isinstance(reply, tuple) else (200, reply, {})
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            with suppress(OSError):  # a caller that gave up
                self.wfile.write(raw)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = Service(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
