"""What can go wrong between the hub and its database, in words for the one who runs the hub.

DatabaseAway       503  can't be reached now; Retry-After says when to come back
DatabaseBusy       503  a lock or a deadlock; the same call may work in a moment
QueryTooSlow       503  the statement passed its time limit
ClusterFailed      503  the hub's own PostgreSQL doesn't start; its log says why
PortTaken          500  DATABASE_PORT is used by another program
NoBinaries         500  no PostgreSQL program is found
WrongMajor         500  a server or a data folder of a version that can't be used
BadAddress         500  DATABASE_URL can't be read, or the server refuses its user
NoAccount          500  started as root and no unprivileged user can be had
FolderUnusable     500  the hub's folder can't be used by the database
RolesMissing       500  the database roles aren't made, and this owner may not make them
RolesForeign       500  roles of that name exist with passwords that this hub doesn't know
BackupUnreadable   422  wrong passphrase, damaged or cut file
RestoreRefused     409  the target isn't empty
UpgradeFailed      503  the move to a newer major didn't succeed; the old cluster is untouched
    ClusterInUse       409  the cluster can't be moved while the hub uses it
    TableDiffers       409  a dataset's table can't become what the contract says
    NameUnusable       422  a schema name or column type that the datasets may not have
    DumpFailed         503  pg_dump, pg_restore or psql ended with an error
CountersAway       503  the counters that a machine's processes share can't be used
MarksAway          503  the marks that tell a machine's processes of a change can't be written
MaskKeyUnusable    503  the secret of the hashed columns can't be read, or isn't one
"""

from simpul.kernel.errors import Conflict, Invalid, Misconfigured, Unavailable
from simpul.kernel.words import Words


class DatabaseAway(Unavailable):
    code = "SPLD01"
    message = Words("Basis data sedang tidak dapat dihubungi.", "The database can't be reached now.")
    hint = Words(
        "Silakan coba lagi beberapa detik lagi; hub menyambung kembali dengan sendirinya.",
        "Please try again in a few seconds; the hub reconnects by itself.",
    )
    retry_after_seconds = 5


class ReadsBusy(Unavailable):
    code = "SPLD23"
    message = Words("Terlalu banyak permintaan sekaligus.", "Too many calls at the same time.")
    hint = Words("Coba lagi sesudah jeda menurut Retry-After.", "Try again after the pause that Retry-After tells.")
    retry_after_seconds = 1


class DatabaseBusy(Unavailable):
    code = "SPLD02"
    message = Words("Data sedang dipakai proses lain.", "The data is in use by another process.")
    retry_after_seconds = 2


class QueryTooSlow(Unavailable):
    code = "SPLD03"
    message = Words("Permintaan melampaui batas waktu.", "The request passed its time limit.")
    hint = Words("Silakan persempit permintaan dengan penyaring.", "Please narrow the request by a filter.")
    retry_after_seconds = 10


class ClusterFailed(Unavailable):
    code = "SPLD04"
    message = Words("PostgreSQL milik hub tidak dapat dijalankan.", "The hub's own PostgreSQL doesn't start.")
    hint = Words("Sebabnya tercatat di {log}.", "The cause is written in {log}.")


class PortTaken(Misconfigured):
    code = "SPLD05"
    message = Words("Porta {port} sudah dipakai program lain.", "Port {port} is used by another program.")
    hint = Words(
        "Hentikan program itu, atau pilih porta lain dengan DATABASE_PORT.",
        "Stop that program, or choose another port by DATABASE_PORT.",
    )


class NoBinaries(Misconfigured):
    code = "SPLD06"
    message = Words("Program PostgreSQL {wanted} tidak ditemukan.", "No PostgreSQL {wanted} program is found.")
    hint = Words(
        "Pasang PostgreSQL dari paket sistem (mis. `apt install postgresql`), atau isi DATABASE_URL.",
        "Install PostgreSQL from the system's packages (say `apt install postgresql`), or set DATABASE_URL.",
    )


class WrongMajor(Misconfigured):
    code = "SPLD07"
    message = Words(
        "Versi PostgreSQL {found} tidak dapat dipakai; yang diterima: {wanted}.",
        "PostgreSQL version {found} can't be used; accepted: {wanted}.",
    )
    hint = Words(
        "Pindahkan basis data ke versi yang diterima: `./simpul database upgrade`.",
        "Move the database to an accepted version: `./simpul database upgrade`.",
    )


class BadAddress(Misconfigured):
    code = "SPLD08"
    message = Words(
        "Alamat basis data (DATABASE_URL) tidak dapat dipakai.", "The database's address (DATABASE_URL) can't be used."
    )
    hint = Words(
        "Periksa nama, kata sandi, dan nama basis data; bentuknya postgresql://pengguna:sandi@server:5432/nama.",
        "Check user, password and database name; its form is postgresql://user:password@server:5432/name.",
    )


class NoAccount(Misconfigured):
    code = "SPLD09"
    message = Words(
        "PostgreSQL tidak boleh berjalan sebagai root, dan pengguna sistem `simpul` tidak dapat dibuat.",
        "PostgreSQL may not run as root, and the system user `simpul` can't be made.",
    )
    hint = Words(
        "Jalankan hub sebagai pengguna biasa, atau buat pengguna itu: useradd --system --shell /usr/sbin/nologin simpul.",
        "Run the hub as an ordinary user, or make that user: useradd --system --shell /usr/sbin/nologin simpul.",
    )


class FolderUnusable(Misconfigured):
    code = "SPLD10"
    message = Words("Folder {folder} tidak dapat dipakai basis data.", "The database can't use the folder {folder}.")
    hint = Words(
        "Pilih folder lain dengan SIMPUL_HOME, mis. /var/lib/simpul.",
        "Choose another folder by SIMPUL_HOME, say /var/lib/simpul.",
    )


class RolesMissing(Misconfigured):
    code = "SPLD11"
    message = Words(
        "Peran basis data belum ada atau kata sandinya belum cocok: {roles}.",
        "Database roles are missing or their passwords don't fit: {roles}.",
    )
    hint = Words(
        "Jalankan `./simpul migrate`; bila pemilik basis data tidak boleh membuat peran, serahkan keluaran `./simpul migrate --print-roles` kepada DBA.",
        "Run `./simpul migrate`; where the owner may not make roles, give the output of `./simpul migrate --print-roles` to the DBA.",
    )


class RolesForeign(Misconfigured):
    code = "SPLD12"
    message = Words(
        "Peran {roles} sudah ada, tetapi kata sandinya tidak tersimpan di hub ini.",
        "The roles {roles} exist, but this hub doesn't hold their passwords.",
    )
    hint = Words(
        "Salin keys/roles.json dari hub yang membuatnya; atau, bila tidak ada hub lain yang memakainya, jalankan keluaran `./simpul migrate --print-roles`.",
        "Copy keys/roles.json from the hub that made them; or, if no other hub uses them, run the output of `./simpul migrate --print-roles`.",
    )


class BackupUnreadable(Invalid):
    code = "SPLD13"
    message = Words("Berkas cadangan tidak dapat dibaca.", "The backup file can't be read.")
    hint = Words("Ambil kembali salinan berkas yang utuh.", "Fetch a whole copy of the file again.")


class RestoreRefused(Conflict):
    code = "SPLD14"
    message = Words("Tujuan pemulihan tidak kosong.", "The place to restore to isn't empty.")
    hint = Words(
        "Pulihkan ke SIMPUL_HOME yang kosong (dan basis data yang kosong bila memakai DATABASE_URL).",
        "Restore into an empty SIMPUL_HOME (and an empty database where DATABASE_URL is used).",
    )


class UpgradeFailed(Unavailable):
    code = "SPLD15"
    message = Words("Pemindahan ke versi PostgreSQL yang lebih baru gagal.", "The move to a newer PostgreSQL failed.")
    hint = Words(
        "Basis data lama tidak berubah. Sebabnya tercatat di {log}.",
        "The old database is unchanged. The cause is written in {log}.",
    )


class ClusterInUse(Conflict):
    code = "SPLD19"
    message = Words("Hub masih berjalan.", "The hub is running.")
    hint = Words(
        "Hentikan hub dahulu (Ctrl-C atau systemctl stop), lalu ulangi.",
        "Stop the hub first (Ctrl-C or systemctl stop), then try again.",
    )


class TableDiffers(Conflict):
    code = "SPLD16"
    message = Words(
        "Tabel data yang ada tidak dapat diubah menjadi rumusan ini.",
        "The dataset's table can't be turned into this contract's.",
    )
    hint = Words(
        "Versi minor hanya menambah kolom yang boleh kosong; perubahan lain memerlukan versi mayor baru.",
        "A minor version only adds columns that may be empty; any other change needs a new major version.",
    )


class NameUnusable(Invalid):
    code = "SPLD17"
    message = Words(
        "Nama atau tipe {name} tidak dapat dipakai dalam basis data.",
        "The name or type {name} can't be used in the database.",
    )


class DumpFailed(Unavailable):
    code = "SPLD18"
    message = Words("Program {program} gagal.", "The program {program} failed.")
    hint = Words("Pesannya: {text}", "It says: {text}")


class CountersAway(Unavailable):
    code = "SPLD20"
    message = Words("Penghitung pemakaian tidak dapat dipakai.", "The counters of use can't be used.")
    hint = Words(
        "Pengelola: periksa ruang disk dan hak tulis folder run. Pemanggil: coba lagi sebentar lagi.",
        "Operator: check disk space and the rights of the folder run. Caller: try again in a moment.",
    )


class MarksAway(Unavailable):
    code = "SPLD21"
    message = Words("Tanda perubahan data tidak dapat ditulis.", "The mark of a change can't be written.")
    hint = Words(
        "Pengelola: periksa ruang disk dan hak tulis folder run di SIMPUL_HOME. Pengirim: coba lagi sebentar lagi.",
        "Operator: check disk space and the rights of the folder run in SIMPUL_HOME. Sender: try again in a moment.",
    )


class MaskKeyUnusable(Unavailable):
    """The secret of the hashed columns can't be read, or isn't one."""

    code = "SPLD22"
    message = Words("Kunci penyamaran kolom tidak dapat dipakai.", "The key of the hashed columns can't be used.")
    hint = Words(
        "Pulihkan keys/mask.key dari cadangan; isinya harus 32 bita, dan sama pada setiap simpul.",
        "Restore keys/mask.key from a backup; it must hold 32 bytes, the same on every node.",
    )
