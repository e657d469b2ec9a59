from django.urls import path

from laborbrands.api import views

app_name = "api_brands"
urlpatterns = [
    path("brands.geojson", views.BrandPoints.as_view(), name="points"),
    path("brands/", views.BrandList.as_view(), name="brands"),
    path("brands/<slug:code>/", views.BrandDetail.as_view(), name="brand"),
]
