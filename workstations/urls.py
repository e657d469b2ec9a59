from django.urls import path

from workstations import views

app_name = "windows"
urlpatterns = [
    path("", views.window_list, name="list"),
    path("<slug:code>/", views.window_detail, name="detail"),
]
