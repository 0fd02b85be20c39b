"""What can go wrong with plans."""

from simpul.kernel.errors import Conflict, Invalid, NotFound
from simpul.kernel.words import Words


class PlanNotFound(NotFound):
    code = "SPL655"
    message = Words("Paket itu tidak ditemukan.", "That plan was not found.")


class PlanInUse(Conflict):
    code = "SPL656"
    message = Words(
        "Paket ini masih berlaku umum atau ditetapkan bagi aplikasi.",
        "This plan is still a default or assigned to applications.",
    )
    hint = Words("Tetapkan paket lain dahulu, lalu hapus.", "Assign another plan first, then delete it.")


class PlanNotAssignable(Invalid):
    code = "SPL657"
    message = Words(
        "Aplikasi itu tidak mempunyai hak akses atas data ini.", "That application has no access to this dataset."
    )
    hint = Words("Muat ulang halamannya; hak aksesnya mungkin baru dicabut.", "Reload the page; its grant may be gone.")


class DefaultPlanNeeded(Conflict):
    code = "SPL658"
    message = Words("Setiap tahap memerlukan satu paket umum.", "Each stage needs one general plan.")
    hint = Words(
        "Jadikan paket lain paket umum tahap itu; paket ini lalu berhenti berlaku umum dengan sendirinya.",
        "Make another plan the general one of that stage; this one then ceases to be it by itself.",
    )
