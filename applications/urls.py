"""Three lists: below /apply/ (namespace "apply"), below /me/ (namespace "me"), and the public query."""

from django.urls import path

from applications.views import cases, conversation, files, progress, space, start, steps

apply_urls = [
    path("<slug:code>/", start.start, name="start"),
    path("<slug:code>/<slug:draft>/discard/", start.discard, name="discard"),
    path("<slug:code>/<slug:draft>/renew/", start.renew, name="renew"),
    path("<slug:code>/<slug:draft>/save/", steps.save, name="save"),
    path("<slug:code>/<slug:draft>/rows/", files.rows, name="rows"),
    path("<slug:code>/<slug:draft>/upload/<int:material>/", files.upload, name="upload"),
    path("<slug:code>/<slug:draft>/remove/<int:material>/", files.remove, name="remove"),
    path("<slug:code>/<slug:draft>/<slug:step>/", steps.step, name="step"),
]

me_urls = [
    path("", space.home, name="home"),
    path("applications/", space.case_list, name="case_list"),
    path("applications/<slug:case_no>/", cases.case, name="case"),
    path("applications/<slug:case_no>/supplement/", cases.supplement, name="supplement"),
    path("applications/<slug:case_no>/supplement/<int:material>/", cases.supply, name="supply"),
    path("applications/<slug:case_no>/collect/", cases.collect, name="collect"),
    path("applications/<slug:case_no>/withdraw/", cases.withdraw, name="withdraw"),
    path("applications/<slug:case_no>/messages/", conversation.thread, name="messages"),
    path("message-files/<slug:public_id>/", conversation.file, name="message_file"),
    path("files/<slug:public_id>/", files.file, name="file"),
    path("papers/<slug:public_id>/", files.paper, name="paper"),
    path("papers/<slug:public_id>/words/", files.paper_words, name="paper_words"),
]

public_urls = [path("", progress.progress, name="progress")]
