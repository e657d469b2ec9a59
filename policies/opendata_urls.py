from django.urls import path, re_path

from policies.pages import opendata

app_name = "open_data"
urlpatterns = [
    path("", opendata.home, name="home"),
    re_path(r"^(?P<kind>policies|benefits)\.(?P<ending>csv|json)$", opendata.Download.as_view(), name="file"),
]
