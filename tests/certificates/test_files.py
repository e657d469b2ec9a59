"""What is printed, and that no changed byte passes."""

import hashlib
import subprocess

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from certificates import faces, files, queries, services
from talentportal.lib.signing import make_demo_signer, sign_pdf
from talentportal.lib.typeset import compile_pdf
from tests.certificates.conftest import NOW, content_of
from tests.pdf import text_of


def pages_of(pdf, folder):
    (folder / "pages.pdf").write_bytes(pdf)
    out = subprocess.run(["pdfinfo", folder / "pages.pdf"], capture_output=True, text=True, check=True).stdout
    return int(out.partition("Pages:")[2].split()[0])


def judge(pdf):
    return queries.check_file(pdf, hashlib.sha256(pdf).hexdigest()).result


def pdfsig(pdf, folder):
    (folder / "sig.pdf").write_bytes(pdf)
    return subprocess.run(["pdfsig", "-nocert", folder / "sig.pdf"], capture_output=True, text=True).stdout


@pytest.mark.django_db
def test_the_face(sealed, tmp_path):
    text = text_of(content_of(sealed), tmp_path)
    for said in ("高层次人才证书", "陈思远", sealed.number, sealed.identifier, sealed.verify_code, "演示"):
        assert said in text
    assert "云人社发〔2026〕第" in text
    assert sealed.holder.id_number not in text
    assert sealed.holder_id_masked in text
    assert faces.sentence(sealed)["en"] == "陈思远 is recognized as high-level talent, class D."


@pytest.mark.django_db
@pytest.mark.parametrize("layout", ["certificate", "title"])
@pytest.mark.parametrize(
    "name",
    [
        "䶮𬭎",  # extension A and E: in the bundled fonts
        "𫘧㛃龘",
        "阿依古丽·买买提·阿布都热依木",
        "Maximiliana Konstantinopolskaya-Vandenbroucke de la Santísima Trinidad y Fernández de Córdoba y Álvare",
        "X",
        '#panic("run") *b* $x$ \\',
    ],
)
def test_every_name_fits_on_one_page(request_one, kind, applicant, now, tmp_path, name, layout):
    kind.layout = layout
    kind.save()
    applicant.person.name = name[:100]
    certificate = request_one(holder=applicant.person)
    pdf = files.signed_pdf(certificate, now)
    assert pages_of(pdf, tmp_path) == 1
    printed = "".join(text_of(pdf, tmp_path).split())
    assert "".join(name[:100].split())[:12] in printed


@pytest.mark.django_db
@pytest.mark.parametrize("layout", ["certificate", "title"])
def test_a_full_face_fits_on_one_page(request_one, kind, applicant, now, tmp_path, layout):
    kind.layout = layout
    kind.text_zh, kind.text_en = "{holder}" + "经审核符合条件，" * 25, "{holder} " + "meets the conditions and " * 25
    kind.save()
    face = {key: {"zh": "云南省工程系列高级职称评审委员会", "en": "Committee"} for key in faces.FIELDS}
    pdf = files.signed_pdf(request_one(face=face), now)
    assert pages_of(pdf, tmp_path) == 1


@pytest.mark.django_db
def test_a_character_no_font_has_is_named_and_explained(request_one, applicant, now, tmp_path):
    applicant.person.name = "张\ue815"
    pdf = files.signed_pdf(request_one(holder=applicant.person), now)
    text = text_of(pdf, tmp_path)
    assert "张〔U+E815〕" in text
    assert "为字库尚缺的字" in text


@pytest.mark.django_db
def test_only_the_untouched_file_is_genuine(sealed, tmp_path):
    pdf = content_of(sealed)
    assert judge(pdf) == "GENUINE"
    assert "Signature is Valid" in pdfsig(pdf, tmp_path)
    assert judge(pdf + b"\n") == "ALTERED"
    assert judge(pdf[:-200]) == "ALTERED"
    assert judge(b"%PDF-1.7\nnothing signed") == "UNKNOWN"
    unsigned = compile_pdf(files.LAYOUTS / "certificate.typ", faces.layout_data(sealed), NOW)
    assert judge(unsigned) == "UNKNOWN"
    assert judge(sign_pdf(unsigned, files.signer(), now=NOW)) == "SIGNED", (
        "a paper of ours, but no certificate on record"
    )


@pytest.mark.django_db
def test_no_flipped_byte_passes(sealed, tmp_path):
    """Threat 10: flip bytes all over the file, the signature's own room included."""
    pdf = content_of(sealed)
    signed_part = pdf.index(b"/Contents <") if b"/Contents <" in pdf else pdf.index(b"/Contents<")
    results = set()
    for place in [*range(0, len(pdf), 997), signed_part + 40, signed_part + 900]:
        changed = bytearray(pdf)
        changed[place] ^= 0x01
        results.add(judge(bytes(changed)))
        assert judge(bytes(changed)) != "GENUINE", place
    assert "ALTERED" in results
    for place in range(100, signed_part, max(signed_part // 12, 1)):
        changed = bytearray(pdf)
        changed[place] ^= 0x01
        assert "Signature is Valid" not in pdfsig(bytes(changed), tmp_path), place


@pytest.mark.django_db
def test_a_file_signed_by_somebody_else_is_not_ours(sealed, tmp_path):
    unsigned = compile_pdf(files.LAYOUTS / "certificate.typ", faces.layout_data(sealed), NOW)
    forged = sign_pdf(unsigned, make_demo_signer(tmp_path, "人才服务平台电子签章（演示）"), now=NOW)
    assert judge(forged) == "ALTERED"


def test_11_44_what_an_old_key_signed_verifies_while_its_root_is_kept(settings, tmp_path):
    settings.SIGNING_DIR = tmp_path
    page = compile_pdf(settings.BASE_DIR / "provinces/layouts/sample.typ", {"name": {"zh": "样", "en": "x"}}, NOW)
    old = sign_pdf(page, make_demo_signer(tmp_path, files.DEMO_SIGNER), now=NOW)
    (tmp_path / "root.pem").rename(tmp_path / "root-2026.pem")
    for name in (files.KEY_FILE, files.CERTIFICATE_FILE):
        (tmp_path / name).unlink()
    new = sign_pdf(page, make_demo_signer(tmp_path, files.DEMO_SIGNER), now=NOW)
    assert [files.check(pdf).is_genuine for pdf in (old, new)] == [True, True]
    (tmp_path / "root-2026.pem").unlink()
    assert [files.check(pdf).is_genuine for pdf in (old, new)] == [False, True]


@pytest.mark.django_db
def test_every_version_stays_a_genuine_file(sealed, now):
    first = content_of(sealed)
    new = services.reissue(certificate=sealed, reason="更名", actor=None, now=now)
    services.seal_certificate(certificate_id=new.pk, now=now)
    found = queries.check_file(first, hashlib.sha256(first).hexdigest())
    assert (found.result, found.certificate, found.certificate.status) == ("GENUINE", sealed, "SUPERSEDED")


@pytest.mark.django_db
def test_the_copy_of_one_that_no_longer_holds_is_stamped(sealed, now, tmp_path):
    stamped = files.void_pdf(sealed, now)
    assert "废" in text_of(stamped, tmp_path)
    assert "废" not in text_of(content_of(sealed), tmp_path)
    assert judge(stamped) == "UNKNOWN"


def test_production_demands_its_own_key(settings, tmp_path):
    settings.DEMO, settings.SIGNING_DIR = False, tmp_path
    files.signer.cache_clear()
    try:
        with pytest.raises(ImproperlyConfigured, match=r"signer-key\.pem .* SIGNING_DIR"):
            files.signer()
        with pytest.raises(CommandError, match="licensed"):
            call_command("make_demo_keys")
    finally:
        files.signer.cache_clear()
    assert not list(tmp_path.iterdir())


@pytest.mark.django_db(transaction=True)
def test_two_first_starts_make_one_key(elsewhere, tmp_path):
    script = (
        "from django.core.management import call_command; call_command('make_demo_keys'); print(open(SIGNER).read())"
    )
    script = script.replace("SIGNER", "__import__('django.conf').conf.settings.SIGNING_DIR / 'signer.pem'")
    processes = [elsewhere(script, DATA_DIR=str(tmp_path)) for _n in range(2)]
    outs = [process.communicate(timeout=60) for process in processes]
    assert [errors for _out, errors in outs] == ["", ""]
    assert outs[0][0] == outs[1][0]
    assert "BEGIN CERTIFICATE" in outs[0][0]
    assert {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "signing").iterdir() if path.suffix} == {
        "signer-key.pem": 0,
        "signer.pem": 0,
        "root.pem": 0,
    }
