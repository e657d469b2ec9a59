"""The pages of a verified unit, below /org/."""

from django.urls import path, re_path

from talents.views import own_vacancies

app_name = "org"
urlpatterns = [
    # search
    # units and contact
    # vacancies
    path("vacancies/", own_vacancies.listing, name="vacancies"),
    path("vacancies/new/", own_vacancies.new, name="vacancy_new"),
    path("vacancies/<slug:public_id>/", own_vacancies.detail, name="vacancy"),
    path("vacancies/<slug:public_id>/edit/", own_vacancies.edit, name="vacancy_edit"),
    path("vacancies/<slug:public_id>/people/", own_vacancies.people, name="vacancy_people"),
    re_path(
        r"^vacancies/(?P<public_id>[-\w]+)/(?P<verb>hand_in|pause|resume|fill)/$",
        own_vacancies.act,
        name="vacancy_act",
    ),
]
