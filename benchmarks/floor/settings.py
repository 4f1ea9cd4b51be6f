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
# Background jobs come with the models: a verb orders them.
INSTALLED_APPS = [
    "grievances", "villages", "django.contrib.auth", "django.contrib.contenttypes", "django_tasks",
    "django_tasks_db",
]  # fmt: skip
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.floor.views"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
    }
]
