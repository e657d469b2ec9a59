from django.urls import path

from laborbrands.views import atlas

app_name = "brands"
urlpatterns = [
    # the map
    path("", atlas.brand_map, name="map"),
    path("list/", atlas.brand_list, name="list"),
    path("hiring/", atlas.hiring, name="hiring"),
    path("screen/", atlas.screen, name="screen"),
    path("embed/", atlas.embed, name="embed"),
    # the brand page, last: its address holds any other word
]
