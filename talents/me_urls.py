"""The person's own pages, below /me/."""

urlpatterns = []
