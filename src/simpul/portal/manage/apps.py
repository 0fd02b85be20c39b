from django.apps import AppConfig


class ManageConfig(AppConfig):
    name = "simpul.portal.manage"
    label = "manage"
    default_auto_field = "django.db.models.BigAutoField"
