"""Notices are mailed once to the programmers they are for, by a mail server of the test's own."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings

from portal_world import World, make_person
from simpul.kernel.clock import now
from simpul.kernel.words import Words
from simpul.portal.mailing.models import NoticeMail
from simpul.portal.mailing.sending import list_addresses, mail_notices
from simpul.portal.people.models import Role, RoleAssignment
from simpul.portal.services.models import Notice
from simpul.portal.services.notices import tell_organization


class MailServer:
    """Takes mail as SMTP says (RFC 5321), one connection after the other, and keeps what came."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rw", newline="\r\n") as talk:
                self._talk(talk)

    def _talk(self, talk) -> None:  # type: ignore[no-untyped-def]
        def say(line: str) -> None:
            talk.write(f"{line}\r\n")
            talk.flush()

        say("220 test")
        to = ""
        for line in talk:
            word = line[:4].upper()
            if word == "RCPT":
                to = line.strip()
            if word == "DATA":
                say("354 go on")
                text = "".join(iter(talk.readline, ".\r\n"))
                self.mails.append((to, text))
            say("221 bye" if word == "QUIT" else "250 ok")
            if word == "QUIT":
                return

    def close(self) -> None:
        """Take no more."""
        self._listener.close()


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that the hub is set to."""
    made = MailServer()
    hub = replace(settings.HUB, MAIL_URL=f"smtp://127.0.0.1:{made.port}")
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(HUB=hub, EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=made.port):
        yield made
    made.close()


@pytest.fixture
def notice(world: World) -> Notice:
    """A notice for Bob's agency, whose programmer Bob is."""
    RoleAssignment.objects.create(person=world.bob, role=Role.PEMROGRAM_OPD, valid_from="2020-01-01")
    tell_organization(world.health, "k", Words("Kunci berakhir.", "The key ends."), "/aplikasi/")
    return Notice.objects.get()


def test_notice_is_mailed_once_to_each_programmer_alone(world: World, notice: Notice, server: MailServer) -> None:
    second = make_person("Fajar Contoh", world.health, Role.PEMROGRAM_OPD)
    assert [mail_notices(), mail_notices()] == [1, 0]
    assert sorted(to for to, _ in server.mails) == sorted(f"rcpt TO:<{one.email}>" for one in (world.bob, second))
    assert "Kunci berakhir." in server.mails[0][1]
    assert "http://127.0.0.1:8000/aplikasi/" in server.mails[0][1]
    assert NoticeMail.objects.get().addresses == 2


def test_nobody_else_gets_it(world: World, notice: Notice) -> None:
    make_person("Gita Contoh", world.civil, Role.PEMROGRAM_OPD)
    ended = make_person("Hadi Contoh", world.health, Role.PEMROGRAM_OPD)
    RoleAssignment.objects.filter(person=ended).update(valid_to="2020-02-01")
    make_person("Indah Contoh", world.health, Role.OPD)
    assert list_addresses(notice) == [world.bob.email]


def test_server_that_is_away_loses_no_notice(notice: Notice, server: MailServer) -> None:
    with override_settings(EMAIL_PORT=1), pytest.raises(OSError, match="refused"):
        mail_notices()
    assert mail_notices() == 1
    assert len(server.mails) == 1


def test_old_notice_is_not_mailed(notice: Notice, server: MailServer) -> None:
    Notice.objects.update(created_at=now() - timedelta(days=4))
    assert mail_notices() == 0


def test_hub_without_a_mail_server_mails_nothing(notice: Notice) -> None:
    assert mail_notices() == 0
    assert not NoticeMail.objects.exists()
