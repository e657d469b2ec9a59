from django.urls import path

from policies import views

app_name = "services"
urlpatterns = [
    path("", views.service_list, name="list"),
    path("<slug:code>/", views.guide, name="guide"),
]
