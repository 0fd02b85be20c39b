"""What can't be found among the proofs."""

from simpul.kernel.errors import NotFound
from simpul.kernel.words import Words


class RootUnknown(NotFound):
    code = "SPL570"
    message = Words("Akar atau kunci publik ini tidak ada.", "There is no such root or public key.")
    hint = Words("Pilih dari daftar pada halaman Akar bukti akses.", "Choose from the list on the page of roots.")
