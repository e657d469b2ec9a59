"""The side table of the search: one narrow row for each public version, rebuilt from the version at any time."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from policies.models.library import PolicyVersion


class SearchEntry(models.Model):
    """What a version is found by. Long columns (`text`, `vector`) lie out of line, so filters read little."""

    version = models.OneToOneField(
        PolicyVersion, models.CASCADE, primary_key=True, related_name="search_entry", verbose_name=_("version")
    )
    state = models.CharField(_("state"), max_length=10)
    day = models.DateField(_("date"))  # published, or else in force, adopted, published here
    effective_on = models.DateField(_("in force from"), null=True, blank=True)
    ends_on = models.DateField(_("in force until (not included)"), null=True, blank=True)
    superseded_on = models.DateField(_("superseded on"), null=True, blank=True)
    repealed_on = models.DateField(_("repealed on"), null=True, blank=True)
    region = models.CharField(_("region code"), max_length=6)
    level = models.CharField(_("level"), max_length=10)
    topics = ArrayField(models.CharField(max_length=40), verbose_name=_("topics"), default=list)
    audiences = ArrayField(models.CharField(max_length=40), verbose_name=_("audience"), default=list)
    kinds = ArrayField(models.CharField(max_length=12), verbose_name=_("kinds of benefits"), default=list)
    is_recent = models.BooleanField(_("among the newest"), default=False)  # a small index of its own, asked first
    length = models.PositiveIntegerField(_("length"), default=0)
    title = models.CharField(_("title"), max_length=720)  # both languages, folded
    anchors = models.TextField(_("anchors"), blank=True)  # one line for each line of the text
    text = models.TextField(_("text"))  # folded, a line for each clause
    vector = SearchVectorField(_("index words"))

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [
            GinIndex(fields=["vector"], name="search_words"),
            GinIndex(fields=["vector"], name="search_words_recent", condition=Q(is_recent=True)),
            models.Index(F("day").desc(), F("version").desc(), name="search_newest"),
            models.Index(fields=["region"], name="search_region"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """Which versions have a common word, or the value of a filter."""

    word = models.CharField(_("word"), max_length=60, primary_key=True)
    versions = models.BinaryField(_("versions"))  # bit n: version n has it

    class Meta:
        verbose_name = _("word of the search")
        verbose_name_plural = _("words of the search")

    def __str__(self) -> str:
        return self.word


class SearchChange(models.Model):
    """A version that was indexed after the bits of the words were written."""

    version = models.BigIntegerField(_("version"))

    class Meta:
        verbose_name = _("change of the search")
        verbose_name_plural = _("changes of the search")

    def __str__(self) -> str:
        return str(self.version)
