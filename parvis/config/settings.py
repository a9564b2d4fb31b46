"""Django settings, derived from the instance's typed settings."""

from __future__ import annotations

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlparse

from parvis.config import instance
from parvis.config.static import asked_each_time

ROOT = Path(__file__).resolve().parents[2]
INSTANCE = instance.folder()
P: dict[str, Any] = instance.load(INSTANCE)

PARVIS = P
PARVIS_KIND: str = P["kind"]
PARVIS_IS_DEMO = PARVIS_KIND == "demo"
PARVIS_TESTING = "pytest" in sys.modules
PARVIS_MAY_TRAVEL = PARVIS_IS_DEMO or PARVIS_TESTING
PARVIS_COUNTRY = P["country"]
PARVIS_REQUIRE_MFA = P["require_mfa"]
PARVIS_SEAL_KEY = P["seal_key"] or "unsealed-development-key"
PARVIS_INSTANCE = INSTANCE
PARVIS_ROOT = ROOT
PARVIS_FONTS = ROOT / "build" / "fonts"

SECRET_KEY = P["secret_key"] or "unset-development-key-run-parvis-init"
DEBUG = P["debug"]
ALLOWED_HOSTS = [host.strip() for host in P["hosts"].split(",") if host.strip()] + (["testserver"] if PARVIS_TESTING else [])
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"] if P["https"] else []

CONTEXTS = (
    "ui",
    "identity",
    "contacts",
    "documents",
    "connectors",
    "form_engine",
    "workflows",
    "rules",
    "agenda",
    "dossiers",
    "accounting",
    "journal",
    "mailings",
    "procedures",
    "socialdata",
    "requests",
    "decisions",
    "aid",
    "portal",
    "desk",
    "takeover",
    "api",
    "demo",
)
_present = [name for name in CONTEXTS if (ROOT / "parvis" / name / "apps.py").exists()]

try:
    from parvis.identity.settings import APPS as _AUTH_APPS
    from parvis.identity.settings import MIDDLEWARE as _AUTH_MIDDLEWARE
    from parvis.identity.settings import SETTINGS as _AUTH_SETTINGS
except ModuleNotFoundError:
    _AUTH_APPS, _AUTH_MIDDLEWARE, _AUTH_SETTINGS = [], ["django.contrib.auth.middleware.AuthenticationMiddleware"], {}

INSTALLED_APPS = [
    *[f"parvis.{name}" for name in _present],
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    *_AUTH_APPS,
    "parvis.kernel",
]

MIDDLEWARE = [
    "parvis.config.middleware.DeepStackMiddleware",
    "parvis.config.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "parvis.config.middleware.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *_AUTH_MIDDLEWARE,
]

ROOT_URLCONF = "parvis.config.urls"
WSGI_APPLICATION = "parvis.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "parvis.config.context.instance",
            ],
            "string_if_invalid": "‹undefined %s›" if PARVIS_TESTING else "",
        },
    }
]

FORM_RENDERER = "parvis.ui.widgets.Renderer"


def database(url: str) -> dict[str, Any]:
    """Django's connection settings for a database URL; empty = the embedded one.

    Raises:
        SettingError: the scheme is unknown.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": INSTANCE / "parvis.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;",
            },
            # A file, not memory: tests with threads must see what users would.
            "TEST": {"NAME": str(INSTANCE / "test.sqlite3")},
        }
    parts = urlparse(url)
    engines = {"postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql"}
    if parts.scheme not in engines:
        raise instance.SettingError(f"database_url: unknown scheme {parts.scheme!r}; use postgresql:// or mysql://")
    engine = engines[parts.scheme]
    query = dict(parse_qsl(parts.query))
    # Every statement of a page is short: compiling it for the machine, or starting more processes for it, costs PostgreSQL more than running it.
    options: dict[str, Any] = {"options": "-c jit=off -c max_parallel_workers_per_gather=0"} if engine == "postgresql" else {}
    if engine == "postgresql" and query.get("prepare") != "no":
        options["prepare_threshold"] = 2  # see parvis.kernel.prepared; what is not a kept statement is never prepared
    if engine == "postgresql" and not PARVIS_TESTING:
        options["pool"] = True
    if engine == "mysql":
        options = {
            "charset": "utf8mb4",
            "collation": "utf8mb4_bin",
            "isolation_level": "read committed",
            "init_command": "SET sql_mode='STRICT_ALL_TABLES', default_storage_engine=InnoDB",
        }
        if "socket" in query:
            options["unix_socket"] = query["socket"]
    return {
        "ENGINE": f"django.db.backends.{engine}",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"} if engine == "mysql" else {},
    }


DATABASES = {"default": database(P["database_url"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if find_spec("parvis.identity.apps"):
    AUTH_USER_MODEL = "identity.Account"

LANGUAGE_CODE = P["language"]
LANGUAGES = [("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "parvis_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = P["time_zone"]
LOCALE_PATHS = [ROOT / "parvis" / "config" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = None  # served from where the program lies: there is nothing to collect
STATICFILES_DIRS: list[str] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ADD_HEADERS_FUNCTION = asked_each_time
MEDIA_ROOT = INSTANCE / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
# Browsers keep cookies by host name, not by port: two instances on one host would sign each other's agents out.
_prefix = P["cookie_prefix"] or f"parvis_{re.sub('[^A-Za-z0-9]+', '_', INSTANCE.name).strip('_').lower()}"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_prefix}_session", f"{_prefix}_csrf"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = P["https"]
SECURE_SSL_REDIRECT = P["https"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if P["https"] else None
SECURE_HSTS_SECONDS = 31_536_000 if P["https"] else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = P["https"]
SECURE_HSTS_PRELOAD = P["https"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # a letter's PDF is shown in a frame of our own page, as the content policy says too
SILENCED_SYSTEM_CHECKS = [
    "security.W019",
    "models.W037",  # an index with a condition is left out by MariaDB: it is there for PostgreSQL
]
CSRF_FAILURE_VIEW = "parvis.config.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "parvis.config.mail.InstanceMail"
EMAIL_HOST, EMAIL_PORT = P["mail_host"], P["mail_port"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = P["mail_user"], P["mail_password"]
EMAIL_USE_SSL, EMAIL_USE_TLS, EMAIL_TIMEOUT = P["mail_port"] == 465, P["mail_port"] not in {25, 465, 1025}, 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = P["email"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/desk/"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "parvis.config.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": P["log_level"]},
    "loggers": {"django.server": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}, "spiff": {"level": "ERROR"}},
}

globals().update(_AUTH_SETTINGS)

if PARVIS_TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    LOGGING["root"]["level"] = "WARNING"
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
