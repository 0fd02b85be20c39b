"""`user add`: a person from the command line; the first Pengelola Sistem comes this way."""

import argparse

from simpul.cli.exits import DONE
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.portal import commands
from simpul.store.launcher import open_database

ABOUT = Words("Menambah orang", "Add a person")

ROLES = (
    "tim_it",
    "sub_koordinasi",
    "bidang",
    "opd",
    "pemrogram_opd",
    "kepala_dinas",
    "auditor",
    "pengelola_sistem",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `add` and the person's facts."""
    about = "Add a person and print a temporary password / Tambah orang dan tampilkan kata sandi sementara"
    add = parser.add_subparsers(required=True, metavar="add").add_parser("add", help=about, description=about)
    add.add_argument("--name", required=True, help="full name / nama lengkap")
    add.add_argument("--organization", required=True, metavar="CODE", help="code of the agency / kode instansi")
    add.add_argument(
        "--role", required=True, action="append", choices=ROLES, help="may be given more than once / peran"
    )
    add.add_argument("--nip", default="", help="18 digits; NIP or e-mail is needed to sign in / NIP")
    add.add_argument("--email", default="", help="e-mail address / surel")


def run(arguments: argparse.Namespace) -> int:
    """Add the person and print the temporary password, which is shown this once."""
    with open_database(read_settings()) as database:
        password = commands.add_person(
            database.owner_dsn,
            name=arguments.name,
            organization=arguments.organization,
            roles=arguments.role,
            nip=arguments.nip,
            email=arguments.email,
        )
    print("Orang ditambahkan. Kata sandi sementara, diganti saat masuk pertama kali:")
    print("The person is added. Temporary password, to be changed at the first sign-in:")
    print(password)
    return DONE
