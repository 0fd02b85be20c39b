"""What a procedure refuses: an invalid file, an act out of turn, an answer that isn't on the list.

Invalid ── ProcedureInvalid    SOP001  the BPMN file breaks named rules
        ├─ UnknownAnswer       SOP002  a missing or unknown answer
        ├─ PartiesMissing      SOP003  the next activity needs a party that isn't named yet
        └─ CannotReturn        SOP004  not an earlier activity of this case
Conflict ─ AlreadyDone         SOP011  this act, or its activity, has been done in this round
        ├─ StaleRound          SOP012  the activity has been opened again since
        └─ NotOpen             SOP013  the activity isn't open, or the case is over
Refused ── NotYourTurn         SOP021  another party's act, or a later stage's
"""

from simpul.kernel.errors import Conflict, Invalid, Refused
from simpul.kernel.words import Words


class ProcedureInvalid(Invalid):
    code = "SOP001"
    message = Words("Berkas SOP belum memenuhi aturan.", "The procedure file breaks the rules.")
    hint = Words("Perbaiki setiap temuan, lalu periksa kembali.", "Mend each finding, then check again.")


class UnknownAnswer(Invalid):
    code = "SOP002"
    message = Words(
        "Jawaban untuk pertanyaan “{question}” belum ada atau tidak dikenal.",
        "The answer to “{question}” is missing or unknown.",
    )
    hint = Words("Pilih salah satu: {answers}.", "Choose one of: {answers}.")


class PartiesMissing(Invalid):
    code = "SOP003"
    message = Words(
        "Aktivitas {no} memerlukan pihak {actor}, tetapi pihak itu belum ditetapkan.",
        "Activity {no} needs the party {actor}, which is not named yet.",
    )
    hint = Words("Lengkapi para pihak pada permohonan.", "Complete the parties of the case.")


class CannotReturn(Invalid):
    code = "SOP004"
    message = Words(
        "Permohonan tidak dapat dikembalikan ke aktivitas {no}.", "The case can't be sent back to activity {no}."
    )
    hint = Words("Pilih salah satu aktivitas: {choices}.", "Choose one of the activities: {choices}.")


class AlreadyDone(Conflict):
    code = "SOP011"
    message = Words(
        "“{label}” pada aktivitas {no} putaran {round} sudah dikerjakan.",
        "“{label}” of activity {no}, round {round}, has already been done.",
    )
    hint = Words("Muat ulang halaman untuk melihat keadaan terakhir.", "Reload the page to see how things stand.")


class StaleRound(Conflict):
    code = "SOP012"
    message = Words(
        "Aktivitas {no} kini pada putaran {current}, bukan putaran {round}.",
        "Activity {no} is now in round {current}, not in round {round}.",
    )
    hint = AlreadyDone.hint


class NotOpen(Conflict):
    code = "SOP013"
    message = Words("Aktivitas {no} tidak sedang terbuka.", "Activity {no} is not open.")
    hint = AlreadyDone.hint


class NotYourTurn(Refused):
    code = "SOP021"
    message = Words(
        "Belum giliran, atau bukan bagian, dari yang mengirim untuk “{label}” pada aktivitas {no}.",
        "It is not the sender's turn or part to do “{label}” of activity {no}.",
    )
    hint = Words("Yang ditunggu sekarang: {waiting}.", "Waited for now: {waiting}.")
