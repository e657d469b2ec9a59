"""What the public and the holder see, and what nobody sees."""

import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from redis.exceptions import ConnectionError as CacheDown

from certificates import queries, services
from certificates.models import CertificateKind
from jobs import clock
from tests.certificates.conftest import content_of
from tests.policies.library import leaf, make_benefit, make_version

FORM = "/en/verify/"


@pytest.fixture(autouse=True)
def _at_now(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


def ask(client, number, name, **headers):
    return client.post(FORM, {"way": "number", "number": number, "name": name}, **headers)


def words(response):
    """The text of the main part, without tags and forms' values."""
    import re

    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.mark.django_db
def test_by_number_and_name(client, sealed):
    response = ask(client, sealed.number, "陈思远")
    said = words(response)
    assert response.status_code == 200
    assert "This certificate is valid" in said
    assert "陈*远" in said
    assert "class D" in said
    assert "18 September 2026 at 10:00" in said
    assert sealed.holder_id_masked not in said
    assert "陈思远" not in said
    assert response["X-Robots-Tag"] == "noindex"
    assert list(sealed.lookups.values_list("way", flat=True)) == ["NUMBER"]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["陈 思远", "陈思", "李一", "陈思远\u200b", "<b>"])
def test_another_name(client, sealed, typed):
    found = "valid" in words(ask(client, sealed.number, typed)).partition("What the answer")[0]
    assert found == (typed == "陈思远\u200b")


@pytest.mark.django_db
def test_unknown_number_and_wrong_name_look_the_same(client, sealed):
    unknown = "5301202620002999913"[:18]
    from talentportal.lib.numbers import with_check_digit

    unknown = with_check_digit(unknown)
    wrong_name = ask(client, sealed.number, "李一").content.decode().replace(sealed.number, "N")
    wrong_number = ask(client, unknown, "李一").content.decode().replace(unknown, "N")
    strip = __import__("re").compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert strip.sub("", wrong_name) == strip.sub("", wrong_number)
    assert "Not found" in wrong_name
    assert sealed.lookups.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("is_known", [True, False])
def test_a_wrong_name_costs_as_much_as_an_unknown_number(sealed, is_known, monkeypatch, django_assert_num_queries):
    """One question and one comparison of names either way: the clock does not tell whether a number exists."""
    compared, plain = [], queries._plain
    monkeypatch.setattr(queries, "_plain", lambda name: compared.append(name) or plain(name))
    with django_assert_num_queries(1):
        assert queries.by_number_and_name(sealed.number if is_known else "5301202620002999910", "李一") is None
    assert len(compared) == 2


@pytest.mark.django_db
def test_what_was_typed_stays_and_names_the_fault(client, sealed):
    response = ask(client, sealed.number[:-1] + str((int(sealed.number[-1]) + 1) % 10), "陈思远")
    said = response.content.decode()
    assert "compare each of its 19 digits" in said
    assert 'value="陈思远"' in said
    assert "Not found" not in said
    assert "Error:" in said.partition("</title>")[0]


@pytest.mark.django_db
def test_by_code_as_people_type_it(client, sealed):
    code = sealed.verify_code
    for typed in (code, code.lower(), f" {code[:4]}-{code[4:]} "):
        assert "This certificate is valid" in words(client.post(FORM, {"way": "code", "code": typed}))
    said = words(client.post(FORM, {"way": "code", "code": "22222222"}))
    assert "Not found" in said


@pytest.mark.django_db
def test_by_file(client, sealed):
    pdf = content_of(sealed)

    def hand_in(content):
        return words(client.post(FORM, {"way": "file", "file": SimpleUploadedFile("a.pdf", content)}))

    assert "Genuine. This certificate is valid" in hand_in(pdf)
    changed = bytearray(pdf)
    changed[3000] ^= 1
    assert "has been altered" in hand_in(bytes(changed))
    assert "not one of ours" in hand_in(b"%PDF-1.4 something else")
    assert "This is not a PDF" in hand_in(b"MZ")
    assert "larger than 2 MB" in hand_in(b"%PDF-" + b"0" * (2 * 1024 * 1024))
    assert "empty" in hand_in(b"").lower()


@pytest.mark.django_db
def test_the_printed_qr_code(client, sealed):
    response = client.get(f"/verify/{sealed.token}/")
    assert response.status_code == 200
    assert "陈*远" in response.content.decode()
    assert client.get(f"/verify/{'0' * 32}/").status_code == 404
    assert client.get(f"/verify/{sealed.number}/").status_code == 404
    assert client.get(f"/verify/{sealed.pk}/").status_code == 404
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_before_it_is_sealed_nobody_finds_it(client, request_one):
    certificate = request_one()
    assert client.get(f"/verify/{certificate.token}/").status_code == 404
    assert "Not found" in words(ask(client, certificate.number, "陈思远"))
    assert "Not found" in words(client.post(FORM, {"way": "code", "code": certificate.verify_code}))


@pytest.mark.django_db
def test_a_revoked_one_tells_status_and_date_only(client, sealed, now):
    services.revoke(certificate=sealed, document_no="撤1", reason="材料虚假", actor=None, now=now)
    said = words(client.get(f"/en/verify/{sealed.token}/"))
    assert "This certificate is revoked" in said
    assert "18 September 2026" in said
    for private in ("陈", "class D", "材料虚假", "Department"):
        assert private not in said


@pytest.mark.django_db
def test_an_old_name_finds_that_it_was_replaced(client, sealed, applicant, now):
    applicant.person.name = "陈远"
    applicant.person.save()
    new = services.reissue(certificate=sealed, reason="更名", actor=None, now=now)
    services.seal_certificate(certificate_id=new.pk, now=now)
    old_name, new_name = (words(ask(client, sealed.number, name)) for name in ("陈思远", "陈远"))
    assert "This certificate is superseded" in old_name
    assert "Replaced on 18 September 2026; the version that replaced it is valid." in old_name
    assert "陈远" not in old_name.replace("陈*远", "")
    assert "This certificate is valid" in new_name
    services.revoke(certificate=new, document_no="撤1", reason="x", actor=None, now=now)
    assert "the version that replaced it is revoked" in words(ask(client, sealed.number, "陈思远"))


@pytest.mark.django_db
def test_expired_is_derived(client, sealed, now, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=366 * 5))
    said = words(client.get(f"/en/verify/{sealed.token}/"))
    assert "This certificate is expired" in said
    assert "expired since 16 September 2031" in said


@pytest.mark.django_db
def test_ten_questions_a_minute(client, sealed):
    for _n in range(10):
        assert ask(client, sealed.number, "李一").status_code == 200
    refused = ask(client, sealed.number, "陈思远")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert "Too many questions" in words(refused)
    assert ask(client, sealed.number, "陈思远", REMOTE_ADDR="10.1.1.1").status_code == 200
    assert client.get(FORM).status_code == 200
    assert client.get(f"/verify/{sealed.token}/").status_code == 200
    cache.clear()
    assert ask(client, sealed.number, "陈思远").status_code == 200


@pytest.mark.django_db
def test_without_the_cache_only_the_qr_code_works(client, sealed, monkeypatch):
    def down(*args, **options):
        raise CacheDown

    monkeypatch.setattr(type(cache._connections[cache._alias]), "add", down)
    closed = ask(client, sealed.number, "陈思远")
    assert closed.status_code == 503
    assert "closed for a moment" in words(closed)
    assert client.get(f"/verify/{sealed.token}/").status_code == 200


@pytest.mark.django_db
def test_holder_pages(client, applicant, sealed):
    client.force_login(applicant)
    assert sealed.number in words(client.get("/me/certificates/"))
    client.get(f"/verify/{sealed.token}/")
    said = words(client.get(f"/en/me/certificates/{sealed.token}/"))
    for part in ("陈思远", sealed.holder_id_masked, "16 September 2031", "Verified 1 time.", "QR code", "Download PDF"):
        assert part in said
    response = client.get(f"/me/certificates/{sealed.token}/file/")
    assert b"".join(response.streaming_content) == content_of(sealed)
    assert response["Content-Disposition"] == f'attachment; filename="{sealed.number}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"


@pytest.mark.django_db
def test_the_page_shows_what_the_grade_opens_where_it_was_given(client, applicant, sealed):
    at_least_d = leaf("grade", "at_least", "D")
    make_benefit(make_version(), key="fits", name_en="Home for class D", conditions=at_least_d)
    make_benefit(
        make_version(),
        key="more",
        name_en="Living allowance",
        conditions={"all": [at_least_d, leaf("age", "at_most", 45)]},
    )
    make_benefit(make_version(), key="higher", name_en="Only for class A", conditions=leaf("grade", "at_least", "A"))
    make_benefit(make_version(), key="anybody", name_en="For everybody", conditions={})
    make_benefit(make_version(region="220000"), key="elsewhere", name_en="In Jilin", conditions=at_least_d)
    client.force_login(applicant)
    page = client.get(f"/en/me/certificates/{sealed.token}/")
    said = words(page)
    assert "What it opens" in said
    assert [
        name
        for name in ("Home for class D", "Living allowance", "Only for class A", "For everybody", "In Jilin")
        if name in said
    ] == [
        "Home for class D",
        "Living allowance",
    ]
    told = {"ask-region": "", "region": "530000", "ask-grade": "", "grade": "D"}
    assert "Home for class D" in words(client.post("/en/policies/match/", told, follow=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "level", [{"zh": "D类", "en": "class D"}, {"zh": "副高级", "en": "Deputy senior", "value": "deputy"}, "D类", None]
)
def test_nothing_opens_without_the_value_of_a_grade(client, applicant, request_one, level, now):
    make_benefit(make_version(), key="fits", name_en="Home for class D", conditions=leaf("grade", "at_least", "none"))
    kind = CertificateKind.objects.create(code="plain", number_code="77", type_code="11990000MB0000001X077")
    certificate = request_one(kind=kind, face={"level": level} if level else {})
    certificate = services.seal_certificate(certificate_id=certificate.pk, now=now)
    client.force_login(applicant)
    assert "What it opens" not in words(client.get(f"/en/me/certificates/{certificate.token}/"))


@pytest.mark.django_db
def test_strangers_and_visitors_get_nothing(client, stranger, sealed):
    addresses = [
        reverse(f"certificates:{name}", args=[sealed.token] if name != "list" else [])
        for name in ("list", "detail", "code", "file")
    ]
    for address in addresses:
        assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert [client.get(address).status_code for address in addresses] == [200, 404, 404, 404]
    assert sealed.number not in words(client.get(addresses[0]))


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["suspend", "revoke", "cancel"])
def test_the_holder_cannot_download_what_no_longer_holds(client, applicant, sealed, now, verb):
    getattr(services, verb)(certificate=sealed, document_no="文1", reason="x", actor=None, now=now)
    client.force_login(applicant)
    assert client.get(f"/me/certificates/{sealed.token}/file/").status_code == 404
    page = client.get(f"/me/certificates/{sealed.token}/").content.decode()
    assert "/file/" not in page


@pytest.mark.django_db
def test_the_code_on_the_screen_lives_two_minutes(client, applicant, sealed, monkeypatch):
    client.force_login(applicant)
    drawn = client.get(f"/me/certificates/{sealed.token}/code.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert "no-store" in drawn["Cache-Control"]
    address = queries.live_url(sealed).partition("/verify/")[2]
    assert client.get(f"/verify/{address}").status_code == 200
    assert client.get(f"/verify/{address[:-2]}x/").status_code == 404
    later = time.time() + 121
    monkeypatch.setattr(time, "time", lambda: later)
    old = client.get(f"/en/verify/{address}")
    assert old.status_code == 404
    assert "too old" in words(old)
    assert list(sealed.lookups.values_list("way", flat=True)) == ["LIVE"]


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_pages_in_both_languages(client, applicant, sealed, prefix):
    client.force_login(applicant)
    for address in ("/verify/", f"/verify/{sealed.token}/", "/me/certificates/", f"/me/certificates/{sealed.token}/"):
        page = client.get(prefix + address)
        assert page.status_code == 200
        assert 'style="' not in page.content.decode()


@pytest.mark.django_db
def test_asking_in_odd_ways(client):
    for data in ({}, {"way": "nonsense"}, {"way": "number"}, {"way": "code", "code": "\0" * 8}, {"way": "file"}):
        assert client.post(FORM, data).status_code == 200
    assert client.put(FORM).status_code == 405
