"""What editors fill in: the facts of a version, its text, one clause, a benefit with its conditions, and the acts."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from policies import rules
from policies.matching.conditions import check_tree
from policies.matching.facts import FACTS, Kind
from policies.models import Benefit, Clause, Policy, PolicyVersion, ServiceItem
from policies.topics import AUDIENCES, TOPICS
from regions import divisions
from regions.models import Region
from talentportal.lib.yaml_field import YamlField

LONGEST_TEXT = 5 * 1024 * 1024
DAYS = ("adopted_on", "published_on", "effective_on", "expires_on")
BY_HAND = (None, {})


class DayInput(forms.DateInput):
    """A date as browsers pick it."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class KeysField(forms.MultipleChoiceField):
    """Keys of topics or audiences; those of an import that nobody knows are kept."""

    def __init__(self, known: dict, **kwargs):
        super().__init__(choices=list(known.items()), required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def keep(self, keys) -> None:
        """Offer these keys as well."""
        known = dict(self.choices)
        self.choices = [*self.choices, *((key, key) for key in keys if key not in known)]


class FactsForm(forms.ModelForm):
    """Everything about a version but its text. `seen` is what the editor had before the eyes."""

    topics = KeysField(TOPICS, label=_("Topics"))
    audiences = KeysField(AUDIENCES, label=_("Audience"))
    source_url = forms.URLField(label=_("Link to the source"), max_length=500, required=False, assume_scheme="https")
    document_no = forms.CharField(
        label=pgettext_lazy("policy", "Document number"),
        max_length=80,
        required=False,
        help_text=_("As it is printed, for example 云人社发〔2026〕5号."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PolicyVersion
        fields = (
            "title_zh",
            "title_en",
            "label",
            "document_no",
            "index_no",
            "issuer_zh",
            "issuer_en",
            "category",
            "level",
            "region_code",
            *DAYS,
            "topics",
            "audiences",
            "summary_zh",
            "summary_en",
            "source_url",
            "source_name",
        )
        widgets = {
            **dict.fromkeys(DAYS, DayInput()),
            "summary_zh": forms.Textarea(attrs={"rows": 3}),
            "summary_en": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "label": _("As it is quoted: 1.0, 2.0, 2026 revision."),
            "region_code": _("Six digits of GB/T 2260; 000000 is the whole country."),
        }

    def __init__(self, *args, keeps=None, **kwargs):
        """`keeps` tells whether the editor keeps the policies of a region."""
        super().__init__(*args, **kwargs)
        self.keeps = keeps
        self.fields["topics"].keep(self.instance.topics)
        self.fields["audiences"].keep(self.instance.audiences)

    def values(self) -> dict:
        """Return the fields of the version as the service takes them."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "region_name")}

    def clean_region_code(self):
        """A code of GB/T 2260, or of a functional zone of ours, that the editor keeps."""
        code = self.cleaned_data["region_code"]
        zone = Region.objects.filter(code=code).first()
        if not zone and not divisions.exists(code):
            raise ValidationError(_("There is no region with this code."))
        if not self.keeps(code):
            raise ValidationError(_("Your post does not cover this region."))
        self.cleaned_data["region_name"] = zone.name_zh if zone else divisions.names(code)["zh"]
        return code

    def clean(self):
        cleaned = super().clean()
        begins, ends = cleaned.get("effective_on"), cleaned.get("expires_on")
        if begins and ends and ends <= begins:
            self.add_error("expires_on", _("The end must be after the beginning."))
        return cleaned

    def _post_clean(self):
        """The row is written by the service, which locks it first; nothing is set on it here."""


class NewPolicyForm(FactsForm):
    """A policy that the library does not have yet, with its first version."""

    slug = forms.SlugField(
        label=pgettext_lazy("policy", "Address"),
        max_length=80,
        help_text=_("Small letters, digits and hyphens; people quote it, so it stays for good."),
    )
    text = forms.CharField(
        label=pgettext_lazy("policy", "Text"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("Paste the whole text. Lines that begin with 第…条 become clauses, lines with ## headings."),
    )
    field_order = ("slug",)

    def clean_slug(self):
        slug = self.cleaned_data["slug"].lower()
        if Policy.objects.filter(slug=slug).exists():
            raise ValidationError(_("Another policy has this address."))
        return slug


class TextForm(forms.Form):
    """The whole text as Markdown."""

    text = forms.CharField(
        label=pgettext_lazy("policy", "Text"),
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30}),
        help_text=_("Paste the whole text. Lines that begin with 第…条 become clauses, lines with ## headings."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ClauseForm(forms.ModelForm):
    """One clause in detail."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Clause
        fields = ("kind", "number", "heading", "text_zh", "text_en")
        widgets = {
            "text_zh": forms.Textarea(attrs={"rows": 12}),
            "text_en": forms.Textarea(attrs={"rows": 8}),
        }

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self):
        """As above: the service writes."""


# --- Conditions -------------------------------------------------------------------------------------------------------


def _said(tree) -> dict | None:
    """Return what a plain list of conditions says, {(fact, op): value}; None when the tree is more than that."""
    leaves = tree.get("all") if isinstance(tree, dict) and set(tree) == {"all"} else [tree] if tree else []
    if not isinstance(leaves, list) or not all(isinstance(leaf, dict) and "fact" in leaf for leaf in leaves):
        return None
    said = {}
    for leaf in leaves:
        place = leaf["fact"], leaf.get("op")
        if place in said or _field_of(*place) is None or isinstance(leaf.get("value"), list) != (place[1] == "in"):
            return None
        said[place] = leaf.get("value")
    facts = [fact for fact, _op in said if FACTS[fact].kind is Kind.ORDER]
    return said if len(set(facts)) == len(facts) else None


def _field_of(fact: str, op: str) -> str | None:
    """Return the field that says this, or None when there is none."""
    kind = FACTS[fact].kind if fact in FACTS else None
    offered = {
        Kind.ORDER: ("at_least", "is"),
        Kind.NUMBER: ("at_least", "at_most"),
        Kind.CHOICE: ("in",),
        Kind.FLAG: ("is",),
        Kind.PLACE: ("within",),
    }
    if op not in offered.get(kind, ()):
        return None
    return f"if_{fact}_{op}" if kind is Kind.NUMBER else f"if_{fact}"


def _order_field(fact) -> forms.ChoiceField:
    kept = [(value, label) for value, label in fact.choices.items() if value != "none"][::-1]
    choices = [("", _("any"))]
    choices += [(f"at_least:{value}", format_lazy(_("{choice} or above"), choice=label)) for value, label in kept]
    choices += [(f"is:{value}", format_lazy(_("only {choice}"), choice=label)) for value, label in kept]
    return forms.ChoiceField(label=fact.label, choices=choices, required=False)


def _number_field(fact, op: str) -> forms.IntegerField:
    pattern = _("{fact}: at least") if op == "at_least" else _("{fact}: at most")
    return forms.IntegerField(
        label=format_lazy(pattern, fact=fact.label), min_value=0, max_value=fact.highest, required=False
    )


def condition_fields() -> dict[str, forms.Field]:
    """Return a field for every plain condition that a fact allows."""
    fields = {}
    for key, fact in FACTS.items():
        if fact.kind is Kind.ORDER:
            fields[f"if_{key}"] = _order_field(fact)
        elif fact.kind is Kind.NUMBER:
            fields |= {f"if_{key}_{op}": _number_field(fact, op) for op in ("at_least", "at_most")}
        elif fact.kind is Kind.FLAG:
            fields[f"if_{key}"] = forms.BooleanField(label=fact.label, required=False)
        elif fact.kind is Kind.CHOICE:
            fields[f"if_{key}"] = forms.MultipleChoiceField(
                label=fact.label,
                choices=list(fact.choices.items()),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        else:
            fields[f"if_{key}"] = forms.RegexField(r"^\d{6}$", label=fact.label, required=False, max_length=6)
    return fields


def _initial_of(said: dict) -> dict:
    return {
        _field_of(fact, op): f"{op}:{value}" if FACTS[fact].kind is Kind.ORDER else value
        for (fact, op), value in said.items()
    }


class BenefitForm(forms.ModelForm):
    """A benefit: what, how much, for whom. Plain conditions have fields; anything else is written as a rule tree."""

    rule = YamlField(
        label=_("Conditions as a rule tree"),
        help_text=_("Only for what the fields above cannot say: one of several, or not. It takes their place."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Benefit
        fields = (
            "clause",
            "kind",
            "key",
            "name_zh",
            "name_en",
            "text_zh",
            "text_en",
            "amount_yuan",
            "pay_rule",
            "pay_months",
            "pay_note_zh",
            "pay_note_en",
            "ends_on",
            "mode",
            "service_item",
            "exclusive_group",
        )
        widgets = {
            "text_zh": forms.Textarea(attrs={"rows": 3}),
            "text_en": forms.Textarea(attrs={"rows": 3}),
            "ends_on": DayInput(),
        }
        help_texts = {
            "key": _("The same in every version of the policy, so that readers see what has changed."),
            "exclusive_group": _("Of benefits with the same group a person gets one, the highest."),
        }

    def __init__(self, *args, version, tree=BY_HAND, **kwargs):
        super().__init__(*args, **kwargs)
        self.version = version
        self.fields["clause"].queryset = version.clauses.exclude(kind="HEADING")
        self.fields["clause"].label_from_instance = _clause_name
        self.fields["service_item"].queryset = ServiceItem.objects.all()
        tree = self.instance.conditions if self.instance.pk else tree or {}
        said = _said(tree)
        self.fields |= condition_fields()
        if said is None:
            self.initial["rule"] = tree
        else:
            self.initial |= _initial_of(said) | {"rule": None}

    @property
    def plain_fields(self) -> list:
        """The fields of the plain conditions."""
        return [self[name] for name in self.fields if name.startswith("if_")]

    @property
    def own_fields(self) -> list:
        return [self[name] for name in self.Meta.fields]

    def clean_key(self):
        key = self.cleaned_data["key"].lower()
        if self.version.benefits.filter(key=key, withdrawn_at=None).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another benefit of this version has this key."))
        return key

    def clean(self):
        cleaned = super().clean()
        cleaned["conditions"] = cleaned.get("rule") or self._plain_tree(cleaned)
        for reason in check_tree(cleaned["conditions"]):
            self.add_error("rule", reason)
        for name in rules.with_markup({name: cleaned.get(name) for name in self.Meta.fields}):
            self.add_error(name, rules.PLAIN)
        if (cleaned.get("amount_yuan") or 0) < 0:
            self.add_error("amount_yuan", _("An amount cannot be negative."))
        if cleaned.get("amount_yuan") is None and cleaned.get("pay_rule") not in (None, "", "NONE"):
            self.add_error("amount_yuan", _("Enter the amount, or choose “no money”."))
        if cleaned.get("amount_yuan") is not None and cleaned.get("pay_rule") == "NONE":
            self.add_error("pay_rule", _("Say how the amount is paid."))
        return cleaned

    def _plain_tree(self, cleaned: dict) -> dict:
        clause = cleaned.get("clause")
        leaves = [
            {"fact": fact, "op": op, "value": value} | ({"clause": clause.anchor} if clause else {})
            for fact, op, value in self._plain(cleaned)
        ]
        return {"all": leaves} if leaves else {}

    def _plain(self, cleaned: dict):
        for key, fact in FACTS.items():
            if fact.kind is Kind.NUMBER:
                said = [(op, cleaned.get(f"if_{key}_{op}")) for op in ("at_least", "at_most")]
                yield from ((key, op, value) for op, value in said if value is not None)
            elif value := cleaned.get(f"if_{key}"):
                op = {Kind.CHOICE: "in", Kind.FLAG: "is", Kind.PLACE: "within"}.get(fact.kind)
                op, value = (op, value) if op else value.split(":")
                yield key, op, value

    def values(self) -> dict:
        """Return the fields of the benefit as the service takes them."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "conditions")}

    def _post_clean(self):
        """As above: the service writes."""


def _clause_name(clause: Clause) -> str:
    return " ".join(part for part in (clause.number, clause.heading) if part) or clause.text_zh[:24] or clause.anchor


# --- Acts -------------------------------------------------------------------------------------------------------------


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("The author reads it.")
    )


class PublishForm(forms.Form):
    """Publish at once, or at a moment of local time; what waits to be confirmed stays hidden only on purpose.

    The tick carries the number that the editor saw, so that a benefit marked up meanwhile is not passed over.
    """

    at = forms.DateTimeField(
        label=_("Publish at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Local time. Leave it empty to publish at once."),
    )
    sure = forms.BooleanField(
        label=_("I have read the text, the benefits and what differs from the version before."),
        error_messages={"required": _("Read it first: a published text cannot be changed any more.")},
    )
    hidden = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Confirm the benefits first, or tick that they stay hidden."),
            "invalid_choice": _("The number of benefits that wait has changed meanwhile. Look at them again."),
        },
    )

    def __init__(self, *args, now, waiting, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        if not waiting:
            del self.fields["hidden"]
            return
        words = ngettext("%(count)d benefit waits to be confirmed", "%(count)d benefits wait to be confirmed", waiting)
        publish = ngettext(
            "Publish; this one stays hidden until it is confirmed.",
            "Publish; these %(count)d stay hidden until they are confirmed.",
            waiting,
        )
        self.fields["hidden"].label = words % {"count": waiting}
        self.fields["hidden"].choices = [(waiting, publish % {"count": waiting})]

    def clean_at(self):
        moment = self.cleaned_data["at"]
        if moment and moment <= self.now:
            raise ValidationError(_("This moment has passed. Leave it empty to publish at once."))
        return moment


class RepealForm(forms.Form):
    repealed_on = forms.DateField(label=_("Repealed from"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("For example the document that repeals it.")
    )

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, initial={"repealed_on": timezone.localdate(now)}, **kwargs)


class EndForm(forms.Form):
    expires_on = forms.DateField(
        label=_("In force until (not included)"), required=False, widget=DayInput(), help_text=_("Empty: no end.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("For example the document that says so."))


class NewVersionForm(forms.Form):
    label = forms.CharField(label=_("Version"), max_length=20, help_text=_("As it is quoted: 1.0, 2.0, 2026 revision."))


class SureForm(forms.Form):
    sure = forms.BooleanField(label=_("Yes, delete it with its text and its benefits."))


class ImportForm(forms.Form):
    """A file with benefits, before it is looked at."""

    file = forms.FileField(label=_("File"), help_text=_("CSV or XLSX, at most 2,000 lines and 5 MB."))
