"""What forms say of a text that is too long and of a number that is too high or too low, in plain words."""

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

MaxLengthValidator.message = ngettext_lazy(
    "Write at most %(limit_value)d character: now there are %(show_value)d.",
    "Write at most %(limit_value)d characters: now there are %(show_value)d.",
    "limit_value",
)
MaxValueValidator.message = _("%(limit_value)s is the most: %(show_value)s is too much.")
MinValueValidator.message = _("%(limit_value)s is the least: %(show_value)s is too little.")
