"""Every address of the portal."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from accounts.views import forgotten_password
from applications import urls as applications
from notifications.urls import demo_urls, me_urls
from policies import following_urls
from policies.urls import library_urls, service_urls
from policies.urls import me_urls as benefit_urls
from reviews import call_urls
from talentportal import api, views
from talents.me_urls import urlpatterns as pool_urls

own_urls = [
    *me_urls,
    *applications.me_urls,
    *following_urls.me_urls,
    *benefit_urls,
    *call_urls.me_urls,
    *pool_urls,
]

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("api/v1/", include("laborbrands.api_urls")),
    path("api/v1/", include("talents.api_urls")),
    path("api/v1/", include("policies.api.urls")),  # the last: it answers whatever is left
    path("api/schema/", api.Schema.as_view(), name="schema"),
]

urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("help/", views.help_page, name="help"),
    path("about/accessibility/", views.accessibility, name="accessibility"),
    path("about/privacy/", views.privacy, name="privacy"),
    path("elder/", views.elder_mode, name="elder_mode"),
    path("policies/", include((following_urls.library_urls + library_urls, "policies"))),
    path("open-data/", include("policies.opendata_urls")),
    path("api/docs/", api.docs, name="api_docs"),
    path("services/", include((service_urls + applications.service_urls, "services"))),
    path("windows/", include("workstations.urls")),
    path("verify/receipt/", applications.receipt, name="receipt"),
    path("verify/", include("certificates.verify_urls")),
    path("me/certificates/", include("certificates.urls")),
    path("brands/", include("laborbrands.urls")),
    path("org/brands/", include("laborbrands.org_urls")),
    path("talents/", include("talents.pool_urls")),
    path("vacancies/", include("talents.vacancy_urls")),
    path("internships/", include("talents.internship_urls")),
    path("events/", include("talents.event_urls")),
    path("org/", include("talents.org_urls")),
    path("publicity/", include("reviews.publicity_urls")),
    path("experts/", include((call_urls.public_urls, "experts"))),
    path("expert/", include("reviews.expert_urls")),
    path("apply/", include((applications.apply_urls, "apply"))),
    path("progress/", include(applications.public_urls)),
    path("rate/", include(applications.rate_urls)),
    path("me/", include((own_urls, "me"))),
    path("me/", include("accounts.urls")),
    path("demo/", include((demo_urls, "demo"))),
    path("accounts/password/reset/", forgotten_password, name="account_reset_password"),  # before allauth's own
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    prefix_default_language=False,
)

handler400 = "talentportal.views.bad_request"
handler403 = "talentportal.views.forbidden"
handler404 = "talentportal.views.not_found"
handler500 = "talentportal.views.server_error"
