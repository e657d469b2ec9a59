"""The interface: people for units with a key, vacancies for everybody."""

from django.urls import path

from talents import api, vacancy_api

app_name = "api_talents"
urlpatterns = [
    # people
    path("talents/", api.TalentList.as_view(), name="talents"),
    # vacancies
    path("vacancies/", vacancy_api.VacancyList.as_view(), name="vacancies"),
    path("vacancies/<slug:public_id>/", vacancy_api.VacancyDetail.as_view(), name="vacancy"),
]
