"""Pages of sign-in, of the own account, and of the people that the Pengelola Sistem keeps."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simpul.kernel import clock
from simpul.kernel.errors import Invalid
from simpul.portal.people import actions, queries
from simpul.portal.people.forms import AbsenceForm, FilterForm, NewPersonForm, PersonForm, RolesForm, TokenForm
from simpul.portal.people.gates import SignedInRequest, for_roles
from simpul.portal.people.models import Role
from simpul.portal.people.permissions import roles_of
from simpul.portal.site.access import public
from simpul.portal.site.fields import add_findings

PEOPLE_A_PAGE = 50
keeper_only = for_roles(Role.PENGELOLA_SISTEM)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@public
@require_safe
def show_closed(request: SignedInRequest) -> HttpResponse:
    """Say that accounts and passwords come from the Pengelola Sistem."""
    return render(request, "account/signup_closed.html")


@require_safe
def show_account(request: SignedInRequest) -> HttpResponse:
    """Show the own account: who I am here, my roles, how I sign in."""
    roles = [Role(role).label for role in Role.values if role in roles_of(request.user)]
    return render(
        request, "people/account.html", {"roles": roles, "second_factor": queries.has_second_factor(request.user)}
    )


@form_page
def keep_tokens(request: SignedInRequest) -> HttpResponse:
    """List the own tokens and make one, shown once."""
    form, text = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        text = actions.make_personal_token(request.user, form.cleaned_data["name"], form.cleaned_data["days"])
        form = TokenForm()
    context = {"form": form, "text": text, "tokens": request.user.tokens.order_by("-id"), "now": clock.now()}
    response = render(request, "people/tokens.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke_token(request: SignedInRequest, token_id: str) -> HttpResponse:
    """Revoke one of the own tokens."""
    actions.revoke_personal_token(request.user, token_id)
    messages.success(request, _("Token sudah dicabut."))
    return redirect("tokens")


@keeper_only
@require_safe
def list_people(request: SignedInRequest) -> HttpResponse:
    """List people, narrowed by name or role."""
    form = FilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    people = queries.list_people(wanted.get("cari", ""), wanted.get("peran", ""))
    page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "people/list.html", {"form": form, "page": page})


@keeper_only
@form_page
def add_person(request: SignedInRequest) -> HttpResponse:
    """Add a person; the temporary password is shown once."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_person(request.user, form.make_facts(), form.cleaned_data["roles"])
        except Invalid as error:
            add_findings(form, error)
        else:
            return _show_password(request, added.person.pk, added.temporary_password)
    return render(request, "people/add.html", {"form": form})


@keeper_only
@require_safe
def show_person(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Show a person with roles, state, and all that can be done."""
    person = queries.get_person(person_id)
    today = clock.local(clock.now()).date()
    context = {
        "person": person,
        "assignments": person.assignments.order_by("role"),
        "today": today,
        "absent": queries.is_absent(person),
        "absence_form": AbsenceForm(initial={"until": person.absent_until}),
        "second_factor": queries.has_second_factor(person),
        "held": person.held_acts.count(),
    }
    return render(request, "people/person.html", context)


@keeper_only
@form_page
def change_person(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Change a person's facts."""
    person = queries.get_person(person_id)
    initial = {name: getattr(person, name) for name in PersonForm.base_fields}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_person(request.user, person, form.make_facts())
        except Invalid as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Perubahan sudah disimpan."))
            return redirect("person", person_id)
    return render(request, "people/change.html", {"form": form, "person": person})


@keeper_only
@form_page
def set_roles(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Set which roles a person holds, from when and until when."""
    person = queries.get_person(person_id)
    form = RolesForm(request.POST or None, person=person, today=clock.local(clock.now()).date())
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_roles(request.user, person, form.periods)
        except Invalid as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Peran sudah disimpan dan langsung berlaku."))
            return redirect("person", person_id)
    return render(request, "people/roles.html", {"form": form, "person": person})


@keeper_only
@require_POST
def switch_activity(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Close an account, or open it again."""
    person = queries.get_person(person_id)
    if person.is_active:
        count = actions.deactivate_person(request.user, person)
        messages.success(request, _("Akun sudah dinonaktifkan.") + " " + _tell_given_back(count))
    else:
        actions.reactivate_person(request.user, person)
        messages.success(request, _("Akun sudah diaktifkan kembali."))
    return redirect("person", person_id)


@keeper_only
@require_POST
def set_absence(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Note until when a person is away."""
    person = queries.get_person(person_id)
    form = AbsenceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Tanggal belum benar."))
    else:
        until = form.cleaned_data["until"]
        count = actions.set_absence(request.user, person, until)
        told = _("Dicatat tidak bertugas.") + " " + _tell_given_back(count) if until else _("Dicatat kembali bertugas.")
        messages.success(request, told)
    return redirect("person", person_id)


@keeper_only
@require_POST
def reset_password(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Give a temporary password, shown once."""
    person = queries.get_person(person_id)
    return _show_password(request, person_id, actions.reset_password(request.user, person))


@keeper_only
@require_POST
def reset_second_factor(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Take the authenticator away, as when the phone is lost."""
    actions.reset_second_factor(request.user, queries.get_person(person_id))
    messages.success(request, _("Aplikasi autentikator sudah dilepas. Orang ini dapat memasangnya lagi setelah masuk."))
    return redirect("person", person_id)


def _show_password(request: SignedInRequest, person_id: int, password: str) -> HttpResponse:
    context = {"person": queries.get_person(person_id), "password": password}
    response = render(request, "people/password.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _tell_given_back(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(count)d tugas dikembalikan ke rekan.", "%(count)d tugas dikembalikan ke rekan.", count) % {
        "count": count
    }
