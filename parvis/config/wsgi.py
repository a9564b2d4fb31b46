"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from parvis.config.process import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.config.settings")
application = get_wsgi_application()
settle()
