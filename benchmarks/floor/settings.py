"""No middleware, no sessions, no context: only what a view with a template and the models needs."""

from pathlib import Path

from config.settings import (  # noqa: F401
    ALLOWED_HOSTS,
    AUTH_USER_MODEL,
    DATABASES,
    DEFAULT_AUTO_FIELD,
    LANGUAGE_CODE,
    LANGUAGES,
    LOGGING,
    SECRET_KEY,
    STATEMENT_TIMEOUT,
    TIME_ZONE,
    USE_TZ,
)

INFORMANT_KEYS: list[str] = []
INSTALLED_APPS = ["grievances", "villages", "django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.floor.views"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
    }
]
