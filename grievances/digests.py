"""What a request asked for, as a digest: the same key with another content is another request."""

import hashlib

from django.http import HttpRequest

from villages.secrets import keyed_hash

# What differs when the very same content is sent again, or leads only back to a page.
_CARRIED = {"csrfmiddlewaretoken", "key", "version", "seen", "next", "list", "place", "after"}


def digest_of_request(request: HttpRequest) -> str:
    """Of all that was typed and of the files, as they came: repeated, a form may no longer be valid."""
    content = hashlib.sha256()
    for name, values in sorted(request.POST.lists()):
        if name not in _CARRIED:
            content.update(repr((name, values)).encode())
    for name, uploads in sorted(request.FILES.lists()):
        for upload in uploads:
            content.update(repr((name, upload.size)).encode())
            for chunk in upload.chunks():
                content.update(chunk)
            upload.seek(0)
    return _sealed(content.hexdigest())


def digest_of_arguments(arguments: dict[str, object]) -> str:
    """Of a verb's own arguments, where no page was in between."""
    named = sorted((name, repr(getattr(value, "pk", value))) for name, value in arguments.items())
    return _sealed(hashlib.sha256(repr(named).encode()).hexdigest())


def _sealed(content: str) -> str:
    """With a key from outside the database, so that nobody there can try out guesses."""
    return keyed_hash(content)
