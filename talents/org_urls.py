"""The pages of a verified unit, below /org/."""

app_name = "org"
urlpatterns = [
    # search
    # units and contact
    # vacancies
]
