"""A follower that can't go on where it was and must read the dataset anew.

FeedTooShort      SPLX40  410  the feed doesn't reach back so far, or the dataset was set back
FeedPlaceUnknown  SPLX41  410  the place was given under another grant, or never
"""

from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words

_START_AGAIN = Words(
    "Baca ulang seluruh data, lalu ikuti perubahannya dari Changes-Since (atau Dataset-Version) pada jawaban itu.",
    "Read the whole dataset anew, then follow its changes from that answer's Changes-Since (or Dataset-Version).",
)


class FeedTooShort(SimpulError):
    code = "SPLX40"
    status = 410
    message = Words(
        "Perubahan sejak tempat itu tidak lengkap lagi: hanya disimpan 90 hari, atau data ini disusun ulang.",
        "The changes since that place are no longer complete: they are kept for 90 days, or the dataset was made anew.",
    )
    hint = _START_AGAIN


class FeedPlaceUnknown(SimpulError):
    code = "SPLX41"
    status = 410
    message = Words(
        "Tempat pada since tidak berlaku: hak akses Anda berubah, atau tempat itu bukan dari jawaban untuk Anda.",
        "The place in since isn't valid: your grant changed, or it isn't from an answer to you.",
    )
    hint = _START_AGAIN
