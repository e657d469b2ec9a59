"""The person's own pages, below /me/."""

from django.urls import path

from talents.views import answers, events, internships, person

urlpatterns = [
    path("profile/", person.profile, name="pool"),
    path("profile/visibility/", person.visibility, name="pool_visibility"),
    path("profile/block/", person.block, name="pool_block"),
    path("profile/confirm/", person.confirm, name="pool_confirm"),
    path("profile/weekly-note/", person.weekly_note, name="pool_weekly_note"),
    path("profile/leave/", person.leave, name="pool_leave"),
    path("profile/<slug:section>/", person.section, name="pool_section"),
    path("consents/", person.consent_list, name="consents"),
    path("consents/give/", person.give_consent, name="consent_give"),
    path("consents/<int:pk>/withdraw/", person.withdraw_consent, name="consent_withdraw"),
    path("contacts/", answers.request_list, name="contacts"),
    path("contacts/<slug:public_id>/", answers.detail, name="contact"),
    path("contacts/<slug:public_id>/<slug:verb>/", answers.answer, name="contact_answer"),
    # internships
    path("internships/", internships.mine, name="internships"),
    path("internships/<slug:public_id>/", internships.agreement, name="internship"),
    path("internships/<slug:public_id>/agreement.pdf", internships.agreement_pdf, name="internship_pdf"),
    path("internships/<slug:public_id>/withdraw/", internships.withdraw, name="withdraw_internship"),
    # recruitment events
    path("events/", events.mine, name="events"),
    path("events/<slug:code>/", events.own_event, name="event"),
    path("events/talks/<slug:public_id>/leave/", events.leave, name="leave_talk"),
]
