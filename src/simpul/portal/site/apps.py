from django.apps import AppConfig
from django.forms import Field
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "simpul.portal.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django's own Indonesian word for a field, "bidang", means a division of Kominfo here.
        Field.default_error_messages = {**Field.default_error_messages, "required": _("Wajib diisi.")}
