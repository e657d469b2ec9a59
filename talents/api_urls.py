"""The interface: people for units with a key, vacancies for everybody."""

from django.urls import path

from talents import api

app_name = "api_talents"
urlpatterns = [
    path("talents/", api.TalentList.as_view(), name="talents"),
]
