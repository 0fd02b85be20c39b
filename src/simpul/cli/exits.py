"""The exit codes of the `simpul` command, the same for each command."""

from simpul.kernel.words import Words

DONE, FAILED, USAGE, SETUP, ABANDONED = 0, 1, 2, 4, 130

EXITS: dict[int, Words] = {
    DONE: Words("selesai; tidak ada temuan", "done; nothing was found wrong"),
    FAILED: Words(
        "ditolak, gagal, atau ada temuan; baris terakhir menyebut langkah berikutnya",
        "refused, failed, or something was found wrong; the last line names the next step",
    ),
    USAGE: Words("baris perintah belum benar", "the command line is not right yet"),
    SETUP: Words("penyiapan oleh ./simpul belum selesai", "the set-up by ./simpul could not be finished"),
    ABANDONED: Words("dihentikan dari papan ketik", "stopped from the keyboard"),
}
"""`docs/reference/commands.md` is made from this table."""
