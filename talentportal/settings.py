"""Settings, read top to bottom. What differs between places is an environment variable (see `env.py`)."""

from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from talentportal import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- This deployment -------------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
DEMO = env.flag("DEMO", default=False)  # mailbox, clock, identities; refused beside real data
SECRET_KEY = env.text("SECRET_KEY")
FIELD_KEYS = env.keys("FIELD_KEYS")  # seal personal numbers; the first is current, later ones only open old rows
INDEX_KEYS = env.keys("INDEX_KEYS")  # keyed fingerprint for search and uniqueness of personal numbers
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
BASE_URL = env.text("BASE_URL", default="http://127.0.0.1:8000")  # printed in QR codes and messages
DATA_DIR = Path(env.text("DATA_DIR", default=str(BASE_DIR / "var" / "data")))  # private files and signing keys
PROVINCE = env.text("PROVINCE", default="yunnan")  # the home province's data pack
HTTPS = BASE_URL.startswith("https://")

# --- Django ----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "talentportal.apps.TalentportalConfig",
    "jobs",
    "regions",
    "accounts",
    "notifications",
    "policies",
    "certificates",
    "workstations",
    "applications",
    "reviews",
    "laborbrands",
    "talents",
    "provinces",
    "talentportal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "csp",
    "pgtrigger",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "talentportal.middleware.NoNullCharacterMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.AllauthMiddleware",
    "accounts.middleware.StaffSecondFactorMiddleware",
    "accounts.middleware.TakeOverMiddleware",
]

ROOT_URLCONF = "talentportal.urls"
WSGI_APPLICATION = "talentportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mail is unique by a constraint on its lower-case form
    "security.W019",  # see X_FRAME_OPTIONS
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "talentportal.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "talentportal.forms.PortalFormRenderer"

DATABASES = {"default": env.database("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# --- Language and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"  # legal dates; moments are stored in UTC
USE_TZ = True

# --- Files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty until collectstatic; its absence is a warning
PRIVATE_DIR = DATA_DIR / "private"  # uploads and issued papers; never served by address, only by views that ask who
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": PRIVATE_DIR}},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
MEDIA_URL = ""
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["applications.uploads.LimitedUploadHandler"]
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploading"  # its own folder, so that what a killed worker leaves can be swept
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
EXPIRED_DRAFT_DAYS = env.number("EXPIRED_DRAFT_DAYS", default=30)  # then nobody renews it any more: deleted with files
DRAFT_WARNING_DAYS = env.number("DRAFT_WARNING_DAYS", default=3)  # so long before, its applicant is told
ARCHIVE_DAYS = env.number("ARCHIVE_DAYS", default=30)  # after its end a case is archived
POSTMARK_COUNTS = env.flag("POSTMARK_COUNTS", default=False)  # else the day of arrival, for what comes by post
CLAMD_URL = env.text("CLAMD_URL", default="")  # tcp://host:3310; without it files stay marked "not scanned"
SIGNING_DIR = DATA_DIR / "signing"
SIGNING_KEY_PASSWORD = env.text("SIGNING_KEY_PASSWORD", default="")

# --- Sign-in ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me:home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]  # either will do: accounts.forms.SignupForm
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
    "request_login_code": "accounts.forms.RequestLoginCodeForm",
    "verify_phone": "accounts.forms.VerifyPhoneForm",
    "confirm_email_verification_code": "accounts.forms.ConfirmEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # of those without a verified mobile number: accounts.adapter
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 300
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_CHANGE_EMAIL = True  # one address each
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before changing address or number
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",  # a service hall is one address
    "login_failed": "30/m/ip,5/5m/key,50/d/key",
    "request_login_code": "30/m/ip,3/m/key,20/d/key",  # three tries a code, a million codes
    "verify_phone": "30/m/ip,1/30s/key,20/d/key",
    "change_phone": "5/m/user",
    "add_unit_member": "20/h/user",
    "take_over": "5/d/user",
    "save_search": "30/h/ip,5/h/key",
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # no address is stored before it is verified
MFA_FORMS = {"add_webauthn": "accounts.forms.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO
MFA_TOTP_ISSUER = "talentportal"
STAFF_NEEDS_SECOND_FACTOR = not DEMO

# --- Security --------------------------------------------------------------------------------------------------------

CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "talentportal.views.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "django.contrib.sessions.backends.db"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the clerk's page shows uploaded papers in a frame of our own
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
EMBED_ANCESTORS = env.words("EMBED_ANCESTORS", default=["*"])  # sites that may frame the embedded map of brands
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0)  # how many reverse proxies stand before us
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- Messages --------------------------------------------------------------------------------------------------------

vars().update(env.email("EMAIL_URL", default="consolemail://"))
if DEMO:
    EMAIL_BACKEND = "notifications.mailbox.DemoMailboxBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="no-reply@portal.invalid")
SMS_GATEWAY = env.text("SMS_GATEWAY", default=f"notifications.gateways.{'DemoSms' if DEMO else 'NoSms'}")
SMS_GATEWAY_URL = env.text("SMS_GATEWAY_URL", default="")  # for notifications.gateways.HttpSms
SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_TOKEN", default="")
EMAIL_TIMEOUT = 10

# --- Background work -------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "portal"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "ring": {"task": "jobs.drain", "schedule": 5.0, "options": {"expires": 5}},
    "run-due": {"task": "jobs.run_due", "schedule": crontab(minute="*"), "options": {"expires": 55}},
}

# --- Policy library --------------------------------------------------------------------------------------------------

CHECK_LINKS = env.flag("CHECK_LINKS", default=False)  # whether workers may ask the servers that policies came from

# --- Logs ------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "talentportal.logs.MaskPersonalNumbers"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"level": "INFO"},  # naming it drops Django's own handlers, which do not mask
        "django.server": {"level": "INFO", "propagate": True},
        "fontTools": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},  # tells at import that it logs
        "pyhanko": {"level": "ERROR"},
        "pyhanko_certvalidator": {"level": "ERROR"},
    },
}

# --- API -------------------------------------------------------------------------------------------------------------

API_RATES = {  # of one address, empty: without end; a download of everything is "bulk"
    "anonymous": env.text("API_RATE", default="600/min") or None,
    "bulk": env.text("API_BULK_RATE", default="120/hour") or None,
}
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": API_RATES,
    "NUM_PROXIES": TRUSTED_PROXIES,
    "EXCEPTION_HANDLER": "talentportal.api.problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("Open data of the talent service portal"),
    "DESCRIPTION": _(
        "Policies, benefits, regions and services, public and free to read. "
        "Every text comes in Chinese and English; an English text may be empty."
    ),
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_INSERT": "",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
