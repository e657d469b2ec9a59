app_name = "org_brands"
urlpatterns = []
