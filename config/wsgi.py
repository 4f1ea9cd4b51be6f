"""The application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from config.patience import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
limit_statements()
