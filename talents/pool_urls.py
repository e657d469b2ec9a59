"""What everybody sees of the pool, below /talents/."""

app_name = "talents"
urlpatterns = []
