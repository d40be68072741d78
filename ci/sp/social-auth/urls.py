from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LogoutView
from django.http import HttpResponse, HttpResponseServerError
from django.urls import include, path, reverse
from django.views.generic import TemplateView
from social_django.utils import load_backend, load_strategy


def metadata(request):
    backend = load_backend(load_strategy(request), "saml", reverse("social:complete", args=("saml",)))
    text, errors = backend.generate_metadata_xml()
    return HttpResponseServerError(", ".join(errors)) if errors else HttpResponse(text, content_type="text/xml")


urlpatterns = [
    path("", login_required(TemplateView.as_view(template_name="home.html")), name="home"),
    path("login/", TemplateView.as_view(template_name="login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("saml/metadata/", metadata),
    path("", include("social_django.urls", namespace="social")),
]
