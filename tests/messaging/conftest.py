"""An installation that sends: to a mail server and a gateway of this machine."""

from collections.abc import Callable, Iterator

import pytest

from tests.messaging.servers import Gateway, Mailbox, running

SECRET = "only-for-tests-" + "s" * 32


@pytest.fixture
def mailbox(settings: object) -> Iterator[Mailbox]:
    with running(Mailbox()) as server:
        settings.EMAIL_ON = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.DEFAULT_FROM_EMAIL = "voices@dafeng.example.cn"
        settings.SITE_ADDRESS = "https://voices.example.cn"
        yield server


@pytest.fixture
def gateway(settings: object) -> Iterator[Gateway]:
    with running(Gateway()) as server:
        settings.WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/voices?district=320904"
        settings.WEBHOOK_SECRET = SECRET
        settings.SITE_ADDRESS = "https://voices.example.cn"
        yield server


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Callable) -> Callable:
    """What is done within happens as if it were committed, and who it concerns is told."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
