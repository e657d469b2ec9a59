"""Calls for experts, open to everybody, and the own applications in one's space."""

from django.urls import path

from reviews.views import calls

public_urls = [
    path("", calls.listing, name="list"),
    path("<slug:number>/", calls.detail, name="detail"),
    path("<slug:number>/apply/", calls.apply, name="apply"),
]
me_urls = [
    path("expert-applications/", calls.mine, name="expert_applications"),
    path("expert-applications/<int:pk>/withdraw/", calls.withdraw, name="withdraw_expert_application"),
]
