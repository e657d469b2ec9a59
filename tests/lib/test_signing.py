"""A signed PDF checks; any change to it, any other root, any addition does not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pikepdf
import pytest

from talentportal.lib.signing import (
    CERTIFICATE_FILE,
    KEY_FILE,
    ROOT_FILE,
    SignatureReport,
    check_pdf,
    load_signer,
    make_demo_signer,
    sign_pdf,
)

NOW = datetime(2026, 10, 8, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("signing")


@pytest.fixture(scope="module")
def signer(folder):
    return make_demo_signer(folder, "云南省人力资源和社会保障厅（演示）")


@pytest.fixture(scope="module")
def plain(folder):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(folder / "plain.pdf", deterministic_id=True)
    return (folder / "plain.pdf").read_bytes()


@pytest.fixture(scope="module")
def signed(plain, signer):
    return sign_pdf(plain, signer, now=NOW, reason="签发证书", location="昆明")


@pytest.fixture
def check(folder):
    return lambda pdf: check_pdf(pdf, [folder / ROOT_FILE])


def test_signed_paper(plain, signed, check):
    assert signed.startswith(plain)
    assert check(signed) == SignatureReport(
        signed=True,
        intact=True,
        covers_whole_file=True,
        trusted=True,
        signer_name="云南省人力资源和社会保障厅（演示）",
        signed_at=NOW,
    )
    assert check(signed).is_genuine


def test_signature_tells_reason_and_place(signed, tmp_path):
    (tmp_path / "signed.pdf").write_bytes(signed)
    with pikepdf.open(tmp_path / "signed.pdf") as pdf:
        signature = pdf.Root.AcroForm.Fields[0].V
        assert [str(signature[key]) for key in ("/SubFilter", "/Reason", "/Location")] == [
            "/ETSI.CAdES.detached",
            "签发证书",
            "昆明",
        ]


@pytest.mark.parametrize("pdf", [b"", b"no pdf", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_signed_pdf(pdf, check):
    assert check(pdf) == SignatureReport(signed=False)


def test_unsigned_paper(plain, check):
    assert check(plain) == SignatureReport(signed=False)


def test_no_changed_byte_of_the_paper_passes(signed, check):
    start = signed.index(b"/Contents <") + 11
    end = signed.index(b">", start)
    places = [*range(0, start, 37), *range(end, len(signed), 11), end - 1, end - 500]
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1
        assert not check(bytes(changed)).is_genuine, place


def test_altered_paper_is_told_from_unsigned(signed, check):
    changed = signed.replace(b"/Reason", b"/Xeason")
    assert (check(changed).signed, check(changed).intact) == (True, False)
    assert check(signed[: len(signed) // 2]).signed is False
    assert check(signed[:-30]) != check(signed)


@pytest.mark.parametrize("addition", [b"\n% more", b"\n1 0 obj\n<<>>\nendobj\n"])
def test_addition_is_not_covered(signed, addition, check):
    report = check(signed + addition)
    assert (report.covers_whole_file, report.is_genuine) == (False, False)


def test_stranger_is_not_trusted_alone_or_on_top(plain, signed, tmp_path, check):
    stranger = make_demo_signer(tmp_path, "云南省人力资源和社会保障厅（演示）")
    alone = check(sign_pdf(plain, stranger, now=NOW))
    on_top = check(sign_pdf(signed, stranger, now=NOW, field="Second"))
    assert [(r.signed, r.intact, r.trusted) for r in (alone, on_top)] == [(True, True, False)] * 2


def test_expired_certificate_is_judged_at_the_moment_of_signing(plain, signer, check):
    assert not check(sign_pdf(plain, signer, now=datetime(2050, 1, 1, tzinfo=UTC))).trusted
    assert check(sign_pdf(plain, signer, now=datetime(2049, 1, 1, tzinfo=UTC))).trusted


def test_missing_root_is_an_error_not_an_answer(signed, folder):
    with pytest.raises(OSError, match=r"none\.pem"):
        check_pdf(signed, [folder / "none.pem"])


def test_demo_files_are_private_and_kept(folder, signer):
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.glob("*.pem")}
    assert modes == {KEY_FILE: 0o600, CERTIFICATE_FILE: 0o600, ROOT_FILE: 0o600}
    again = make_demo_signer(folder, "another name")
    assert again.signing_cert.dump() == signer.signing_cert.dump()


def test_many_starts_at_once_make_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        signers = list(pool.map(lambda _: make_demo_signer(tmp_path / "new", "x" * 200), range(8)))
    assert len({signer.signing_cert.dump() for signer in signers}) == 1
    assert not list((tmp_path / "new").glob(".*.part"))


def test_start_killed_midway_is_made_good(tmp_path, plain):
    make_demo_signer(tmp_path, "first")
    (tmp_path / CERTIFICATE_FILE).unlink()
    (tmp_path / KEY_FILE).write_bytes(b"half")
    signer = make_demo_signer(tmp_path, "second")
    assert check_pdf(sign_pdf(plain, signer, now=NOW), [tmp_path / ROOT_FILE]).is_genuine


def test_key_may_have_a_password(tmp_path, plain):
    make_demo_signer(tmp_path, "locked", password="correct horse")
    with pytest.raises((TypeError, ValueError)):
        load_signer(tmp_path / KEY_FILE, tmp_path / CERTIFICATE_FILE, "wrong")
    signer = load_signer(tmp_path / KEY_FILE, tmp_path / CERTIFICATE_FILE, "correct horse")
    assert check_pdf(sign_pdf(plain, signer, now=NOW), [tmp_path / ROOT_FILE]).is_genuine
