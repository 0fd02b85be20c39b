"""The list of the hub's own organizations: a version of it follows each change of them by itself."""

from simpul.kernel.clock import local, now
from simpul.portal.organizations.models import Organization
from simpul.portal.references.actions import Provenance, digest_entries, keep_version, settle_version
from simpul.portal.references.models import CodeList
from simpul.portal.references.queries import State
from simpul.portal.references.reading import Entry

NAME = "instansi"


def refresh_organizations() -> None:
    """Write a new version of the list where an organization came, went or changed, in the caller's transaction."""
    rows = Organization.objects.order_by("code").values_list("code", "name", "valid_from", "valid_to")
    entries = [Entry(*row) for row in rows]
    if not entries:
        return
    code_list, _ = CodeList.objects.get_or_create(
        name=NAME,
        defaults={
            "title": "Instansi",
            "description": "Instansi pada hub ini, dengan masa berlakunya.",
            "is_own": True,
        },
    )
    last = code_list.versions.filter(state=State.IN_FORCE).first()
    if last is not None and bytes(last.digest) == digest_entries(entries):
        return
    facts = Provenance("Daftar instansi hub ini", local(now()).date())
    settle_version(keep_version(code_list, entries, facts, None), None)
