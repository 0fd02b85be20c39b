"""What can go wrong with OAuth clients."""

from simpul.kernel.errors import Conflict, NotFound
from simpul.kernel.words import Words


class ClientNotFound(NotFound):
    code = "SPL650"
    message = Words("Klien OAuth itu tidak ditemukan.", "That OAuth client was not found.")


class TooManyClients(Conflict):
    code = "SPL651"
    message = Words(
        "Aplikasi ini sudah mempunyai dua klien OAuth yang berlaku.", "This application has two valid OAuth clients."
    )
    hint = Words("Cabut salah satunya dahulu.", "Revoke one of them first.")
