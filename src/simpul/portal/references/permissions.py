"""Who keeps the code lists: Kominfo's Tim IT and Bidang, and the Pengelola Sistem. Everyone with a role reads them."""

from simpul.portal.people.models import Role

KEEPERS = (Role.TIM_IT, Role.BIDANG, Role.PENGELOLA_SISTEM)
READERS = tuple(Role)
