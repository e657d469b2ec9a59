"""The wallet of verified materials 材料夹: what an office found in order is offered to its owner until it expires.

Never used by itself: the owner chooses it for an application (在线政务服务规定 第7条, 个人信息保护法 第6条).
"""

from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Case, Material, MaterialFile, WalletItem, new_public_id
from applications.states import MaterialStatus, ScanState, State
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.workdays import add_months


def note_check(*, case: Case, material: Material, in_order: bool, now: datetime) -> None:
    """Keep the newest file of a material that was found in order, or take it out when it was found not to be.

    Part of the check's transaction; safe to run twice. Nothing is kept of kinds that the guide gives no months, nor of
    a copy that came out of the wallet itself: the paper grows no younger by being handed in again.
    """
    items = WalletItem.objects.filter(file__material=material, removed_at__isnull=True)
    if not in_order:
        items.update(removed_at=now)
        return
    spec = material.spec
    newest = material.files.filter(removed_at__isnull=True).exclude(scan_state=ScanState.INFECTED).last()
    if not spec.valid_months or newest is None or newest.from_wallet_id:
        return
    today = timezone.localdate(now)
    items.exclude(file=newest).update(removed_at=now)
    WalletItem.objects.update_or_create(
        file=newest,
        defaults={
            "owner": case.applicant,
            "unit": case.unit,
            "key": spec.key,
            "name_zh": spec.name_zh,
            "name_en": spec.name_en,
            "verified_by": case.organization,
            "verified_on": today,
            "valid_until": add_months(today, spec.valid_months),
        },
    )


@transaction.atomic
def use_from_wallet(*, item: WalletItem, material: Material, actor, now: datetime) -> MaterialFile:
    """Hand a verified material in once more: its file is copied into the draft and says where it comes from.

    Raises Refused when it is somebody else's, has expired or was removed, is of another kind, or the draft was
    submitted. A second time changes nothing.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=material.case_id)
    refuse_unless(case.applicant_id == actor.pk, _("This draft belongs to somebody else."))
    refuse_unless(case.state == State.DRAFT, _("This application has been submitted already."))
    usable = WalletItem.objects.usable(actor, timezone.localdate(now), case.unit)
    found = usable.filter(pk=item.pk).select_related("file").first()
    refuse_unless(found, _("This material has expired or was removed. Choose a file."))
    material = Material.objects.select_for_update(of=("self",)).select_related("spec").get(pk=material.pk)
    kinds = material.spec.formats
    refuse_unless(
        found.key == material.spec.key and (not kinds or found.file.kind in kinds),
        _("This is a material of another kind. Choose a file."),
    )
    last = material.files.filter(removed_at__isnull=True).last()
    if last and last.from_wallet_id == found.pk:
        return last
    kept = _copy(found, material, actor, now)
    material.status = MaterialStatus.PROVIDED
    material.save(update_fields=["status"])
    Case.objects.filter(pk=case.pk).update(saved_at=now)
    return kept


def _copy(item: WalletItem, material: Material, actor, now: datetime) -> MaterialFile:
    source = item.file
    with source.file.open("rb") as stream:
        content = ContentFile(stream.read(), name=f"{new_public_id()}.{source.kind}")
    return MaterialFile.objects.create(
        material=material,
        version=material.files.count() + 1,
        name=source.name,
        file=content,
        kind=source.kind,
        mime=source.mime,
        size=source.size,
        sha256=source.sha256,
        scan_state=source.scan_state,
        uploaded_by=actor,
        uploaded_at=now,
        from_wallet=item,
    )


@transaction.atomic
def remove_from_wallet(*, item: WalletItem, actor, now: datetime) -> None:
    """Take a material out of the own wallet; copies handed in with cases stay there. Safe to run twice."""
    refuse_unless(item.owner_id == actor.pk, _("This material belongs to somebody else."))
    WalletItem.objects.filter(pk=item.pk, removed_at__isnull=True).update(removed_at=now)
