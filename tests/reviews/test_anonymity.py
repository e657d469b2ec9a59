"""No byte that an expert receives tells whose a dossier is: every address is walked and every answer searched."""

import base64
import io
import json
import re
from collections import Counter, deque
from html import unescape
from types import SimpleNamespace
from urllib.parse import quote, urljoin, urlsplit

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import translation
from PIL import Image
from pypinyin import lazy_pinyin

from accounts.models import Role, StaffPost, Unit, UnitMember
from applications import services
from applications.models import Case
from notifications.models import MessageTemplate
from regions.models import Region
from reviews.services import dossiers
from talentportal.lib import nameless, uploads
from tests import cast
from tests.access.test_matrix import EVERYTHING
from tests.applications import life
from tests.reviews import scoring
from tests.reviews.papers import make_image, make_pdf
from tests.reviews.scoring import COMMENT, NOW

pytestmark = pytest.mark.django_db

NAME, AGENT, UNIT = "欧阳璞玉", "诸葛瑾瑜", "磐石岭绣坊有限公司"
UNIT_EN, BRAND, ALIAS = "Panshiling Embroidery Co., Ltd.", "磐石岭绣娘", "凤尾绣嫂"
PHONE, EMAIL, NUMBER, USCC = "13988776655", "puyu.ouyang@panshi.example.org", "990101199003070015", "91990100MA0000001G"
COUNTY, COUNTY_EN = "翡翠谷县", "Feicuigu County"
STORY = (
    f"{NAME}（电话 139 8877 6655，邮箱 {EMAIL}）在{COUNTY}创办{UNIT}，简称磐石岭绣坊，打造“{BRAND}”即{ALIAS}。"
    f"联系人{AGENT}，身份证尾号 070015。Ouyang Puyu of {UNIT_EN} in Feicuigu, {USCC}。2025 年带动就业 3600 人。"
)
LINK = re.compile(r"""(?:href|src|action|content|data-[a-z]+)="([^"#]+)""")
DESK = ("/expert/", "/en/expert/", "/admin/", "/en/admin/")  # elsewhere counties stand in public lists of places
ALIKE = 3  # pages of a kind are alike: so many are opened; of the expert's desk all
LEAVES = ("logout", "account", "elder", "clock")  # what changes who is asking, or when


@pytest.fixture
def secret(world, people, at):
    """A case full of names, its dossier with files full of names, and an expert who has everything open."""
    now = at(NOW)
    county = Region.objects.filter(pk=world.county.pk)
    county.update(name_zh=COUNTY, name_en=COUNTY_EN)
    world.county.refresh_from_db()
    for event in ("review_due", "sheet_returned", "conflict_declared"):
        MessageTemplate.objects.create(
            event=event, title_zh="{round}", title_en="{round}", body_zh="{date}", body_en="x"
        )
    scene = scoring.make_round(world, people.examiner)
    scene.people = people
    scene.case = _case(scene, people, now)
    scene.dossier = dossiers.make_dossier(group=scene.group, case=scene.case, actor=people.examiner, now=now)
    for data, kind in (
        (make_pdf("作品集", NAME), "pdf"),
        (make_image(NAME), "jpg"),
        (make_image("ouyang puyu", "PNG"), "png"),
    ):
        facts = uploads.inspect(io.BytesIO(data), f"{NAME}.{kind}", 10**8)
        titles = {"title_zh": "作品", "title_en": "Works"}
        file = ContentFile(data, name=f"{NAME}.{kind}")
        dossiers.add_file(dossier=scene.dossier, file=file, facts=facts, actor=people.examiner, now=now, **titles)
    dossiers.approve_dossier(dossier=scene.dossier, actor=people.leader, now=now)
    scene.seat = scoring.seat_all(scene, people, 3)[0]
    scene.user = scene.seat.expert.user
    scene.user.is_staff = True
    scene.user.save()
    StaffPost.objects.create(
        user=scene.user,
        role=Role.EXPERT,
        organization=world.office,
        region=world.province,
        starts_on=cast.day("2024-01-01"),
    )
    return scene


def _case(scene, people, now) -> Case:
    owner = cast.make_person(EMAIL, NAME, NUMBER)
    owner.phone = f"+86{PHONE}"
    owner.save()
    world = scene.world
    unit = Unit.objects.create(
        name=UNIT, name_en=UNIT_EN, uscc=USCC, region=world.county, work_region=world.county, status="VERIFIED"
    )
    UnitMember.objects.create(unit=unit, user=owner, role="OWNER", joined_at=now)
    case = cast.make_draft(world, owner, *life.ALL, now=now, item=world.item)
    answers = case.answers | {"employer": UNIT, "brand": f"{BRAND}、{ALIAS}", "story": STORY, "place": world.county.pk}
    services.save_answers(case=case, actor=owner, answers=answers, step="materials", now=now)
    case = cast.submit(Case.objects.get(pk=case.pk), owner, now)
    cast.check_all(case, people.clerk, now)
    case = services.accept(case=case, actor=people.clerk, now=now)
    agent = cast.make_person("agent77@example.org", AGENT, "99010119900307004X")
    Case.objects.filter(pk=case.pk).update(unit=unit, agent=agent)
    return Case.objects.get(pk=case.pk)


def needles(scene, *, county: bool) -> dict[bytes, str]:
    """Return every spelling of every secret, as bytes to look for: in all encodings that could carry it."""
    words = [
        NAME,
        AGENT,
        UNIT,
        "磐石岭",
        UNIT_EN,
        "Panshiling",
        BRAND,
        ALIAS,
        PHONE,
        "139 8877 6655",
        EMAIL,
        "puyu.ouyang",
    ]
    words += [NUMBER, NUMBER[-6:], USCC, scene.case.case_no, scene.case.public_id, "璞玉", "瑾瑜", "agent77"]
    words += [one.public_id for material in scene.case.materials.all() for one in material.files.all()]
    words += [COUNTY, "翡翠谷", "Feicuigu"] if county else []
    for word in list(words):
        if not word.isascii():
            words += ["".join(lazy_pinyin(word)), " ".join(lazy_pinyin(word)), "-".join(lazy_pinyin(word))]
    found = {}
    for word in words:
        for form in spelled(word):
            if len(form) >= 6:
                found[form.lower()] = word
    return found


def spelled(word: str) -> set[bytes]:
    utf8 = word.encode()
    forms = {utf8, word.encode("utf-16-be"), word.encode("utf-16-le"), word.encode("gb18030")}
    forms |= {quote(word).encode(), json.dumps(word)[1:-1].encode(), word.encode("ascii", "xmlcharrefreplace")}
    forms |= {utf8.hex().encode(), word.encode("utf-16-be").hex().encode()}
    for lead in range(3):  # base64 begins at one of three places of the text around
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"x" * lead + utf8)
            forms.add(whole[4 if lead else 0 : len(whole) - len(whole) % 4 - 4])
    return forms


def everything(response) -> bytes:
    """Return every byte of an answer: headers, cookies, body, and what is packed inside PDF and images."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    head = "\n".join(f"{key}: {value}" for key, value in response.items()) + str(response.cookies)
    return head.encode() + b"\n" + body + unpacked(body) + unescape(body.decode("utf-8", "ignore")).encode()


def unpacked(body: bytes) -> bytes:
    if body.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(body)) as pdf:
            objects = [one.unparse() + (one.read_bytes() if _is_plain(one) else b"") for one in pdf.objects]
        return b"\n".join(objects) + nameless.text_of(body).encode()
    if body.startswith((b"\x89PNG", b"\xff\xd8")):
        with Image.open(io.BytesIO(body)) as image:
            return repr((dict(image.getexif()), image.info)).encode()
    return b""


def _is_plain(one) -> bool:
    return isinstance(one, pikepdf.Stream) and "DCTDecode" not in str(one.get("/Filter", ""))


def starts(scene) -> list[str]:
    """Every address that can be filled in: with the dossier, its files and the expert's own seat, or with nothing."""
    fills = [
        {},
        {"pk": scene.dossier.pk},
        {"pk": scene.group.pk},
        {"pk": scene.seat.pk},
        {"case_no": scene.case.case_no},
    ]
    for file in scene.dossier.files.all():
        fills += [{"pk": file.pk}, {"pk": file.pk, "number": 1}]
    fills += [{"public_id": scene.case.public_id}, {"code": scene.world.item.code}]
    names = [n for n in EVERYTHING if not any(word in n for word in LEAVES)]
    names += ["admin:index", "admin:reviews_dossier_changelist", "admin:applications_case_changelist"]
    found = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for name in names:
                for fill in fills:
                    try:
                        found[reverse(name, kwargs=fill)] = None
                    except NoReverseMatch:
                        continue
    return [one for one in found if not re.search(r"/(sw|api/docs)", one)]


def test_no_answer_names_the_applicant(secret):
    client = Client()
    client.force_login(secret.user)
    seen, opened, leaks, kinds = set(), Counter(), [], Counter()
    waiting = deque(starts(secret))
    private, public = needles(secret, county=True), needles(secret, county=False)
    asked = {one for one in waiting if secret.case.case_no in one or secret.case.public_id in one}
    while waiting:
        address = waiting.popleft()
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address)
        opened[response.status_code] += 1
        said = everything(response).lower()
        is_desk = address.startswith(DESK)
        for needle, word in (private if is_desk else public).items():
            if needle in said and address not in asked:  # who asks for a number by hand finds it in the link back
                leaks.append(f"{response.status_code} {address}: {word}")
        if "text/html" in response.headers.get("Content-Type", "") and response.status_code == 200:
            for link in map(unescape, LINK.findall(said.decode("utf-8", "ignore"))):
                follow(link, address, seen, kinds, waiting)
    assert leaks == []
    names = {view_of(one) for one in seen if one.startswith(("/expert/", "/en/expert/"))}
    assert names >= {"expert:desk", "expert:dossier", "expert:file", "expert:page", "expert:conflict", "expert:sheet"}
    assert opened[200] > 60


def view_of(path: str) -> str:
    """Return the name of the view behind a path in either language; "" for static files and the like."""
    with translation.override("en" if path.startswith("/en/") else "zh-hans"):
        try:
            return resolve(path.partition("?")[0]).view_name
        except Resolver404:
            return ""


def follow(link: str, address: str, seen: set, kinds: Counter, waiting: deque) -> None:
    parts = urlsplit(urljoin(address, link))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.netloc or not parts.path.startswith("/") or path in seen or any(word in path for word in LEAVES):
        return
    name = view_of(parts.path)
    kinds[name] += 1
    if name and (name.startswith("expert:") or kinds[name] <= ALIKE):
        waiting.append(path)


def test_no_answer_to_what_an_expert_sends_names_the_applicant(secret):
    client, found = Client(), needles(secret, county=True)
    client.force_login(secret.user)
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            client.get(reverse("expert:dossier", args=[secret.dossier.pk]))
            address = reverse("expert:sheet", args=[secret.dossier.pk])
            conflict = reverse("expert:conflict", args=[secret.dossier.pk])
        for headers in ({}, {"X-Requested-With": "fetch"}):
            for data in (
                {"version": 0},
                {"version": 1, "points-feature": "99"},
                {"submit": "", "version": 2, "comment": COMMENT},
            ):
                said.append(everything(client.post(address, data, headers=headers, follow=not headers)))
        said.append(everything(client.post(conflict, {"kind": "x"})))
    said.append(everything(client.post(conflict, {"kind": "KIN", "reason": "同门"}, follow=True)))
    said.append(everything(client.get(reverse("me:inbox"))))
    assert [word for one in said for needle, word in found.items() if needle in one.lower()] == []


def test_the_search_itself_finds_names(secret):
    """Were a name there, the walk would see it: in a header, a PDF's hidden parts, an image's EXIF, an encoded link."""
    found = needles(secret, county=True)

    def sees(body: bytes, **headers) -> bool:
        response = SimpleNamespace(streaming=False, content=body, cookies="", items=lambda: headers.items())
        return any(needle in everything(response).lower() for needle in found)

    assert sees(b"", location=f"/x/?n={quote(NAME)}")
    assert sees(b"", etag=base64.urlsafe_b64encode(f"k:{NAME}:2".encode()).decode())
    assert sees(make_pdf("x", NAME))
    assert sees(make_pdf(f"by {NAME}"))
    assert sees(make_image(NAME))
    assert sees(json.dumps({"a": UNIT}).encode())
    assert sees(b"&#27431;&#38451;&#29854;&#29577;")
    assert sees(b"magic OuyangPuyu.pdf")
    assert not sees("评审 PS20260001".encode())


def test_what_experts_read_keeps_its_facts(secret):
    text = " ".join(line["text"]["zh"] for line in secret.dossier.answers)
    assert "2025 年带动就业 3600 人" in text
    assert {one["key"] for one in secret.dossier.answers} == {"level", "employer", "story"}


def test_files_come_with_a_watermark_and_are_not_kept(secret):
    client = Client()
    client.force_login(secret.user)
    file = secret.dossier.files.get(kind="pdf")
    answer = client.get(reverse("expert:file", args=[file.pk]))
    code = secret.dossier.code
    assert answer["Content-Disposition"] == f'inline; filename="{code}-{file.seq}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    text = nameless.text_of(answer.content)
    assert f"{secret.seat.expert.number} · PS20260001 · 2026-09-18 10:00" in re.sub(r"\s+", " ", text)
    with file.file.open("rb") as kept:
        assert b"E001" not in kept.read()
    picture = client.get(reverse("expert:page", args=[file.pk, 1]))
    assert (picture["Content-Type"], "no-store" in picture["Cache-Control"]) == ("image/png", True)
    for number in (0, 2, 999):
        assert client.get(reverse("expert:page", args=[file.pk, number])).status_code == 404
