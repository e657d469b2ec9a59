"""Publicity and objections, open to everybody."""

from django.urls import path

from reviews.views import publicity

app_name = "publicity"
urlpatterns = [
    path("", publicity.listing, name="list"),
    path("objection/", publicity.objection, name="objection"),
    path("<slug:number>/", publicity.detail, name="detail"),
]
