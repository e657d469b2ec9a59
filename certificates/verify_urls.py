from django.urls import path, re_path

from certificates import views

app_name = "verify"
urlpatterns = [
    path("", views.verify, name="form"),
    path("live/<str:code>/", views.verify_live, name="live"),
    re_path(r"^(?P<token>[0-9a-f]{32})/$", views.verify_token, name="token"),
]
