"""What the ground announces before it changes, so that the loop can put its cases in order first.

``post_ending`` and ``cadre_leaving`` receivers raise ``ValidationError`` while open work hangs on the
cadre; ``post_starting`` and ``unit_moving`` receivers take away what the person or unit may not hold.
"""

from django.dispatch import Signal

post_ending = Signal()  # post
post_starting = Signal()  # post, not saved yet
cadre_leaving = Signal()  # cadre
unit_moving = Signal()  # unit, path: the path it will have
