from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "simpul.portal.mailing"
    label = "mailing"
    default_auto_field = "django.db.models.BigAutoField"
