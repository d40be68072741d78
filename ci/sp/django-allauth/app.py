"""A Django project with django-allauth[saml], set up as its documentation's quickstart and SAML page say, all else at its
default: app.py PORT IDP-METADATA-FILE"""
import secrets
import sys
import tempfile
from pathlib import Path
from signal import SIGTERM, signal

import django
from django.conf import settings
from django.core.management import call_command
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

port = int(sys.argv[1])
idp = OneLogin_Saml2_IdPMetadataParser.parse(Path(sys.argv[2]).read_bytes(), required_sso_binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")["idp"]
signal(SIGTERM, lambda *_: sys.exit())  # so that the folder goes
folder = tempfile.TemporaryDirectory(prefix="django-allauth.")

settings.configure(
    SECRET_KEY=secrets.token_urlsafe(50),
    DEBUG=False,
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF="urls",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder.name}/db.sqlite3",
        # Several people at once: https://docs.djangoproject.com/en/5.2/ref/databases/#database-is-locked-errors
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
    }},
    EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend",
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.saml",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]},
    }],
    AUTHENTICATION_BACKENDS=[
        "django.contrib.auth.backends.ModelBackend",
        "allauth.account.auth_backends.AuthenticationBackend",
    ],
    LOGIN_REDIRECT_URL="/",
    SOCIALACCOUNT_PROVIDERS={"saml": {"APPS": [{
        "name": "Contoso",
        "provider_id": idp["entityId"],
        "client_id": "contoso",
        "settings": {"idp": {
            "entity_id": idp["entityId"],
            "sso_url": idp["singleSignOnService"]["url"],
            "x509cert": idp["x509cert"] if "x509cert" in idp else idp["x509certMulti"]["signing"][0],
        }},
    }]}},
)
django.setup()
call_command("migrate", verbosity=0)
call_command("runserver", f"localhost:{port}", "--noreload", "--skip-checks")
