from django.urls import path

from reviews.views import desk

app_name = "expert"
urlpatterns = [
    # dossiers and score sheets
    path("groups/<int:pk>/", desk.desk, name="desk"),
    path("dossiers/<int:pk>/", desk.dossier, name="dossier"),
    path("dossiers/<int:pk>/sheet/", desk.save, name="sheet"),
    path("dossiers/<int:pk>/conflict/", desk.conflict, name="conflict"),
    path("files/<int:pk>/", desk.file, name="file"),
    path("files/<int:pk>/<int:number>/", desk.page, name="page"),
]
