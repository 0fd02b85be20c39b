"""A plugin of mypy: in the portal `request.user` is a Person, since the middleware SignedInOnly lets nobody else in."""

from collections.abc import Callable

from mypy.nodes import TypeInfo
from mypy.plugin import AttributeContext, Plugin
from mypy.types import Instance, Type

PERSON = "simpul.portal.people.models.Person"
USER = "django.http.request.HttpRequest.user"


class SignedIn(Plugin):
    """Gives `HttpRequest.user` its type; all else is left to django-stubs."""

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Answer for that one attribute."""
        return self._give_person if fullname == USER else None

    def _give_person(self, context: AttributeContext) -> Type:
        found = self.lookup_fully_qualified(PERSON)
        return Instance(found.node, []) if found and isinstance(found.node, TypeInfo) else context.default_attr_type


def plugin(version: str) -> type[Plugin]:
    """Return the plugin, as mypy asks for it by this name."""
    return SignedIn
