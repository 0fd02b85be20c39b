"""How pages name an act and whose turn it is."""

from django.utils.translation import gettext_lazy as _

from simpul.kernel.words import Words
from simpul.portal.cases.models import OpenAct, Party
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Role
from simpul.portal.procedures import queries as procedures
from simpul.procedure.model import PARTY_ACTORS

KINDS = {
    "surat-permohonan": _("Pindaian surat permohonan"),
    "berita-acara": _("Pindaian Berita Acara Kesepakatan"),
    "dokumen-data-informasi": _("Dokumen Data Informasi Aplikasi"),
    "notula": _("Notula koordinasi"),
    "data-contoh": _("Berkas data untuk definisi"),
    "kiriman-data": _("Berkas kiriman data"),
    "perbaikan-data": _("Berkas perbaikan data"),
    "lampiran": _("Lampiran lain"),
}
"""What an attachment stands for."""


def name_act(act: OpenAct) -> Words:
    """Return what an open act asks to do, as the case's own version of the SOP says."""
    return procedures.load(act.case.procedure_version).step_by_key[act.step].act_by_key[act.act].label


def name_actor(actor: str, organization: Organization | None = None) -> str:
    """Return whose turn an act is: the agency and its part in the case, or the lane of Kominfo."""
    if actor in PARTY_ACTORS:
        part = str(Party.Role(actor).label)
        return f"{organization.name} ({part.lower()})" if organization else part
    return str(Role(actor).label)
