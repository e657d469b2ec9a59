"""Two spaces of addresses: the service items at /services/ and the policy library at /policies/."""

from django.urls import path

from policies.views import items

service_urls = [
    path("", items.service_list, name="list"),
    path("<slug:code>/", items.guide, name="guide"),
]

library_urls = []  # fixed words first: a policy's own address comes last
