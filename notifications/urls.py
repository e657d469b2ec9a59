"""Two lists: pages below /me/ (included in the namespace "me") and below /demo/."""

from django.urls import path

from jobs.views import clock
from notifications import views

me_urls = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read/", views.read_all, name="read_all"),
    path("messages/<int:pk>/", views.message, name="message"),
]

demo_urls = [
    path("clock/", clock, name="clock"),
    path("mailbox/", views.mailbox, name="mailbox"),
]
