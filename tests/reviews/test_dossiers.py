"""Dossiers without names: what is taken out, who checks, and what becomes of them when the case ends."""

import io
import itertools

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from PIL import Image

from applications.models import Case
from reviews.models import Dossier
from reviews.queries import scores as queries
from reviews.rules.anonymity import Known, Scrubber, free_number, lot, spellings
from reviews.score_forms import PlaceForm
from reviews.services import dossiers
from reviews.services import draw as draws
from talentportal.lib import nameless, uploads
from talentportal.lib.refusals import Refused
from tests.applications import life
from tests.cast import moment
from tests.reviews import scoring
from tests.reviews.papers import make_image, make_pdf
from tests.reviews.scene import NOW as DRAWN_AT
from tests.reviews.scene import make_experts
from tests.reviews.scoring import NOW

pytestmark = pytest.mark.django_db


def add(dossier, actor, data: bytes, kind="pdf", **titles):
    file = ContentFile(data, name=f"x.{kind}")
    facts = uploads.inspect(file, f"x.{kind}", 20_000_000)
    titles = {"title_zh": "品牌标准", "title_en": "Standard"} | titles
    return dossiers.add_file(dossier=dossier, file=file, facts=facts, actor=actor, now=moment(NOW), **titles)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("陈思远 发起", "〔申请人〕 发起"),
        ("陈 思·远发起", "〔申请人〕发起"),
        ("思远工作室", "〔申请人〕工作室"),
        ("by Chen Siyuan.", "by 〔申请人〕."),
        ("CHENSIYUAN", "〔申请人〕"),
        ("云岭示例科技培训", "〔单位〕培训"),
        ("在呈贡区和呈贡", "在〔地区〕和〔地区〕"),
        ("石林的花", "〔地区〕的花"),
        ("打 138 0000 1234 或 0871-63198888", "打 〔联系方式〕 或 〔联系方式〕"),
        ("信用代码91990100ＭＡ0000001G", "信用代码〔编号〕"),
        ("见 https://chen.example.cn/x 。", "见 〔联系方式〕 。"),
        ("写信 si.yuan@example.org", "写信 〔联系方式〕"),
        ("2025 年带动 1234.5 人，产值 3600 万元", "2025 年带动 1234.5 人，产值 3600 万元"),
    ],
)
def test_names_go_however_they_are_spelled(text, left):
    known = [
        Known("陈思远", "applicant"),
        Known("云岭示例科技有限公司", "unit"),
        Known("呈贡区", "region"),
        Known("石林彝族自治县", "region"),
        Known("91990100MA0000001G", "number"),
    ]
    assert Scrubber(known).scrub(text, "zh") == left


def test_a_name_of_one_character_is_not_looked_for():
    assert spellings(Known("李", "person")) == set()


def test_numbers_say_nothing_of_the_order_in_which_they_were_given():
    taken: set[int] = set()
    given = []
    for n in range(40):
        given.append(free_number(lot("number", "PS1", f"secret{n}"), taken))
        taken.add(given[-1])
    assert (len(taken), min(taken) >= 10) == (40, True)
    assert sum(a < b for a, b in itertools.pairwise(given)) in range(10, 30)


def test_a_dossier_holds_the_answers_without_names(scene, people):
    case = scoring.make_case(scene, people, employer="陈思远的示例单位，电话13800001234")
    dossier = scoring.make_dossier(scene, people, case, approve=False)
    texts = {line["key"]: line["text"] for line in dossier.answers}
    assert texts["employer"] == {
        "zh": "〔申请人〕的示例单位，电话〔联系方式〕",
        "en": "[applicant]的示例单位，电话[contact]",
    }
    assert texts["level"] == {"zh": "D类", "en": "Class D"}
    assert (dossier.code.startswith("G1-"), dossier.checked_at) == (True, None)


def test_the_same_case_has_the_same_lot_again(scene, people):
    case = scoring.make_case(scene, people)
    with transaction.atomic():
        first = scoring.make_dossier(scene, people, case, approve=False)
        numbers = (first.seq, first.sealed_order)
        transaction.set_rollback(True)
    again = scoring.make_dossier(scene, people, case, approve=False)
    assert (again.seq, again.sealed_order) == numbers


def test_what_a_guide_says_of_a_question_counts(scene, people):
    answers = {
        "brand": "呈贡花匠、滇花匠",
        "award": "x",
        "law": "呈贡条例",
        "story": "滇花匠 与 呈贡 花匠",
        "place": "530114",
    }
    case = scoring.make_case(scene, people, **answers)
    dossier = scoring.make_dossier(scene, people, case, approve=False)
    assert {line["key"]: line["text"]["zh"] for line in dossier.answers} == {
        "level": "D类",
        "employer": "示例单位",
        "law": "呈贡条例",
        "story": "〔名称〕 与 〔名称〕",
    }
    assert dossier.left_out == ["brand", "award", "place"]


def test_who_may_make_one_and_when(reviewed, people, other_clerk):
    case = scoring.make_case(reviewed, people, 3)
    facts = {"group": reviewed.group, "case": case, "now": moment(NOW)}
    assert (
        life.refused(dossiers.make_dossier, actor=other_clerk, **facts)[0]
        == "Examiners and leaders of the organization do this."
    )
    said = life.refused(dossiers.make_dossier, actor=people.examiner, **facts)
    assert said == ["The experts of this group were chosen without regard to this applicant. Use another group."]
    again = life.refused(
        dossiers.make_dossier, group=reviewed.group, case=reviewed.cases[0], actor=people.examiner, now=moment(NOW)
    )
    assert again[-1] == "This case has a dossier already."


def test_once_the_candidates_are_frozen_no_dossier_comes_in(group, item, world, examiner, stranger, clerk):
    """Nobody of the frozen pool was held against this applicant; once the pool is dropped, everybody is again."""
    make_experts(world.office, 12)
    case = life.examining(world, stranger, clerk, item=item)
    facts = {"group": group, "case": case, "actor": examiner, "now": DRAWN_AT}
    frozen = draws.freeze(group=group, actor=examiner, now=DRAWN_AT)
    assert life.refused(dossiers.make_dossier, **facts) == [
        "The candidates of this group are frozen, without regard to this applicant. Drop the frozen pool first, or "
        "use another group."
    ]
    assert not PlaceForm(group.round, Case.objects.all()).fields["group"].queryset.exists()
    draws.drop(draw=frozen, reason="one more applicant", actor=examiner, now=DRAWN_AT)
    assert PlaceForm(group.round, Case.objects.all()).fields["group"].queryset.get() == group
    assert dossiers.make_dossier(**facts).group == group


def test_two_people_make_and_check(scene, people):
    dossier = scoring.make_dossier(scene, people, scoring.make_case(scene, people), approve=False)
    words = "Another person than the one who made the dossier must check it."
    now = moment(NOW)
    assert life.refused(dossiers.approve_dossier, dossier=dossier, actor=people.examiner, now=now) == [words]
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(checked_by=people.examiner)
    first = dossiers.approve_dossier(dossier=dossier, actor=people.leader, now=now)
    again = dossiers.approve_dossier(dossier=dossier, actor=people.leader, now=moment("2026-09-19 10:00"))
    assert again.checked_at == first.checked_at == now


def test_a_file_with_a_name_waits_for_a_judgement(scene, people):
    dossier = scoring.make_dossier(scene, people, scoring.make_case(scene, people), approve=False)
    file = add(dossier, people.examiner, make_pdf("品牌由陈思远创立"))
    assert (file.findings, file.has_text) == (["陈思远", "思远"], True)
    now = moment(NOW)
    said = life.refused(dossiers.approve_dossier, dossier=dossier, actor=people.leader, now=now)
    assert said == ["File 1 still holds: 陈思远、思远. Replace it, or say why that tells nothing."]
    own = life.refused(dossiers.clear_file, file=file, reason="x", actor=people.examiner, now=now)
    assert own == ["Another person than the one who added the file judges this."]
    dossiers.clear_file(file=file, reason="书名", actor=people.leader, now=now)
    assert dossiers.approve_dossier(dossier=dossier, actor=people.leader, now=now).checked_by == people.leader


def test_further_names_are_taken_out_of_answers_and_looked_for_in_files(scene, people):
    case = scoring.make_case(scene, people, employer="老寸头工作室")
    dossier = scoring.make_dossier(scene, people, case)
    add(dossier, people.examiner, make_pdf("老寸头"))
    dossier = dossiers.take_out(dossier=dossier, words=["老寸头", " "], actor=people.examiner, now=moment(NOW))
    assert dossier.answers[1]["text"]["zh"] == "〔名称〕工作室"
    assert (dossier.checked_at, dossier.files.get().findings) == (None, ["老寸头"])


def test_a_title_with_a_name_is_refused(scene, people):
    dossier = scoring.make_dossier(scene, people, scoring.make_case(scene, people), approve=False)
    with pytest.raises(Refused):
        add(dossier, people.examiner, make_pdf("x"), title_zh="陈思远的奖状")


def test_a_pdf_loses_all_that_is_not_drawn():
    copy = nameless.copy_pdf(make_pdf("正文", secret="秘密作者"))
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert set(pdf.trailer.keys()) == {"/Root", "/Size", "/ID"}
        assert set(pdf.Root.keys()) == {"/Pages", "/Type"}
        assert "/Annots" not in pdf.pages[0].obj
    assert "正文" in nameless.text_of(copy)
    assert everything_in(copy).count("秘密作者") == 0


def everything_in(pdf: bytes) -> str:
    """All strings and streams of a PDF, unpacked, read in every encoding that holds names."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        parts = [one.read_raw_bytes() + one.unparse() for one in opened.objects if isinstance(one, pikepdf.Stream)]
        parts += [one.unparse() for one in opened.objects if not isinstance(one, pikepdf.Stream)]
    return "".join(b"".join(parts).decode(code, "replace") for code in ("utf-8", "utf-16-be", "gb18030"))


def test_a_photo_loses_where_and_by_whom_it_was_taken():
    copy = nameless.copy_image(make_image(artist="chen siyuan"))
    assert b"siyuan" not in copy
    with Image.open(io.BytesIO(copy)) as image:
        assert (dict(image.getexif()), "comment" in image.info, image.size) == ({}, False, (30, 40))  # upright


def test_a_photo_inside_a_pdf_loses_it_too():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf("x"))) as pdf:
        photo = pdf.make_stream(make_image(artist="chen siyuan"))
        photo.Type, photo.Subtype, photo.Filter = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DCTDecode
        photo.Width, photo.Height, photo.ColorSpace, photo.BitsPerComponent = 40, 30, pikepdf.Name.DeviceRGB, 8
        pdf.pages[0].add_resource(photo, pikepdf.Name.XObject, pikepdf.Name.Photo)
        pdf.pages[0].contents_add(b"q 100 0 0 100 50 50 cm /Photo Do Q")
        pdf.save(out)
    copy = nameless.copy_pdf(out.getvalue())
    assert b"siyuan" in out.getvalue()
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        kept = pdf.pages[0].obj.Resources.XObject.Photo.read_raw_bytes()
    assert b"siyuan" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (40, 30)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 broken", b"\x89PNG"])
def test_what_cannot_be_copied_is_said(data):
    for copy in (nameless.copy_pdf, nameless.copy_image, nameless.text_of):
        with pytest.raises(nameless.CannotCopy):
            copy(data)


def test_the_case_that_ends_takes_its_dossier_along(reviewed):
    for seat in reviewed.seats:
        for dossier in reviewed.dossiers:
            scoring.score(seat, dossier)
    first, second = reviewed.dossiers
    assert sorted(one.standings.first().rank for one in (first, second)) == [1, 2]
    dossiers.withdraw_of(case=reviewed.cases[0], now=moment(NOW))
    dossiers.withdraw_of(case=reviewed.cases[0], now=moment("2026-09-19 10:00"))
    first.refresh_from_db()
    assert first.withdrawn_at == moment(NOW)
    assert (first.sheets.valid().count(), first.standings.count()) == (3, 1)
    assert second.standings.first().rank == 1
    assert not queries.dossiers_for(reviewed.seats[0].expert.user).filter(pk=first.pk).exists()
    assert queries.latest_standing(reviewed.cases[0]) is None
