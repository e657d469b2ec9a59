"""Addresses of feeds, saved searches and followed policies, in the spaces of the policy library and of "me"."""

from django.urls import path

from policies.news import feeds
from policies.views import following

library_urls = [
    path("feed.rss", feeds.rss, name="rss"),
    path("feed.atom", feeds.atom, name="atom"),
    path("alerts/", following.save_search, name="save_search"),
    path("alerts/sent/", following.asked, name="asked"),
    path("alerts/<slug:token>/", following.alert, name="alert"),
    path("alerts/<slug:token>/stop/", following.alert_stop, name="alert_stop"),
    path("<slug:slug>/follow/", following.follow, name="follow"),
]

me_urls = [path("following/", following.following, name="following")]
