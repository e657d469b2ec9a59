"""Vacancies for everybody, below /vacancies/."""

app_name = "vacancies"
urlpatterns = []
