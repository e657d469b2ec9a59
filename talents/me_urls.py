"""The person's own pages, below /me/."""

from django.urls import path

from talents.views import internships

urlpatterns = [
    # internships
    path("internships/", internships.mine, name="internships"),
    path("internships/<slug:public_id>/", internships.agreement, name="internship"),
    path("internships/<slug:public_id>/withdraw/", internships.withdraw, name="withdraw_internship"),
]
