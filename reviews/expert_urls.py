from django.urls import path

from reviews.views import invitations

app_name = "expert"
urlpatterns = [
    path("", invitations.home, name="home"),
    path("invitations/<int:pk>/", invitations.invitation, name="invitation"),
    path("invitations/<int:pk>/answer/", invitations.answer, name="answer"),
    path("invitations/<int:pk>/promise/", invitations.commit, name="commit"),
]
