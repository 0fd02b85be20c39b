from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "simpul.portal.papers"
    label = "papers"
    default_auto_field = "django.db.models.BigAutoField"
