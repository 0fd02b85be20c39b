from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "simpul.portal.activities"
    label = "activities"
    default_auto_field = "django.db.models.BigAutoField"
