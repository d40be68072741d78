"""A Django project with social-auth-app-django, set up as its documentation says, behind a proxy under the prefix of
SCRIPT_NAME. From the environment: FOLDER for all that is written, with the SP's key and certificate, and METADATA, the IdP's."""
import os
import secrets
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

folder, url = Path(os.environ["FOLDER"]), os.environ["URL"]
redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
idp = OneLogin_Saml2_IdPMetadataParser.parse(Path(os.environ["METADATA"]).read_bytes(), required_sso_binding=redirect)["idp"]

settings.configure(
    SECRET_KEY=secrets.token_urlsafe(50),
    DEBUG=False,
    ALLOWED_HOSTS=["localhost"],
    USE_X_FORWARDED_HOST=True,
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    ROOT_URLCONF="urls",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": folder / "db.sqlite3",
        # Several people at once: https://docs.djangoproject.com/en/5.2/ref/databases/#database-is-locked-errors
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
    }},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "social_django"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "social_django.middleware.SocialAuthExceptionMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
        ]},
    }],
    AUTHENTICATION_BACKENDS=["social_core.backends.saml.SAMLAuth", "django.contrib.auth.backends.ModelBackend"],
    LOGIN_URL="login",
    LOGIN_REDIRECT_URL="home",
    LOGOUT_REDIRECT_URL="login",
    SOCIAL_AUTH_LOGIN_ERROR_URL=f"{url}/login/",
    SOCIAL_AUTH_SAML_SP_ENTITY_ID=f"{url}/saml/metadata/",
    SOCIAL_AUTH_SAML_SP_PUBLIC_CERT=(folder / "sp.crt").read_text(),
    SOCIAL_AUTH_SAML_SP_PRIVATE_KEY=(folder / "sp.key").read_text(),
    SOCIAL_AUTH_SAML_ORG_INFO={"en-US": {"name": "example", "displayname": "Example Inc.", "url": url}},
    SOCIAL_AUTH_SAML_TECHNICAL_CONTACT={"givenName": "Tech Gal", "emailAddress": "technical@example.com"},
    SOCIAL_AUTH_SAML_SUPPORT_CONTACT={"givenName": "Support Guy", "emailAddress": "support@example.com"},
    SOCIAL_AUTH_SAML_ENABLED_IDPS={"contoso": {
        "entity_id": idp["entityId"],
        "url": idp["singleSignOnService"]["url"],
        "x509cert": idp["x509cert"] if "x509cert" in idp else idp["x509certMulti"]["signing"][0],
    }},
)
django.setup()
call_command("migrate", verbosity=0)
application = get_wsgi_application()
