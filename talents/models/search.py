"""What a unit searches in: one narrow row for each profile that may be found, and what the unit keeps of it."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from talents.models.profile import Profile


class PoolEntry(models.Model):
    """A profile as the search sees it. It exists exactly while the profile may be found; written with every change."""

    profile = models.OneToOneField(
        Profile, models.CASCADE, primary_key=True, related_name="entry", verbose_name=_("profile")
    )
    audience = models.CharField(_("path of the region whose units may find it"), max_length=40, blank=True)
    is_open = models.BooleanField(_("open to everybody"), default=False)
    blocked = ArrayField(models.BigIntegerField(), verbose_name=_("blocked units"), default=list)
    degree = models.PositiveSmallIntegerField(_("education"))
    school_kind = models.CharField(_("kind of school"), max_length=12, blank=True)
    discipline = models.CharField(_("discipline"), max_length=2, blank=True)
    major = models.CharField(_("major"), max_length=8, blank=True)
    work_since = models.PositiveSmallIntegerField(_("working since"), default=9999)  # 9999: not yet
    graduation_year = models.PositiveSmallIntegerField(_("year of graduation"), null=True)
    industry = models.CharField(_("industry"), max_length=1, blank=True)
    occupation = models.CharField(_("occupation"), max_length=8, blank=True)
    title = models.PositiveSmallIntegerField(_("title"))
    skill = models.PositiveSmallIntegerField(_("skill level"))
    grade = models.CharField(_("grade"), max_length=1, blank=True)
    available = models.PositiveSmallIntegerField(_("could begin"))
    pay_from = models.PositiveIntegerField(_("pay from"), null=True)
    region = models.CharField(_("region code"), max_length=6)
    city = models.CharField(_("prefecture code"), max_length=6)
    places = ArrayField(
        models.CharField(max_length=7), verbose_name=_("found in"), default=list
    )  # services.index.places
    languages = ArrayField(models.CharField(max_length=2), verbose_name=_("languages"), default=list)
    traits = ArrayField(models.CharField(max_length=12), verbose_name=_("marks"), default=list)
    kinds = ArrayField(models.CharField(max_length=12), verbose_name=_("kinds of work"), default=list)
    proofs = ArrayField(models.CharField(max_length=12), verbose_name=_("verified"), default=list)
    confirm_by = models.DateTimeField(_("found until"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("entry of the pool")
        verbose_name_plural = _("entries of the pool")
        indexes = [
            models.Index(F("updated_at").desc(), F("profile").desc(), name="pool_newest"),
            models.Index(fields=["major"], name="pool_major"),
            models.Index(fields=["discipline"], name="pool_discipline"),
            models.Index(fields=["city", "region"], name="pool_region"),
        ]
        triggers = [
            pgtrigger.Trigger(  # whoever writes it, also a cascade
                name="pool_entry_changed",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="INSERT INTO talents_poolchange (profile) VALUES (coalesce(NEW.profile_id, OLD.profile_id));"
                " RETURN NULL;",
            )
        ]

    def __str__(self) -> str:
        return str(self.profile_id)


class PoolText(models.Model):
    """The words by which an entry is found; apart from it, so that counting walks through narrow rows."""

    entry = models.OneToOneField(PoolEntry, models.CASCADE, primary_key=True, related_name="text")
    vector = SearchVectorField(_("index words"))  # of headline, summary, skills, catalog names in both languages

    class Meta:
        verbose_name = _("words of an entry of the pool")
        verbose_name_plural = _("words of entries of the pool")
        indexes = [GinIndex(fields=["vector"], name="pool_words")]

    def __str__(self) -> str:
        return str(self.entry_id)


class PoolChange(models.Model):
    """An entry was written, and by which transaction: so that what a process keeps in memory is never behind."""

    profile = models.BigIntegerField()
    xact = models.BigIntegerField(
        db_default=Cast(Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()),
        db_index=True,
    )
    at = models.DateTimeField(db_default=Now())  # by the clock of the database

    class Meta:
        verbose_name = _("change of the pool")
        verbose_name_plural = _("changes of the pool")

    def __str__(self) -> str:
        return str(self.profile)


class SavedSearch(models.Model):
    """A search that a unit keeps, with news of people who match since."""

    unit = models.ForeignKey("accounts.Unit", models.CASCADE, related_name="talent_searches", verbose_name=_("unit"))
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("search"), max_length=1000)  # the query string of the page
    tells = models.BooleanField(_("tell me of new matches"), default=True)
    told_until = models.DateTimeField(_("told until"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("kept by"))
    created_at = models.DateTimeField(_("kept at"))

    class Meta:
        verbose_name = _("saved talent search")
        verbose_name_plural = _("saved talent searches")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="talent_search_once")]

    def __str__(self) -> str:
        return self.name


class Shortlist(models.Model):
    """A list of candidates 候选名单 that the handlers of a unit share."""

    unit = models.ForeignKey("accounts.Unit", models.CASCADE, related_name="shortlists", verbose_name=_("unit"))
    name = models.CharField(_("name"), max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    created_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("shortlist")
        verbose_name_plural = _("shortlists")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="shortlist_once")]

    def __str__(self) -> str:
        return self.name


class ShortlistEntry(models.Model):
    """A candidate on a list, with the unit's note. The person gets it with a copy of the data."""

    shortlist = models.ForeignKey(Shortlist, models.CASCADE, related_name="entries", verbose_name=_("shortlist"))
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+", verbose_name=_("profile"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("put there by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("candidate on a shortlist")
        verbose_name_plural = _("candidates on shortlists")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["shortlist", "profile"], name="candidate_once")]

    def __str__(self) -> str:
        return f"{self.shortlist}: {self.profile}"
