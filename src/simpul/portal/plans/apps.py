from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "simpul.portal.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"
