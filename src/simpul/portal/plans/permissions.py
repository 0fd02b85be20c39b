"""Who keeps the plans: Kominfo's Tim IT and Bidang, and the Pengelola Sistem."""

from simpul.portal.people.models import Role

KEEPERS = (Role.TIM_IT, Role.BIDANG, Role.PENGELOLA_SISTEM)
