"""When somebody is away, and who stands in."""

from django import forms
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grievances.people.absences import named, with_absences
from villages.models import Cadre, Post
from villages.models.absence import candidates
from villages.templatetags.looks import comma

from .step import day


class SubstituteChoice(forms.ModelChoiceField):
    """Colleagues with their units, and whether they are away themselves."""

    def label_from_instance(self, obj: Cadre) -> str:
        units = comma().join(dict.fromkeys(post.unit.label for post in obj.posts_now))
        return f"{named(obj)} · {units}"


class AbsenceForm(forms.Form):
    use_required_attribute = False
    since = day(_("First day away"))
    until = day(_("Last day away"))
    substitute = SubstituteChoice(Cadre.objects.none(), label=_("Who stands in"), empty_label=_("Choose…"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, data: object, *, cadre: Cadre) -> None:
        super().__init__(data, initial={"since": timezone.localdate()})
        posts = Post.objects.in_force().select_related("unit")
        people = with_absences(candidates(cadre)).prefetch_related(
            Prefetch("posts", posts, to_attr="posts_now")
        )
        self.fields["substitute"].queryset = people
