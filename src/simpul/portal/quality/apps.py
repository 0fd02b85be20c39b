from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "simpul.portal.quality"
    label = "quality"
    default_auto_field = "django.db.models.BigAutoField"
