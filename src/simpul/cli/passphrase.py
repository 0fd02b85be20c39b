"""Asking for a passphrase: at the terminal, or from a file for jobs without one."""

import getpass
import sys
from pathlib import Path

from simpul.kernel.errors import Invalid
from simpul.kernel.words import Words

SHORTEST = 12


class PassphraseUnusable(Invalid):
    """The passphrase is missing, too short, or was typed in two ways."""

    code = "SPLH04"
    hint = Words(
        f"Ketik paling sedikit {SHORTEST} huruf, atau sebutkan berkasnya dengan --passphrase-file.",
        f"Type at least {SHORTEST} characters, or name a file with --passphrase-file.",
    )


def read_passphrase(file: Path | None, *, again: bool) -> str:
    """Return the passphrase from `file` or the terminal; `again` asks twice and refuses a short one.

    Raises: PassphraseUnusable.
    """
    passphrase = _read_file(file) if file else _ask(again=again)
    if again and len(passphrase) < SHORTEST:
        raise PassphraseUnusable(Words("Kata sandi terlalu pendek.", "The passphrase is too short."))
    return passphrase


def _read_file(file: Path) -> str:
    try:
        return file.read_text("utf-8").split("\n", 1)[0]
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseUnusable(
            Words(f"Berkas {file} tidak dapat dibaca.", f"The file {file} can't be read.")
        ) from error


def _ask(*, again: bool) -> str:
    if not sys.stdin.isatty():
        raise PassphraseUnusable(
            Words("Tidak ada terminal untuk mengetik kata sandi.", "There is no terminal to type a passphrase.")
        )
    passphrase = getpass.getpass("Kata sandi / Passphrase: ")
    if again and getpass.getpass("Sekali lagi / Again: ") != passphrase:
        raise PassphraseUnusable(Words("Kedua kata sandi tidak sama.", "The two passphrases differ."))
    return passphrase
