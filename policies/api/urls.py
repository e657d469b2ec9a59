from django.urls import path, re_path

from policies.api import views
from talentportal.api import Nothing

app_name = "api"
urlpatterns = [
    path("policies/", views.PolicyList.as_view(), name="policies"),
    path("policies/<slug:slug>/", views.PolicyDetail.as_view(), name="policy"),
    re_path(
        r"^policies/(?P<slug>[-\w]+)/versions/(?P<label>[^/\x00]{1,20})/$",
        views.VersionDetail.as_view(),
        name="version",
    ),
    path("benefits/", views.BenefitList.as_view(), name="benefits"),
    path("benefits/<int:pk>/", views.BenefitDetail.as_view(), name="benefit"),
    path("regions/", views.RegionList.as_view(), name="regions"),
    path("regions/<slug:code>/", views.RegionDetail.as_view(), name="region"),
    path("services/", views.ServiceList.as_view(), name="services"),
    path("services/<slug:code>/", views.ServiceDetail.as_view(), name="service"),
    re_path(r"^(?P<rest>.*)$", Nothing.as_view(), name="nothing"),
]
