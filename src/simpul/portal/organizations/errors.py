"""What can be wrong about an organization."""

from simpul.kernel.errors import Invalid, NotFound
from simpul.kernel.words import Words


class OrganizationNotFound(NotFound):
    """No organization has this code."""

    code = "SPL540"
    message = Words("Instansi tidak ditemukan.", "The organization was not found.")
    hint = Words("Pilih instansi dari daftar.", "Choose the organization from the list.")


class SuccessionRefused(Invalid):
    """An organization can't be followed by itself, by one of its predecessors, or twice."""

    code = "SPL541"
    message = Words("Instansi ini tidak dapat menjadi penerusnya.", "This organization can't be its successor.")
    hint = Words(
        "Pilih instansi lain yang masih berlaku dan tidak berasal dari instansi ini.",
        "Choose another organization that still exists and doesn't come from this one.",
    )


class PictureRefused(Invalid):
    """The coat of arms isn't a small, sound PNG."""

    code = "SPL542"
    message = Words("Gambar lambang tidak dapat dipakai: {cause}.", "The coat of arms can't be used: {cause}.")
    hint = Words(
        "Unggah PNG paling besar 1 MB dan 2.000 × 2.000 titik.",
        "Upload a PNG of at most 1 MB and 2,000 × 2,000 points.",
    )


class OrganizationRefused(Invalid):
    """The facts of an organization or an official can't be saved as they are; `findings` say which."""

    code = "SPL543"
    message = Words("Data instansi belum dapat disimpan.", "The organization's facts can't be saved yet.")
    hint = Words("Perbaiki isian yang disebut.", "Mend what is named.")
