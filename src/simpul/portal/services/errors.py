"""What can go wrong with publications, keys and grants."""

from simpul.kernel.errors import Conflict, Invalid, NotFound, Refused, SimpulError
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


class NotInForce(Conflict):
    code = "SPL444"
    message = Words("Layanan ini belum aktif.", "This service isn't live yet.")
    hint = Words(
        "Ikuti permohonannya; perubahan dapat diajukan setelah layanan aktif.",
        "Follow its case; a change can be asked for once the service is live.",
    )


class NotAParty(Refused):
    code = "SPL445"
    message = Words(
        "Perubahan hanya dapat diajukan penyedia atau pemanfaat layanan ini.",
        "Only this service's provider and consumers may ask for a change.",
    )
    hint = Words("Pakai “Tambah pemanfaat”.", "Use “Tambah pemanfaat” (add a consumer).")


class ApplicationNameMissing(Invalid):
    code = "SPL446"
    message = Words("Nama aplikasi belum dapat dipakai.", "The application's name can't be used.")
    hint = Words(
        "Tulis nama program Anda, paling banyak 100 karakter.", "Write your program's name, 100 characters at most."
    )


class KeyNotFound(NotFound):
    code = "SPL447"
    message = Words("Kunci atau aplikasi itu tidak ditemukan.", "That key or application was not found.")


class QueryUnreadable(Invalid):
    code = "SPL448"
    message = Words("Pertanyaan itu tidak dapat dibaca.", "That query can't be read.")
    hint = Words(
        "Tulis seperti di belakang tanda tanya pada alamat: select=kode,nama&kode=eq.63.05",
        "Write it as behind the question mark of an address: select=kode,nama&kode=eq.63.05",
    )


class TooManyTries(SimpulError):
    code = "SPL449"
    status = 429
    message = Words("Terlalu banyak uji sambungan dalam waktu singkat.", "Too many connection tests in a short time.")
    hint = Words("Tunggu lima menit, lalu coba lagi.", "Wait for five minutes, then try again.")
