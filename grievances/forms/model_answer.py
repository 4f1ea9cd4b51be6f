"""A model answer, as a unit or coordinator writes it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grievances.answering.filling import refuse_unknown
from grievances.models import LONGEST_TEXT, Category, ModelAnswer
from grievances.workflow import Ground, Outcome
from villages.models import Cadre, Region, Role, Unit

from .fields import LabelChoice, LongText


class _AnyCategory(LabelChoice):
    """A category of either level: a matter, or all matters of a group."""

    def label_from_instance(self, obj: Category) -> str:
        return f"– {obj.label}" if obj.parent_id else obj.label


class ModelAnswerForm(forms.ModelForm):
    """Checked when it is saved: a place that no case could fill is named and refused."""

    use_required_attribute = False
    keeper = forms.ChoiceField(label=_("Kept for"))
    category = _AnyCategory(
        Category.objects.none(), label=_("What it is about"), required=False, empty_label=_("everything")
    )
    text = LongText(
        label=_("Text"), max_length=LONGEST_TEXT, min_length=5, widget=forms.Textarea(attrs={"rows": 8})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = ModelAnswer
        fields = ("title", "category", "outcome", "ground", "text", "retired")

    field_order = ("keeper", "title", "outcome", "ground", "category", "text", "retired")

    def __init__(self, *args: object, by: Cadre, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        offered = Category.objects.filter(retired=False).select_related("parent")
        # The group first, then its matters.
        tree = sorted(offered, key=lambda one: ((one.parent or one).position, (one.parent or one).pk,
                                                one.parent_id is not None, one.position, one.pk))  # fmt: skip
        field = self.fields["category"]
        field.queryset = Category.objects.filter(pk__in=[one.pk for one in tree])
        field.choices = [("", field.empty_label), *((one.pk, field.label_from_instance(one)) for one in tree)]
        self.fields["outcome"].choices = Outcome.choices
        self.fields["ground"].choices = [("", _("every ground")), *Ground.choices]
        self._by = by
        if self.instance.pk:
            del self.fields["keeper"]
            self.initial["version"] = self.instance.version
        else:
            del self.fields["retired"]
            self.keepers = _keepers(by)
            self.fields["keeper"].choices = [(key, row.label) for key, row in self.keepers.items()]

    def clean_text(self) -> str:
        text = self.cleaned_data["text"].strip()
        refuse_unknown(text)
        return text

    def _post_clean(self) -> None:
        """Who keeps it, before the whole is checked."""
        kept = self.keepers.get(self.cleaned_data.get("keeper")) if "keeper" in self.fields else None
        if kept is not None:
            setattr(self.instance, "unit" if isinstance(kept, Unit) else "region", kept)
        super()._post_clean()


def _keepers(by: Cadre) -> dict[str, Unit | Region]:
    """The units that somebody works in, and the regions that they coordinate, by the key in the form."""
    units = {f"unit-{post.unit_id}": post.unit for post in by.posts_as(Role.HEAD, Role.HANDLER)}
    return units | {f"region-{post.region_id}": post.region for post in by.posts_as(Role.COORDINATOR)}
