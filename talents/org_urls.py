"""The pages of a verified unit, below /org/."""

from django.urls import path, re_path

from talents.views import cards, contacts, keys, lists, org_events, org_internships, own_vacancies, search, units

app_name = "org"
urlpatterns = [
    # search
    path("talents/", search.talents, name="talents"),
    path("keys/", keys.key_list, name="keys"),
    path("keys/<int:pk>/revoke/", keys.revoke, name="key_revoke"),
    # units and contact
    path("", units.home, name="home"),
    path("act-for/", units.act_for, name="act_for"),
    path("units/<int:pk>/check/", units.check, name="check"),
    path("units/<int:pk>/authority/", units.authority, name="authority"),
    path("talents/<str:code>/", cards.card, name="card"),
    path("talents/<str:code>/ask/", cards.ask, name="ask"),
    path("compare/", cards.compare, name="compare"),
    path("contacts/", contacts.contact_list, name="contacts"),
    path("contacts/<str:public_id>/", contacts.contact, name="contact"),
    path("contacts/<str:public_id>/take-back/", contacts.take_back, name="take_back"),
    path("shortlists/", lists.shortlist_list, name="shortlists"),
    path("shortlists/put/", lists.put, name="shortlist_put"),
    path("shortlists/<int:pk>/", lists.shortlist, name="shortlist"),
    path("shortlists/<int:pk>/drop/", lists.drop, name="shortlist_drop"),
    path("shortlists/<int:pk>/<int:entry_pk>/", lists.entry, name="shortlist_entry"),
    path("searches/", lists.search_list, name="searches"),
    path("searches/<int:pk>/", lists.search, name="search"),
    # vacancies
    path("vacancies/", own_vacancies.listing, name="vacancies"),
    path("vacancies/new/", own_vacancies.new, name="vacancy_new"),
    path("vacancies/<slug:public_id>/", own_vacancies.detail, name="vacancy"),
    path("vacancies/<slug:public_id>/edit/", own_vacancies.edit, name="vacancy_edit"),
    path("vacancies/<slug:public_id>/people/", own_vacancies.people, name="vacancy_people"),
    re_path(
        r"^vacancies/(?P<public_id>[-\w]+)/(?P<verb>hand_in|pause|resume|fill)/$",
        own_vacancies.act,
        name="vacancy_act",
    ),
    # internships
    path("internships/", org_internships.desk, name="internships"),
    path("internships/new/", org_internships.write, name="new_internship"),
    path("internships/base/", org_internships.base, name="intern_base"),
    path("internships/agreements/<slug:public_id>/", org_internships.agreement, name="intern_agreement"),
    path(
        "internships/agreements/<slug:public_id>/agreement.pdf",
        org_internships.agreement_pdf,
        name="intern_agreement_pdf",
    ),
    path("internships/<slug:public_id>/", org_internships.place, name="internship"),
    path("internships/<slug:public_id>/edit/", org_internships.write, name="edit_internship"),
    # recruitment events
    path("events/", org_events.desk, name="events"),
    path("events/<slug:code>/", org_events.event, name="event"),
]
