"""The builder unit's own pages, below /org/brands/."""

from django.urls import path

from laborbrands.views import org

app_name = "org_brands"
urlpatterns = [
    # recognition, subsidies
    path("", org.home, name="home"),
    path("subsidies/<int:pk>/", org.subsidy, name="subsidy"),
]
