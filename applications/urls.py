"""Lists below /apply/, /me/ and /services/ (namespaces of the same names), the public query, rating with a code."""

from django.urls import path

from applications.views import (
    cases,
    conversation,
    files,
    privacy,
    progress,
    ratings,
    space,
    specimens,
    start,
    steps,
    wallet,
)
from applications.views.receipts import receipt as receipt

apply_urls = [
    path("<slug:code>/", start.start, name="start"),
    path("<slug:code>/<slug:draft>/discard/", start.discard, name="discard"),
    path("<slug:code>/<slug:draft>/renew/", start.renew, name="renew"),
    path("<slug:code>/<slug:draft>/save/", steps.save, name="save"),
    path("<slug:code>/<slug:draft>/rows/", files.rows, name="rows"),
    path("<slug:code>/<slug:draft>/upload/<int:material>/", files.upload, name="upload"),
    path("<slug:code>/<slug:draft>/remove/<int:material>/", files.remove, name="remove"),
    path("<slug:code>/<slug:draft>/reuse/<int:material>/", files.reuse, name="reuse"),
    path("<slug:code>/<slug:draft>/<slug:step>/", steps.step, name="step"),
]

me_urls = [
    path("", space.home, name="home"),
    path("applications/", space.case_list, name="case_list"),
    path("applications/<slug:case_no>/", cases.case, name="case"),
    path("applications/<slug:case_no>/supplement/", cases.supplement, name="supplement"),
    path("applications/<slug:case_no>/supplement/<int:material>/", cases.supply, name="supply"),
    path("applications/<slug:case_no>/collect/", cases.collect, name="collect"),
    path("applications/<slug:case_no>/more-time/", cases.more_time, name="more_time"),
    path("applications/<slug:case_no>/remedies/", cases.remedies, name="remedies"),
    path("applications/<slug:case_no>/rate/", ratings.rate, name="rate"),
    path("applications/<slug:case_no>/withdraw/", cases.withdraw, name="withdraw"),
    path("applications/<slug:case_no>/messages/", conversation.thread, name="messages"),
    path("message-files/<slug:public_id>/", conversation.file, name="message_file"),
    path("materials/", wallet.wallet, name="wallet"),
    path("materials/<slug:public_id>/remove/", wallet.remove, name="wallet_remove"),
    path("privacy-log/", privacy.privacy_log, name="privacy_log"),
    path("data/", privacy.data, name="data"),
    path("data/<slug:public_id>/", privacy.data_file, name="data_file"),
    path("close-account/", privacy.close_account, name="close_account"),
    path("files/<slug:public_id>/", files.file, name="file"),
    path("papers/<slug:public_id>/", files.paper, name="paper"),
    path("papers/<slug:public_id>/words/", files.paper_words, name="paper_words"),
]

service_urls = [path("<slug:code>/result/sample/", specimens.result_sample, name="result_sample")]
public_urls = [path("", progress.progress, name="progress")]
rate_urls = [path("<slug:token>/", ratings.with_code, name="rate")]
