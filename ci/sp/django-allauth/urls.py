from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("", login_required(TemplateView.as_view(template_name="home.html"), login_url="/accounts/login/")),
    path("accounts/", include("allauth.urls")),
]
