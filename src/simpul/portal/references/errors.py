"""What can go wrong with code lists."""

from simpul.kernel.errors import Conflict, Invalid, NotFound
from simpul.kernel.words import Words


class CodeListNotFound(NotFound):
    code = "SPL675"
    message = Words("Daftar kode itu tidak ditemukan.", "That code list was not found.")


class CodeListUnusable(Invalid):
    code = "SPL676"
    message = Words("Berkas daftar kode belum dapat dipakai.", "The file of the code list can't be used yet.")
    hint = Words(
        "Betulkan baris yang disebut, lalu unggah lagi. Kolom wajib: kode dan nama.",
        "Mend the rows that are named and upload the file again. Required columns: kode and nama.",
    )


class CodeListNameTaken(Conflict):
    code = "SPL677"
    message = Words("Nama daftar kode ini sudah dipakai.", "This code list's name is taken.")
    hint = Words("Unggah versi barunya dari halaman daftar itu.", "Upload a new version on that list's page.")


class VersionWaiting(Conflict):
    code = "SPL678"
    message = Words(
        "Masih ada versi yang menunggu konfirmasi pada daftar ini.",
        "A version of this list still waits to be confirmed.",
    )
    hint = Words("Konfirmasi atau batalkan versi itu dahulu.", "Confirm or drop that version first.")


class VersionDecided(Conflict):
    code = "SPL679"
    message = Words("Versi ini sudah diputuskan.", "This version is decided already.")
    hint = Words("Muat ulang halamannya untuk melihat keadaannya.", "Reload the page to see its state.")


class CodeListKept(Conflict):
    code = "SPL680"
    message = Words("Daftar ini diisi oleh hub sendiri.", "The hub keeps this list itself.")
    hint = Words("Ubah instansinya pada halaman Instansi.", "Change the organizations on the page Organizations.")
