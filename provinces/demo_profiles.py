"""People of the demo who sign in and stand in the talent pool, by the services that their pages use."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Unit, User
from provinces.demo_accounts import sign_in_name
from provinces.packs import Pack
from regions.models import Region
from talents import consent_texts
from talents.models import Profile
from talents.queries.people import handlers_of
from talents.services import contact, profiles, use
from talents.states import Ask, LookKind, Purpose, Shared

JOINED, LOOKED = timedelta(days=20), timedelta(days=2)  # before now
FIRST = ("degree", "major", "work_since")  # the other facts are added afterwards, as a person would


def load(pack: Pack, now: datetime) -> str:
    """Let the people of the pack that say so join the pool, and be asked; return how many were new."""
    told = {User.objects.get(email=sign_in_name(key)): one["pool"] for key, one in pack.people.items() if "pool" in one}
    new = {user: pool for user, pool in told.items() if not Profile.objects.filter(user=user).exists()}
    for user, pool in new.items():
        _join(user, pool, now)
    return str(len(new))


@transaction.atomic
def _join(user: User, pool: dict, now: datetime) -> None:
    facts = pool["facts"] | {"region": Region.objects.get(pk=pool["region"])}
    profile = profiles.join(
        user=user,
        facts={name: facts[name] for name in (*FIRST, "region")},
        visibility=pool["visibility"],
        version=consent_texts.current(Purpose.POOL).version,
        now=now - JOINED,
    )
    profile = profiles.edit(profile=profile, facts=facts, version=profile.version, actor=user, now=now - JOINED)
    for unit in Unit.objects.filter(uscc__in=pool.get("asked_by", ())):
        handler = handlers_of(unit, now).first()
        use.look(unit=unit, profiles=[profile], kind=LookKind.CARD, actor=handler, now=now - LOOKED)
        contact.ask(
            unit=unit,
            profile=profile,
            vacancy=None,
            ask=Ask.ADVICE,
            wanted=[Shared.NAME, Shared.PHONE, Shared.SCHOOL],
            actor=handler,
            now=now - LOOKED,
        )
