"""The site's settings, with the middleware that counts queries before all others."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as _OF_THE_SITE

MIDDLEWARE = ["benchmarks.counting.CountQueries", *_OF_THE_SITE]
