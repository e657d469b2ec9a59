"""Pages under /me/ about the account itself."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("account/", views.profile, name="profile"),
    path("identity/", views.identity, name="identity"),
    path("take-over/", views.take_over, name="take_over"),
    path("security/", views.security, name="security"),
    path("units/", views.unit_list, name="unit_list"),
    path("units/new/", views.register_unit, name="register_unit"),
    path("units/<int:pk>/", views.unit, name="unit"),
    path("units/<int:pk>/members/<int:member_pk>/end/", views.end_membership, name="end_membership"),
]
