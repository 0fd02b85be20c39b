"""What can go wrong with a paper.

NotFound ── PaperNotFound
Invalid ─┬─ FactsIncomplete   the case's data lacks something the paper needs
         ├─ FormatNotOffered  the paper isn't made in this format
         └─ PictureRefused    a coat of arms or picture that can't be used
Misconfigured ── TemplateInvalid   a template in library/papers/ is wrong
"""

from simpul.kernel.errors import Invalid, Misconfigured, NotFound
from simpul.kernel.words import Words


class PaperNotFound(NotFound):
    """There is no template of this name."""

    code = "SPL-PAP-001"
    message = Words("Jenis dokumen {kind} tidak ada.", "There is no paper of kind {kind}.")
    hint = Words("Pilih salah satu jenis dalam library/papers/.", "Choose one of the kinds in library/papers/.")


class FactsIncomplete(Invalid):
    """The facts given lack something that the paper needs, or have it in another form."""

    code = "SPL-PAP-002"
    message = Words(
        "Data untuk dokumen {title} belum lengkap: {places}.",
        "The facts for the paper {title} are incomplete: {places}.",
    )
    hint = Words("Lengkapi data tersebut pada permohonan.", "Complete them in the case.")


class FormatNotOffered(Invalid):
    """The paper isn't made in this format."""

    code = "SPL-PAP-003"
    message = Words("Dokumen {title} tidak dibuat sebagai {format}.", "The paper {title} is not made as {format}.")
    hint = Words("Format yang tersedia: {offered}.", "The formats offered: {offered}.")


class PictureRefused(Invalid):
    """A picture is neither PNG nor SVG, is broken, or is too large."""

    code = "SPL-PAP-004"
    message = Words("Gambar pada dokumen tidak dapat dipakai.", "A picture of the paper can't be used.")
    hint = Words("Pakai PNG atau SVG, paling besar 1 MB.", "Use PNG or SVG of 1 MB at most.")


class TemplateInvalid(Misconfigured):
    """A paper's template names something that doesn't exist."""

    code = "SPL-PAP-005"
    message = Words("Templat dokumen {kind} keliru: {reason}.", "The template of the paper {kind} is wrong: {reason}.")
    hint = Words("Perbaiki library/papers/{kind}.yaml.", "Mend library/papers/{kind}.yaml.")
