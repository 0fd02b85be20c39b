"""What can go wrong with publications, keys and grants."""

from simpul.kernel.errors import Conflict, NotFound, Refused
from simpul.kernel.words import Words


class PublicationNotFound(NotFound):
    code = "SPL440"
    message = Words("Layanan itu belum diterbitkan.", "That service isn't published yet.")


class NotYourApplication(Refused):
    code = "SPL441"
    message = Words("Aplikasi ini bukan milik instansi Anda.", "This application isn't your organization's.")


class TooManyKeys(Conflict):
    code = "SPL442"
    message = Words(
        "Aplikasi ini sudah mempunyai dua kunci yang berlaku.", "This application has two valid keys already."
    )
    hint = Words("Cabut salah satunya dahulu.", "Revoke one of them first.")


class NoGrant(Refused):
    code = "SPL443"
    message = Words(
        "Instansi Anda belum mempunyai hak akses pada layanan ini.",
        "Your organization has no access to this service yet.",
    )
    hint = Words("Ajukan permohonan sebagai pemanfaat.", "Open a case as a consumer.")
