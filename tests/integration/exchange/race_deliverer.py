"""A process that delivers without end, and stands still or is killed where its test wants it to.

It writes on standard output `marked N` inside the transaction, and `done N` once N is committed. Started by the test with
one JSON argument: dsn, home, dataset, compiled, first (N), seed, stops (of a hundred deliveries, how many stand still).
"""

import json
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

from simpul.delivery.envelope import Envelope
from simpul.delivery.formats import open_rows
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.report import BatchReport
from simpul.delivery.target import Target, make_target
from simpul.store.marks import FOLDER, Marks
from simpul.store.pools import connect
from simpul.store.sql import Connection


def main(task: dict[str, Any]) -> None:
    """Deliver N, N + 1, …; every third time inside a longer transaction, as the portal does."""
    chance, home = random.Random(task["seed"]), Path(task["home"])
    target = make_target(task["dataset"], task["compiled"], "desa")
    number = task["first"]
    with connect(task["dsn"], autocommit=True) as connection:
        while True:
            stands_still = chance.randrange(100) < task["stops"]
            if number % 3:
                send(connection, target, home, number, stands_still and bool(number % 2))
                say("done", number)
                if stands_still:
                    stand_still()
            else:
                send_within(connection, target, home, number, stands_still)
            number += 1


def send_within(connection: Connection[Any], target: Target, home: Path, number: int, stands_still: bool) -> None:
    """Deliver inside a longer transaction, and say only after a while that it has ended."""
    marks = Marks(home / FOLDER)
    with connection.transaction():
        send(connection, target, home, number, False)
        begun = marks.get_begun(target.dataset_id)
    say("done", number)
    if stands_still:
        stand_still()
        marks.finish(target.dataset_id, begun)  # as late as can be


def send(connection: Connection[Any], target: Target, home: Path, number: int, stands_still: bool) -> None:
    def pause(_: Connection[Any], __: BatchReport) -> None:
        say("marked", number)
        if stands_still:
            stand_still()

    content = json.dumps([{"kode": "63.05.01", "nama": "Lomba", "jumlah": number}]).encode()
    sheet = open_rows(content, "application/json", limit_bytes=10_000)
    quarantine = open_quarantine(home / "keys")
    digest = str(number).encode().ljust(32)
    deliver(connection, target, sheet, Envelope(digest, quarantine, person_id=1, record_evidence=pause))


def say(what: str, number: int) -> None:
    print(what, number, flush=True)


def stand_still() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
