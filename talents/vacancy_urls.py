"""Vacancies for everybody, below /vacancies/."""

from django.urls import path

from talents.views import vacancies

app_name = "vacancies"
urlpatterns = [
    path("", vacancies.listing, name="list"),
    path("<slug:public_id>/", vacancies.detail, name="detail"),
    path("<slug:public_id>/answer/", vacancies.answer, name="answer"),
]
