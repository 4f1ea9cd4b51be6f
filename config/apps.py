"""What the project sets up once: deployment checks, and words of its own for limits."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks, limits  # noqa: F401 – each sets itself up
