"""What can be wrong about a version of the SOP or of the calendar."""

from simpul.kernel.errors import Conflict, Invalid, NotFound
from simpul.kernel.words import Words


class ProcedureNotFound(NotFound):
    """No version of this procedure is deployed."""

    code = "SPL550"
    message = Words("SOP belum dipasang pada hub ini.", "The SOP isn't deployed in this hub yet.")
    hint = Words("Jalankan ./simpul migrate.", "Run ./simpul migrate.")


class VersionTaken(Conflict):
    """The file's version isn't above the current one."""

    code = "SPL551"
    message = Words(
        "Versi {version} tidak dapat dipasang: yang berlaku sekarang versi {current}.",
        "Version {version} can't be deployed: the current one is version {current}.",
    )
    hint = Words(
        "Muat ulang halaman, lalu ubah dari versi yang berlaku; pada berkas BPMN, naikkan nomor versinya.",
        "Load the page again and change the current version; in a BPMN file, raise its version number.",
    )


class ChangeReasonMissing(Invalid):
    """A new version needs a reason."""

    code = "SPL552"
    message = Words("Alasan perubahan wajib diisi.", "A reason for the change is required.")


class CalendarNotFound(NotFound):
    """The hub has no working calendar."""

    code = "SPL553"
    message = Words("Kalender kerja belum diisi.", "The working calendar is empty.")
    hint = Words("Jalankan ./simpul migrate.", "Run ./simpul migrate.")
