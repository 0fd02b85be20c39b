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


class StateUnfit(Conflict):
    code = "SPL660"
    message = Words(
        "Versi layanan ini sedang {state}, sehingga belum dapat {wish}.",
        "This version of the service is in the state {state}, so it can't {wish} now.",
    )
    hint = Words(
        "Urutannya: aktif, diumumkan akan dihentikan, lalu dihentikan setelah tanggal terakhirnya lewat.",
        "The order is: live, deprecated, then retired once its last day has passed.",
    )


class SunsetTooSoon(Invalid):
    code = "SPL661"
    message = Words("Tanggal terakhir paling cepat {earliest}.", "The last day is {earliest} at the earliest.")
    hint = Words(
        "Pemanfaat memerlukan waktu untuk pindah ke versi penggantinya.",
        "Consumers need time to move to its successor.",
    )


class ReasonMissing(Invalid):
    code = "SPL662"
    message = Words("Alasannya belum ditulis.", "The reason is missing.")
    hint = Words("Tulis alasannya; ia tercatat pada log audit.", "Write the reason; it is kept in the audit log.")


class PausedAlready(Conflict):
    code = "SPL663"
    message = Words("Akses itu sudah dijeda.", "That access is paused already.")
    hint = Words("Muat ulang halaman untuk melihat sejak kapan.", "Load the page again to see since when.")


class PauseNotFound(NotFound):
    code = "SPL664"
    message = Words("Jeda itu tidak ada atau sudah diakhiri.", "That pause doesn't exist or has ended.")


class NothingToPause(NotFound):
    code = "SPL665"
    message = Words(
        "Layanan, pemanfaat, atau aplikasi itu tidak ditemukan.", "That service, consumer or application was not found."
    )


class RequestNotFound(NotFound):
    code = "SPL666"
    message = Words("Usulan itu tidak ada atau sudah diputuskan.", "That request doesn't exist or was decided already.")


class RequestedAlready(Conflict):
    code = "SPL667"
    message = Words("Usulan yang sama sudah menunggu keputusan.", "The same request waits for a decision already.")
    hint = Words("Tunggu keputusan Kominfo.", "Wait for Kominfo's decision.")


class AddressesInvalid(Invalid):
    code = "SPL668"
    message = Words("Daftar alamat belum benar pada baris {line}.", "The list of addresses is wrong in line {line}.")
    hint = Words(
        "Satu baris satu alamat atau jaringan, misalnya 10.1.2.3 atau 10.1.2.0/24; paling banyak {most}.",
        "One address or network a line, as 10.1.2.3 or 10.1.2.0/24; {most} at most.",
    )


class FillingImpossible(Conflict):
    code = "SPL669"
    message = Words(
        "Isi versi lama tidak dapat dipindahkan: elemen '{column}' menyebut asal yang tidak ada.",
        "The older version's rows can't be taken over: the column '{column}' names a source that isn't there.",
    )
    hint = Words(
        "Perbaiki asal isi pertama pada kontrak, atau kirim datanya ke versi baru.",
        "Mend where the first rows come from in the contract, or deliver the rows to the new version.",
    )


class BreakingChange(Conflict):
    code = "SPL670"
    message = Words(
        "Perubahan ini merusak program pemakai versi {major}, sehingga tidak dapat diterbitkan sebagai versi {major}.",
        "This change breaks the programs of version {major}, so it can't be published as version {major}.",
    )
    hint = Words(
        "Terbitkan sebagai versi utama yang baru; versi yang lama tetap melayani.",
        "Publish it as a new major version; the old one goes on serving.",
    )
