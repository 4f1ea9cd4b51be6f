"""Settings. The environment says what differs; docs/operations.md lists the variables."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import pgettext_lazy

from config import environment, outgoing

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.flag("DEBUG")
# A demonstration on plain http with well-known accounts; never for real data.
DEMO = environment.flag("DEMO")
LOCAL = DEBUG or DEMO
# The demo over HTTPS, for phones in the same network (config/lan.py): it has no name that could be pinned to HTTPS.
HTTPS = not LOCAL or environment.flag("DEMO_HTTPS")
# A province: only the dashboards of what its districts publish; nothing is recorded here.
PROVINCE = environment.flag("PROVINCE")

SECRET_KEY = environment.text("SECRET_KEY")
# Fernet keys: the first encrypts who spoke, all decrypt.
INFORMANT_KEYS = environment.words("INFORMANT_KEY")
if not INFORMANT_KEYS:
    raise ImproperlyConfigured("Set INFORMANT_KEY to one or more Fernet keys, separated by commas.")

# Phones seal what they write for the first; all open. Without one, offline use is off.
PHONE_KEYS = environment.rsa_keys("PHONE_KEY", bits=3072)

# What one person may send from phones: photographs of one visit and of one day, and sealed things that one server
# process opens in a minute (grievances/phones/limits.py).
PHONE_VISIT_MEGABYTES = environment.positive("PHONE_VISIT_MEGABYTES", 60)
PHONE_DAY_MEGABYTES = environment.positive("PHONE_DAY_MEGABYTES", 500)
PHONE_OPENINGS_A_MINUTE = environment.positive("PHONE_OPENINGS_A_MINUTE", 600)

ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS") or (["127.0.0.1", "localhost", "[::1]"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "grievances",
    "villages",
    "villages.reference.ReferenceConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "csp",
    "config",
]

MIDDLEWARE = [
    "config.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages of long lists shrink to a sixth; Django pads them against guessing secrets by their length.
    "django.middleware.gzip.GZipMiddleware",
    "config.replica.NoteWrites",
    "config.bad_input.RefuseBadInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.caching.NoStore",
    "config.sessions.SignInFirst",
    "config.sessions.TimeOut",
    "villages.policy.OneTimePassword",
    "grievances.province.gate.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.patience.Patience",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "grievances.page.page",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": environment.database("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
_GIVEN = DATABASES["default"]["OPTIONS"].get("options", "")
DATABASES["default"]["OPTIONS"]["options"] = f"-c jit=off {_GIVEN}".strip()
if environment.text("REPLICA_URL", ""):
    DATABASES["replica"] = environment.database("REPLICA_URL") | {
        "CONN_MAX_AGE": 60,
        "TEST": {"MIRROR": "default"},
    }
    for _name, _value in DATABASES["default"]["OPTIONS"].items():
        DATABASES["replica"]["OPTIONS"].setdefault(_name, _value)
    DATABASES["replica"]["OPTIONS"].setdefault("connect_timeout", 2)
DATABASE_ROUTERS = ["config.replica.Router"]
# Jobs wait in the database until "manage.py db_worker" does them: one that a transaction asks for is there with it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Whoever sent a form reads the primary for so long: longer than a replica that is read can lag behind
# (config/replica.py), on a line that hangs (``wal_receiver_timeout``) too.
READS_THE_PRIMARY_SECONDS = 10
# Milliseconds that a page may ask the database (config/patience.py); commands and migrations have no limit.
STATEMENT_TIMEOUT = environment.positive("STATEMENT_TIMEOUT", 15_000)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "villages.Cadre"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "villages.backends.Cadres",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# Locked are the name and the address together: nobody can lock out somebody who sits elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
# Of a failed attempt axes keeps what was sent, but never these.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "old_password", "new_password1", "new_password2"]
AXES_LOCKOUT_CALLABLE = "villages.views.accounts.locked_out"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "config.proxy.address"

CSRF_FAILURE_VIEW = "config.sessions.form_refused"
SESSION_IDLE_SECONDS = 30 * 60
SESSION_LONGEST_SECONDS = 12 * 60 * 60
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
# Sites that share a host name (on other ports) need names of their own.
SESSION_COOKIE_NAME = environment.text("SESSION_COOKIE", "session")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SECURE_SSL_REDIRECT = not LOCAL
SECURE_HSTS_SECONDS = 0 if LOCAL else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = environment.flag("SECURE_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "frame-ancestors": [NONE],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 40
MEDIA_ROOT = environment.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media"))

# Where this installation is found: the links of messages begin so.
SITE_ADDRESS = outgoing.origin("SITE_ADDRESS")
_MAIL = outgoing.mail("EMAIL_URL")
EMAIL_ON, EMAIL_BACKEND, EMAIL_FILE_PATH = _MAIL.on, _MAIL.backend, _MAIL.folder
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.tls, _MAIL.starttls
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "")
WEBHOOK_URL = outgoing.gateway("WEBHOOK_URL")
WEBHOOK_SECRET = environment.text("WEBHOOK_SECRET", "")
outgoing.must_be_whole(
    mail=_MAIL, sender=DEFAULT_FROM_EMAIL, gateway=WEBHOOK_URL, secret=WEBHOOK_SECRET, site=SITE_ADDRESS
)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
# What a filter that is not set says.
FILTERS_EMPTY_CHOICE_LABEL = pgettext_lazy("filter", "all")

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.scripts.Files"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
