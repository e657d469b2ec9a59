from django.urls import path

from laborbrands.views import atlas, changes, page

app_name = "brands"
urlpatterns = [
    # the map
    path("", atlas.brand_map, name="map"),
    path("list/", atlas.brand_list, name="list"),
    path("hiring/", atlas.hiring, name="hiring"),
    path("changes/", changes.listing, name="changes"),
    path("around/", atlas.around, name="around"),
    path("screen/", atlas.screen, name="screen"),
    path("embed/", atlas.embed, name="embed"),
    # the brand page, last: its address holds any other word
    path("<slug:code>/", page.brand, name="detail"),
    path("<slug:code>/share.png", page.share_image, name="share"),
    path("<slug:code>/pictures/<str:name>", page.picture, name="picture"),
    path("<slug:code>/contact/", page.enquire, name="enquire"),
    path("<slug:code>/contact/thanks/", page.thanks, name="thanks"),
]
