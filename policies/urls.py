"""Spaces of addresses: the service items at /services/, the policy library at /policies/, a person's own at /me/."""

from django.urls import path

from policies.views import compare, differences, items, library, match, proactive

service_urls = [
    path("", items.service_list, name="list"),
    path("<slug:code>/", items.guide, name="guide"),
    path("<slug:code>/check/", match.check, name="check"),
    path("<slug:code>/forms/<slug:key>/", items.blank_form, name="form"),
    path("<slug:code>/forms/<slug:key>/sample/", items.blank_form, {"sample": True}, name="form_sample"),
]

library_urls = [  # fixed words first: a policy's own address comes last
    path("", library.library, name="list"),
    path("regions/", library.regions, name="regions"),
    path("compare/", compare.compare, name="compare"),
    path("match/", match.match, name="match"),
    path("<slug:slug>/", library.policy, name="detail"),
    path("<slug:slug>/versions/<str:first>..<str:second>/", differences.versions, name="difference"),
    path("<slug:slug>/versions/<str:label>/", library.version, name="version"),
]

me_urls = [
    path("benefits/", proactive.benefits, name="benefits"),
    path("benefits/agree/", proactive.agree, name="benefits_agree"),
    path("benefits/withdraw/", proactive.withdraw, name="benefits_withdraw"),
    path("benefits/<int:pk>/", proactive.answer, name="benefits_answer"),
]
