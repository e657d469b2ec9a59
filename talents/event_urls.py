"""Recruitment events for everybody, below /events/."""

from django.urls import path

from talents.views import events

app_name = "events"
urlpatterns = [
    path("", events.event_list, name="list"),
    path("<slug:code>/", events.detail, name="detail"),
    path("<slug:code>/<slug:public_id>/", events.booth, name="booth"),
]
