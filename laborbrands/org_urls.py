from django.urls import path

from laborbrands.views import figures

app_name = "org_brands"
urlpatterns = [
    # figures
    path("<slug:code>/figures/", figures.figures, name="figures"),
]
