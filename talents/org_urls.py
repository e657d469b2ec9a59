"""The pages of a verified unit, below /org/."""

from django.urls import path

from talents.views import org_internships

app_name = "org"
urlpatterns = [
    # search
    # units and contact
    # vacancies
    # internships
    path("internships/", org_internships.desk, name="internships"),
    path("internships/new/", org_internships.write, name="new_internship"),
    path("internships/base/", org_internships.base, name="intern_base"),
    path("internships/agreements/<slug:public_id>/", org_internships.agreement, name="intern_agreement"),
    path("internships/<slug:public_id>/", org_internships.place, name="internship"),
    path("internships/<slug:public_id>/edit/", org_internships.write, name="edit_internship"),
]
