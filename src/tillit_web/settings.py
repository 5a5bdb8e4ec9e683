"""Django's settings; everything that a person may change comes from the environment, with a default that works.

The environment is read here and nowhere else in the product:

TILLIT_DATA        the data directory; `tillit serve --data` sets it
TILLIT_HOSTS       names, separated by commas, that people type to reach us; needed behind a proxy or with TLS
TILLIT_EXPOSED     "1" when other machines reach us: cookies only over TLS, two steps at sign-in; `serve` sets it
TILLIT_DEMO_TOKEN  signs in whoever opens /demo/enter/<token> on this machine; `tillit demo` sets it
TILLIT_MAIL        where mail goes out: smtp://user:password@host:587 (smtps:// for TLS from the start); none by default
TILLIT_MAIL_FROM   the address that mail comes from
TILLIT_DATABASE_URL  where collected events wait until they are sealed, postgresql://user:password@host:5432/name; by
                   default in the data directory. For those whose disk is not durable and whose database is
TILLIT_OWN_SERVERS  servers of one's own network that may be asked for calendars, "nas.local:5232", separated
                   by commas; all others must be out in the world and speak TLS
TILLIT_DEMO_TABS   the other installations of the demo and the addresses that sign in there; `tillit demo` sets it
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from tillit_web.languages import LANGUAGES as LANGUAGE_CHOICES
from tillit_web.mail import mail_server
from tillit_web.secret import session_key

DATA_DIRECTORY = Path(os.environ.get("TILLIT_DATA", "tillit-data")).absolute()
EXPOSED = os.environ.get("TILLIT_EXPOSED", "") == "1"
DEMO_TOKEN = os.environ.get("TILLIT_DEMO_TOKEN", "")
DATABASE_URL = os.environ.get("TILLIT_DATABASE_URL", "")
OWN_SERVERS = frozenset(
    name.strip().lower() for name in os.environ.get("TILLIT_OWN_SERVERS", "").split(",") if name.strip()
)
DEMO_TABS = os.environ.get("TILLIT_DEMO_TABS", "")

# Without a data directory (tests, the message command) nothing is kept, so a key for this process is enough.
SECRET_KEY = session_key(DATA_DIRECTORY) or secrets.token_urlsafe(32)
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *(name.strip() for name in os.environ.get("TILLIT_HOSTS", "").split(",") if name.strip()),
]

ROOT_URLCONF = "tillit_web.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

# An app's templates win over those of the apps after it, so ours come before allauth's.
INSTALLED_APPS = [
    "tillit_web.ui",
    "tillit_web.people",
    "tillit_web.jobs",
    "tillit_web.backups",
    "tillit_web.collect",
    "tillit_web.demo",
    "tillit_web.warehouse",
    "tillit_web.retention",
    "tillit_web.readiness",
    "tillit_web.booking",
    "tillit_web.answers",
    "tillit_web.meetings",
    "tillit_web.desk",
    "tillit_web.mailboxes",
    "tillit_web.calls",
    "tillit_web.insight",
    "tillit_web.me",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "template_partials",
]

MIDDLEWARE = [
    "tillit_web.ui.access_log.log_requests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tillit_web.people.reader.speak_to_reader",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "tillit_web.ui.error_pages.wrong_method",
    "tillit_web.warehouse.counting.say_that_it_counts",
]

PATIENCE_SECONDS = 0.7  # of a page, until it says that it is still counting; None: it waits for its numbers

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tillit_web.people.reader.frame",
                "tillit_web.warehouse.frame.waiting",
                "tillit_web.booking.frame.given_up",
                "tillit_web.desk.frame.waiting",
                "tillit_web.demo.frame.demo",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIRECTORY / "app.sqlite",
        "CONN_MAX_AGE": None,  # a thread keeps its own (serving/pages.py): to open one costs as much as a page reads
        "OPTIONS": {
            # A transaction that will write takes the lock at its start, so it waits instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
        },
    },
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- mail: none until somebody says where it goes out ---------------------------------------------------------------
_MAIL = mail_server(os.environ.get("TILLIT_MAIL", ""))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL else 'dummy'}.EmailBackend"
if _MAIL:
    EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = not _MAIL.tls_from_the_start, _MAIL.tls_from_the_start
    EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("TILLIT_MAIL_FROM", "tillit@localhost")

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "tillit_web.people.adapter.TeamAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# axes locks an account after wrong passwords; this limits wrong codes of the second step, and one machine that tries
# many accounts.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/300s/key"}
MFA_ADAPTER = "tillit_web.people.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # we send no mail: an address is a name to sign in by
MFA_TOTP_ISSUER = "tillit"
MFA_TOTP_TOLERANCE = 1

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "tillit_web.people.access.name_tried"
AXES_DISABLE_ACCESS_LOG = True  # who was here when is nobody's business
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says how long; trying again must not prolong it
AXES_LOCKOUT_CALLABLE = "tillit_web.people.views.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
SILENCED_SYSTEM_CHECKS = ["axes.W003"]  # AxesStandaloneBackend is there; the check does not know allauth's beside it

# --- safety -----------------------------------------------------------------------------------------------------------
# Cookies know no ports: two installations on one host would sign each other's members out under one name.
SESSION_COOKIE_NAME = f"tillit_{hashlib.sha256(str(DATA_DIRECTORY).encode()).hexdigest()[:8]}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = EXPOSED
CSRF_COOKIE_SECURE = EXPOSED
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tillit_web.ui.error_pages.csrf_failure"
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if EXPOSED else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # the square code of the second step is drawn on the page itself
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
# Large files go to the disk while they arrive; forms stay small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- words ------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = LANGUAGE_CHOICES
LANGUAGE_COOKIE_NAME = "tillit_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tillit_web.ui.static_files.DigestedStatic"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "tillit_web.ui.access_log.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "tillit_web": {"level": "INFO"},
        # Django repeats every 4xx with its path, and a path may hold a one-time link; our own line has the route.
        "django.request": {"level": "ERROR"},
    },
}
