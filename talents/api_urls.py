"""The interface: people for units with a key, vacancies for everybody."""

urlpatterns = []
