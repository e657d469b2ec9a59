app_name = "api_brands"
urlpatterns = []
