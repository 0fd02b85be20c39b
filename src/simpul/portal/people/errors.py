"""What can be wrong about people and their accounts."""

from simpul.kernel.errors import Invalid, NotFound
from simpul.kernel.words import Words


class PersonNotFound(NotFound):
    """No such person."""

    code = "SPL535"
    message = Words("Orang ini tidak ditemukan.", "This person was not found.")


class PersonRefused(Invalid):
    """The facts of a person can't be saved as they are; `findings` say which."""

    code = "SPL536"
    message = Words("Data orang ini belum dapat disimpan.", "This person's facts can't be saved yet.")
    hint = Words("Perbaiki isian yang disebut.", "Mend what is named.")


class LastKeeper(Invalid):
    """The hub would be left without a Pengelola Sistem."""

    code = "SPL537"
    message = Words(
        "Hub memerlukan sedikitnya satu Pengelola Sistem yang aktif.",
        "The hub needs at least one active Pengelola Sistem.",
    )
    hint = Words("Beri peran itu kepada orang lain lebih dahulu.", "Give that role to somebody else first.")
