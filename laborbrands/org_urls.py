"""The builder unit's own pages, below /org/brands/."""

from django.urls import path

from laborbrands.views import figures, org, reports

app_name = "org_brands"
urlpatterns = [
    # recognition, subsidies
    path("", org.home, name="home"),
    path("subsidies/<int:pk>/", org.subsidy, name="subsidy"),
    # reports, statements
    path("<slug:code>/report/<int:year>/", reports.report, name="report"),
    path("<slug:code>/removal/", reports.removal, name="removal"),
    # figures
    path("<slug:code>/figures/", figures.figures, name="figures"),
]
