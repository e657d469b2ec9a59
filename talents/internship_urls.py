"""Internships for everybody, below /internships/."""

from django.urls import path

from talents.views import internships

app_name = "internships"
urlpatterns = [
    path("", internships.place_list, name="list"),
    path("<slug:public_id>/", internships.place, name="detail"),
]
