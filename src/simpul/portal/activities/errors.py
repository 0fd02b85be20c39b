"""Why an act can't be sent yet."""

from simpul.kernel.errors import Conflict, Invalid, NotFound
from simpul.kernel.words import Words


class AnswersInvalid(Invalid):
    """The form's errors are in `findings`, one a field: `where` is the field's name."""

    code = "SPL420"
    message = Words("Isian belum benar.", "The answers are not right yet.")
    hint = Words("Perbaiki isian yang ditandai lalu kirim lagi.", "Mend what is marked and send again.")


class ActHeld(Conflict):
    """Something outside the form must be there first; `findings` say what."""

    code = "SPL421"
    message = Words("Langkah ini belum dapat diselesaikan.", "This step can't be completed yet.")
    hint = Words("Lengkapi yang disebut di bawah.", "Provide what is named below.")


class ToolNotFound(NotFound):
    code = "SPL423"
    message = Words("Alat itu tidak ada pada langkah ini.", "There is no such tool in this step.")
