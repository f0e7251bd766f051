"""All settings, read from the environment, safe by default. docs/settings.md lists every variable."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

# The detector's matrices are small: a second BLAS thread doubles their cost (measured). Set before numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PACKAGE_DIR = Path(__file__).resolve().parent
DATA_DIR = Path(os.environ.get("MIDCOURSE_DATA_DIR", "data")).resolve()
"""Where the database, received files and snapshots live; nobody but the owner may look in (privacy 10)."""
os.umask(0o077)  # every file that any part of the program makes, SQLite's log and Parquet files included
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
if (_folder := DATA_DIR.stat()).st_uid == os.getuid() and not _folder.st_mode & stat.S_ISVTX:  # never /tmp itself
    DATA_DIR.chmod(0o700)

DEBUG = False
_ON_LOCALHOST = os.environ.get("MIDCOURSE_LOCAL", "") == "1"


def _secret_key() -> str:
    """Return the key from the environment, or one kept beside the data with the owner's eyes only."""
    if key := os.environ.get("MIDCOURSE_SECRET_KEY"):
        return key
    path = DATA_DIR / "secret_key"
    if not path.exists():
        fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as f:
            f.write(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("MIDCOURSE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("MIDCOURSE_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "midcourse.records.apps.RecordsConfig",
    "midcourse.web.apps.WebConfig",
]
MIDDLEWARE = [
    "midcourse.web.sizes.refuse_too_large",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "midcourse.web.sizes.refuse_large_anonymous",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "midcourse.urls"
WSGI_APPLICATION = "midcourse.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "midcourse.web.context.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "midcourse.web.templatetags.figures",
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL", f"sqlite:///{DATA_DIR / 'midcourse.sqlite3'}"), conn_max_age=60
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL, not NORMAL: a commit that was confirmed to a phone must survive a power cut
        # secure_delete: a deleted row is overwritten, not left in the file's free pages (privacy 10)
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA secure_delete=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "records.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [PACKAGE_DIR / "web" / "locale"]
FORMAT_MODULE_PATH = ["midcourse.web.formats"]  # Spanish as written in the United States: 0.3, not 0,3
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("MIDCOURSE_TIME_ZONE", "America/New_York")

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder, and warnings fail the tests
WHITENOISE_USE_FINDERS = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# A district serves the site over TLS; the embedded server on localhost cannot.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not _ON_LOCALHOST
SECURE_SSL_REDIRECT = os.environ.get("MIDCOURSE_TLS_REDIRECT", "") == "1"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("MIDCOURSE_BEHIND_PROXY") == "1" else None
)
SECURE_HSTS_SECONDS = 0 if _ON_LOCALHOST else 31_536_000
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"django.request": {"level": "ERROR"}},  # addresses of pages not found hold ids
    "root": {"handlers": ["console"], "level": os.environ.get("MIDCOURSE_LOG_LEVEL", "WARNING")},
}
