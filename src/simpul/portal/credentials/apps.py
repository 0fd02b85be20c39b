from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "simpul.portal.credentials"
    label = "credentials"
    default_auto_field = "django.db.models.BigAutoField"
