"""The supervisor, with small processes of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simpul.cli.signals import StopRequest
from simpul.cli.supervisor import Process, Supervisor

APPEND = "import sys; open(sys.argv[1], 'a').write('x'); {then}"
SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
WITH_CHILD = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open(sys.argv[1], 'w').write(str(child.pid)); child.wait()"
)


def make_process(name: str, code: str, *arguments: object) -> Process:
    return Process(name, [sys.executable, "-c", code, *map(str, arguments)], os.environ)


def wait_for(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return " Z " not in Path(f"/proc/{pid}/stat").read_text() if Path("/proc/self").exists() else True


def test_supervisor_starts_again_what_ends(tmp_path: Path) -> None:
    file = tmp_path / "starts"
    supervisor = Supervisor([make_process("short", APPEND.format(then=""), file)])
    supervisor.start()
    supervisor.watch(StopRequest(), time.monotonic() + 2.0)
    supervisor.stop()
    assert len(file.read_text()) >= 2


def test_supervisor_waits_longer_before_each_start_of_what_keeps_failing() -> None:
    process = make_process("failing", "raise SystemExit(3)")
    pauses = []
    for _ in range(3):
        process.start({})
        assert process.running is not None
        process.running.wait()
        pauses.append(process.note_end())
    assert pauses == [0.5, 1.0, 2.0]


def test_supervisor_says_what_ended_and_when_it_starts_again(capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor([make_process("exchange", "raise SystemExit(3)")])
    supervisor.start()
    supervisor.watch(StopRequest(), time.monotonic() + 0.4)
    supervisor.stop()
    assert "exchange ended (3); starting again in 0.5 seconds" in capsys.readouterr().err


def test_supervisor_stops_a_process_that_ignores_sigterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simpul.cli.supervisor.STOP_SECONDS", 0.3)
    process = make_process("stubborn", STUBBORN)
    supervisor = Supervisor([process])
    supervisor.start()
    time.sleep(0.3)
    supervisor.stop()
    assert process.running is not None
    assert process.running.returncode == -signal.SIGKILL


def test_supervisor_leaves_no_grandchild_behind(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    supervisor = Supervisor([make_process("parent", WITH_CHILD, file)])
    supervisor.start()
    assert wait_for(lambda: file.exists() and file.read_text() != "")
    grandchild = int(file.read_text())
    supervisor.stop()
    assert wait_for(lambda: not is_alive(grandchild))


def test_watch_ends_when_a_stop_is_asked_for() -> None:
    request = StopRequest()
    request.ask(signal.SIGTERM, None)
    started = time.monotonic()
    Supervisor([]).watch(request)
    assert time.monotonic() - started < 1


def test_stop_request_waits_until_the_work_may_be_cut_short() -> None:
    request = StopRequest()
    request.ask(signal.SIGTERM, None)
    with pytest.raises(KeyboardInterrupt):
        request.allow_interrupt()


def test_stop_request_interrupts_preparations_once() -> None:
    request = StopRequest()
    request.allow_interrupt()
    with pytest.raises(KeyboardInterrupt):
        request.ask(signal.SIGTERM, None)
    request.ask(signal.SIGTERM, None)
    assert request.is_asked


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
@pytest.mark.parametrize("handler", ["SIG_DFL", "SIG_IGN"], ids=["in order", "though it never ends by itself"])
def test_child_ends_when_its_parent_is_killed(tmp_path: Path, handler: str) -> None:
    file = tmp_path / "pid"
    follower = (
        "import os, signal, sys, time; from simpul.cli import lifeline; lifeline.GRACE_SECONDS = 0.2;"
        f" signal.signal(signal.SIGTERM, signal.{handler}); lifeline.follow_parent(int(sys.argv[2]));"
        " open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    )
    parent = f"import os, subprocess, sys; subprocess.Popen([sys.executable, '-c', {follower!r}, sys.argv[1], str(os.getpid())]).wait()"
    running = subprocess.Popen([sys.executable, "-c", parent, str(file)])
    assert wait_for(lambda: file.exists() and file.read_text() != "")
    child = int(file.read_text())
    running.kill()
    running.wait()
    assert wait_for(lambda: not is_alive(child))


def test_child_does_not_start_when_its_parent_is_already_gone() -> None:
    code = "from simpul.cli.lifeline import follow_parent; follow_parent(1); print('started')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
