"""Guides in the admin: drafts are edited, published ones only read, copied, suspended and cancelled."""

import json
import re
from html import unescape

import pytest
from django.forms import MultiWidget
from django.urls import reverse

from policies import services
from policies.models import GuideState, GuideVersion
from talentportal.lib.refusals import Refused
from tests.policies.library import FRIDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portal_time")]


def page(guide) -> str:
    return reverse("admin:policies_guideversion_change", args=[guide.pk])


def act(client, guide, name):
    client.post(reverse("admin:policies_guideversion_act", args=[guide.pk, name]))
    guide.refresh_from_db()
    return guide.state


def offered(client, guide) -> list[str]:
    return [name for name, _label in client.get(page(guide)).context.get("acts", [])]


def test_a_copy_is_the_next_draft_with_all_its_materials(world, administrator):
    draft = services.copy_guide(guide=world.guide, actor=administrator, now=FRIDAY)
    world.guide.refresh_from_db()
    assert (draft.version, draft.state, draft.published_at, str(draft.effective_from)) == (
        2,
        "DRAFT",
        None,
        "2026-09-19",
    )
    assert [m.key for m in draft.materials.all()] == [m.key for m in world.guide.materials.all()]
    assert (world.guide.version, world.guide.state, world.guide.materials.count()) == (1, "PUBLISHED", 5)
    with pytest.raises(Refused):
        services.copy_guide(guide=world.guide, actor=administrator, now=FRIDAY)


def test_each_state_offers_its_own_buttons(client, world, administrator):
    client.force_login(administrator)
    guide = world.guide
    assert offered(client, guide) == ["copy", "suspend", "cancel"]
    assert act(client, guide, "suspend") == GuideState.SUSPENDED
    assert offered(client, guide) == ["copy", "resume", "cancel"]
    assert act(client, guide, "suspend") == GuideState.SUSPENDED
    assert act(client, guide, "resume") == GuideState.PUBLISHED
    assert act(client, guide, "cancel") == GuideState.CANCELLED
    assert act(client, guide, "resume") == GuideState.CANCELLED
    assert offered(client, guide) == ["copy"]


def test_a_published_guide_is_only_read(client, world, administrator):
    client.force_login(administrator)
    shown = client.get(page(world.guide))
    assert (shown.status_code, shown.context["has_change_permission"]) == (200, False)
    assert client.post(page(world.guide), {"promised_days": "3"}).status_code == 403
    world.guide.refresh_from_db()
    assert world.guide.promised_days == 10


def filled_in(shown) -> dict[str, str]:
    """Return what a browser sends when nothing on the page was changed."""
    formsets = [inline.formset for inline in shown.context["inline_admin_formsets"]]
    forms = [shown.context["adminform"].form, *(form for formset in formsets for form in formset)]
    boxes = [box for form in forms for box in form] + [box for formset in formsets for box in formset.management_form]
    data = {}
    for box in boxes:
        widget, value = box.field.widget, box.value()
        if isinstance(widget, MultiWidget):
            parts = zip(widget.widgets_names, widget.decompress(value), strict=True)
            data |= {f"{box.html_name}{name}": part for name, part in parts}
        elif value is not False:
            data[box.html_name] = "" if value is None else value
    return data


def test_a_draft_is_edited_as_readable_yaml(client, world, administrator):
    draft = services.copy_guide(guide=world.guide, actor=administrator, now=FRIDAY)
    client.force_login(administrator)
    shown = client.get(page(draft))
    assert shown.context["has_change_permission"]
    assert "在省内全职工作" in shown.content.decode()
    data = filled_in(shown)
    saved = client.post(page(draft), data | {"promised_days": "7", "conditions": '[{"zh": "在岗", "en": "Employed"}]'})
    draft.refresh_from_db()
    assert saved.status_code == 302, saved.context["errors"]
    assert (saved.status_code, draft.promised_days, draft.conditions) == (302, 7, [{"zh": "在岗", "en": "Employed"}])


def test_what_has_its_choices_is_ticked(client, world, administrator):
    draft = services.copy_guide(guide=world.guide, actor=administrator, now=FRIDAY)
    client.force_login(administrator)
    ticked = {"handling_forms": ["online", "courier"], "special_kinds": ["HEARING"], "supports": []}
    saved = client.post(page(draft), filled_in(client.get(page(draft))) | ticked)
    assert saved.status_code == 302, saved.context["errors"]
    draft.refresh_from_db()
    kept = (draft.handling_forms, draft.special_kinds, draft.supports, draft.served_objects)
    assert kept == (["online", "courier"], ["HEARING"], [], ["person"])
    refused = client.post(page(draft), filled_in(client.get(page(draft))) | {"special_kinds": ["SEANCE"]})
    assert list(refused.context["adminform"].form.errors) == ["special_kinds"]


JOINT = [{"name": {"zh": "财政厅", "en": "Finance"}, "part": {"zh": "拨付", "en": "pays"}}]
OTHERS = [
    {
        "name": {"zh": "翻译", "en": "Translation"},
        "basis": {"zh": "条例", "en": "Rules"},
        "period": {"zh": "3 日", "en": "3 days"},
    }
]
SAMPLE = {"holder": {"zh": "李四（样例）", "en": "Li Si (sample)"}, "face": {"level": {"zh": "E类", "en": "class E"}}}
PARTIES = {
    "power_source": "ENTRUSTED",
    "entrusting_body_zh": "省职改办",
    "entrusting_body_en": "Office for titles",
    "joint_bodies": json.dumps(JOINT),
    "intermediaries": json.dumps(OTHERS),
    "result_sample": json.dumps(SAMPLE),
}


def test_an_editor_says_who_is_behind_it_and_a_copy_keeps_it(client, world, administrator):
    draft = services.copy_guide(guide=world.guide, actor=administrator, now=FRIDAY)
    client.force_login(administrator)
    saved = client.post(page(draft), filled_in(client.get(page(draft))) | PARTIES)
    assert saved.status_code == 302, saved.context["errors"]
    GuideVersion.objects.filter(pk=draft.pk).update(state="PUBLISHED", published_at=FRIDAY)
    copy = services.copy_guide(guide=draft, actor=administrator, now=FRIDAY)
    for guide in GuideVersion.objects.filter(pk__in=[draft.pk, copy.pk]):
        assert (guide.power_source, guide.entrusting_body["en"]) == ("ENTRUSTED", "Office for titles")
        assert (guide.joint_bodies, guide.intermediaries, guide.result_sample) == (JOINT, OTHERS, SAMPLE)
        assert guide.result_name == {"zh": "高层次人才证书", "en": "Certificate of high-level talent"}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("entrusting_body", {"power_source": "ENTRUSTED"}),
        ("entrusting_body", {"entrusting_body_zh": "省职改办"}),
        ("entrusting_body", {"entrusting_body_zh": "省职改办", "entrusting_body_en": "Office"}),
        ("result_name", {"result_name_en": ""}),
        ("joint_bodies", {"joint_bodies": json.dumps([{"name": {"zh": "财政厅", "en": "Finance"}}])}),
        ("joint_bodies", {"joint_bodies": "[{"}),
        ("intermediaries", {"intermediaries": '["翻译"]'}),
        ("result_sample", {"result_sample": '{"holder": {"zh": "李四", "en": "Li Si"}}'}),
        ("window_steps", {"window_steps": "{}"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, world, administrator, field, change):
    draft = services.copy_guide(guide=world.guide, actor=administrator, now=FRIDAY)
    client.force_login(administrator)
    shown = client.post(page(draft), filled_in(client.get(page(draft))) | change)
    assert shown.status_code == 200
    form = shown.context["adminform"].form
    assert list(form.errors) == [field]
    assert re.search(rf'class="form-row[^"]*errors[^"]*field-{field}', shown.content.decode())


def test_an_incomplete_draft_says_what_is_missing_and_stays_a_draft(client, world, administrator):
    draft = services.copy_guide(guide=world.guide, actor=administrator, now=FRIDAY)
    client.force_login(administrator)
    faults = [str(fault) for fault in client.get(page(draft)).context["faults"]]
    assert faults
    assert act(client, draft, "publish") == GuideState.DRAFT
    shown = unescape(client.get(page(draft)).content.decode())
    assert [fault for fault in faults if fault not in shown] == []


@pytest.mark.parametrize(("who", "status"), [("clerk", 200), ("official", 200), ("expert", 403)])
def test_others_read_guides_or_do_not_see_them(client, world, request, who, status):
    client.force_login(request.getfixturevalue(who))
    assert client.get(page(world.guide)).status_code == status
    assert client.get(reverse("admin:policies_serviceitem_changelist")).status_code == status
    answer = client.post(reverse("admin:policies_guideversion_act", args=[world.guide.pk, "cancel"]))
    assert answer.status_code == 404
    assert GuideVersion.objects.get(pk=world.guide.pk).state == GuideState.PUBLISHED


def test_the_catalog_is_edited_by_administrators(client, world, administrator, clerk):
    address = reverse("admin:policies_catalogitem_add")
    row = {"catalog_code": "530799999999", "name_zh": "测试", "name_en": "Test", "item_type": "07"}
    client.force_login(clerk)
    assert client.post(address, row).status_code == 403
    client.force_login(administrator)
    assert client.post(address, row).status_code == 302
