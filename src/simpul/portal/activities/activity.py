"""The one shape of an activity: its acts' forms, what holds them, their effect, and what is made at its end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from simpul.kernel.words import Words
from simpul.portal.activities.fields import AttachmentField, to_json
from simpul.portal.cases import queries as cases
from simpul.portal.cases.models import Case, OpenAct, Party
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person

Text = Any
"""A text of the interface: a string, or one that Django translates when it is shown."""


@dataclass(frozen=True)
class ActContext:
    """One act as it is being done: who, for whom, on which case, in which round."""

    person: Person
    case: Case
    act: OpenAct
    at: datetime
    cache: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def organization(self) -> Organization:
        """The party it is done for, or the person's own organization for a lane of Kominfo."""
        return self.act.organization or self.person.organization

    @property
    def provider(self) -> Organization:
        """The case's provider; only after row 1 has named it."""
        return Party.objects.select_related("organization").get(case=self.case, role=Party.Role.PENYEDIA).organization

    @property
    def consumers(self) -> list[Organization]:
        """The case's consumers, in the order they were named."""
        rows = Party.objects.select_related("organization").filter(case=self.case, role=Party.Role.PEMANFAAT)
        return [row.organization for row in rows.order_by("id")]

    def answers(self, step_no: int, act: str, organization: str = "") -> dict[str, Any]:
        """Return the newest answers of an act of this case; {} if it was never done."""
        return cases.find_answers(self.case, step_no, act, organization)


class ActForm(forms.Form):
    """What an act asks. The same form checks a page's fields and a program's JSON."""

    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *, context: ActContext, **options: Any) -> None:
        self.act_context = context
        super().__init__(data, **options)
        for one in self.fields.values():
            if isinstance(one, AttachmentField):
                one.case = one.widget.case = context.case
        self.prepare()

    def prepare(self) -> None:
        """Set what depends on the case: choices, labels, fields that this round doesn't need."""

    def answers(self) -> dict[str, Any]:
        """Return the cleaned answers as JSON values. Only after `is_valid()`."""
        return to_json(self.cleaned_data)

    def raw_answers(self) -> dict[str, Any]:
        """Return what was typed, unchecked, as JSON values: a draft."""
        return {
            name: one.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, one in self.fields.items()
        }


class PlainForm(ActForm):
    """An act that asks nothing but a note."""

    note = forms.CharField(
        label=gettext_lazy("Catatan"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


@dataclass(frozen=True)
class Tool:
    """Something that can be done while an act is open, as often as needed: read a file, run the tests, issue a key."""

    name: str
    label: Text
    run: Callable[[ActContext, dict[str, Any]], dict[str, Any]]
    form_class: type[ActForm] = PlainForm
    about: Text = ""


class Handler:
    """One act of an activity."""

    form_class: type[ActForm] = PlainForm
    template_name: ClassVar[str] = "activities/act.html"
    tools: tuple[Tool, ...] = ()
    submit_label: ClassVar[Text] = gettext_lazy("Kirim")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        """Return what the form opens with where there is no draft: by default the last round's answers."""
        code = context.act.organization.code if context.act.organization else ""
        return context.answers(context.act.step_no, context.act.act, code)

    def list_missing(self, context: ActContext) -> list[Words]:
        """Return what holds this act besides its form; [] lets it be sent. Shown in the inbox as well."""
        return []

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        """Do what the act really does, inside the action's transaction; return the answer to the gateway's question."""
        return {}

    def describe(self, context: ActContext) -> dict[str, Any]:
        """Return what the act's page shows besides the form."""
        return {}


class Activity:
    """One of the SOP's rows."""

    no: ClassVar[int]
    handlers: ClassVar[dict[str, Handler]]

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        """Make the papers and effects of the whole step, once its last act is done."""
