"""What everybody sees of the pool, below /talents/."""

from django.urls import path

from talents.views import pool

app_name = "talents"
urlpatterns = [path("", pool.landing, name="home")]
