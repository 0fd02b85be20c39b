"""What changes about people. Each action is one transaction with one audit row."""

from simpul.portal.people.models import Person


def choose_language(person: Person, language: str) -> None:
    """Keep a person's own choice of language (not a change worth an audit row)."""
    Person.objects.filter(pk=person.pk).update(language=language)
