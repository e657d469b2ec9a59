from django.urls import path

from certificates import views

app_name = "certificates"
urlpatterns = [
    path("", views.own_list, name="list"),
    path("<slug:token>/", views.own, name="detail"),
    path("<slug:token>/code.svg", views.own_code, name="code"),
    path("<slug:token>/file/", views.own_file, name="file"),
]
