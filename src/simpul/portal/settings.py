"""Django's settings, all derived from the hub's own table (`simpul.kernel.settings`)."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from simpul.kernel.logs import make_log_config
from simpul.kernel.settings import read_settings

HUB = read_settings()
DSN = os.environ.get("SIMPUL_DSN") or HUB.DATABASE_URL
"""The database as this process's role sees it; the supervisor hands it down."""

BASE = Path(__file__).parent


def _read_database(dsn: str) -> dict[str, object]:
    parts = urlsplit(dsn)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or (parts.hostname or ""),
        "PORT": query.pop("port", "") or (parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"connect_timeout": 5, **query},
    }


def _read_secret() -> str:
    """The secret that signs sessions: kept in the hub's keys, made on first need."""
    path = HUB.SIMPUL_HOME / "keys" / "portal.secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(os.urandom(32).hex())
    return path.read_text()[:64]


SECRET_KEY = _read_secret()
DEBUG = False
ALLOWED_HOSTS = (
    ["*"] if HUB.DEMO else list({urlsplit(HUB.PUBLIC_URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"})
)
_HTTPS = HUB.PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [HUB.PUBLIC_URL]
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "simpul"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "simpul.portal.site.views.show_forbidden"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if HUB.TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

INSTALLED_APPS = [
    # Before Django's and allauth's own, so that their templates are ours.
    "simpul.portal.site",
    "simpul.portal.people",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    *(
        f"simpul.portal.{name}"
        for name in [
            "organizations",
            "audit",
            "procedures",
            "cases",
            "activities",
            "papers",
            "contracts",
            "services",
            "references",
            "credentials",
            "plans",
            "mailing",
            "deliveries",
            "sources",
            "quality",
            "dashboards",
            "proofs",
            "usage",
            "manage",
        ]
    ),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "simpul.portal.site.middleware.DatabaseAway",
    "simpul.portal.audit.address.CallerAddress",
    "simpul.portal.site.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "simpul.portal.site.middleware.SpokenLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simpul.portal.site.middleware.SignedInOnly",
    "simpul.portal.site.middleware.ToldErrors",
]

ROOT_URLCONF = "simpul.portal.urls"
WSGI_APPLICATION = "simpul.portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "simpul.portal.site.context.describe_hub",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": _read_database(DSN)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "simpul.portal.credentials.secrets.RandomSecretHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["nip", "email", "name"]},
    },
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "nip"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "simpul.portal.people.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "simpul.portal.people.forms.SignInForm",
    "change_password": "simpul.portal.people.forms.PasswordForm",
    "reauthenticate": "simpul.portal.people.forms.PasswordAgainForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "simpul.portal.people.second_factor.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Simpul"
MFA_FORMS = {
    "authenticate": "simpul.portal.people.forms.CodeForm",
    "reauthenticate": "simpul.portal.people.forms.CodeAgainForm",
    "activate_totp": "simpul.portal.people.forms.FirstCodeForm",
}
IDP_OIDC_ADAPTER = "simpul.portal.credentials.adapter.TokenAdapter"
IDP_OIDC_ACCESS_TOKEN_FORMAT = "jwt"  # noqa: S105 a format's name
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if HUB.MAIL_URL else 'dummy'}.EmailBackend"
_MAIL = urlsplit(HUB.MAIL_URL)
EMAIL_HOST = _MAIL.hostname or ""
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_USE_TLS = _MAIL.scheme == "smtp" and bool(_MAIL.username)
EMAIL_PORT = _MAIL.port or (465 if EMAIL_USE_SSL else 587)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = HUB.MAIL_FROM

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesia")), ("en", _("English"))]
LOCALE_PATHS = [BASE / "locale"]
TIME_ZONE = "Asia/Makassar"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"/vendor/"

FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

LOGGING = make_log_config(HUB.LOG_FORMAT)
SILENCED_SYSTEM_CHECKS: list[str] = []
