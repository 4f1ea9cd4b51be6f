"""When something was said, by the clock of a phone that may be years off."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

LONGEST_AGO = timedelta(days=366)
# No clock of a phone stands further on; what does can't be shown in every time zone.
_LAST = datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000
_HALF_A_DAY = time(12)


def by_the_phone(ms: int) -> datetime:
    """A moment as the phone's clock had it. Raises ValueError for what is no moment."""
    if not 0 <= ms <= _LAST:
        raise ValueError("no moment")
    return datetime.fromtimestamp(ms / 1000, UTC)


def corrected(said_at: int, *, offset: int | None, clock: int, now: datetime) -> datetime:
    """When it was, by the server's clock.

    ``offset`` (server less phone, in ms) is the one that was known when it was written; without one, or where it
    would lead into the future because the clock was set meanwhile, that of the moment at which it is sent.
    """
    sent = round(now.timestamp() * 1000) - clock
    found = by_the_phone(said_at + (sent if offset is None else offset))
    if found > now and offset is not None:
        return min(found, by_the_phone(said_at + sent))
    return found


def corrected_day(day: date, *, clock: int, now: datetime) -> date:
    """A day by the server's calendar: as the phone has it, unless that can't be, as its clock is far off."""
    today = timezone.localdate(now)
    if today - LONGEST_AGO <= day <= today:
        return day
    try:
        noon = timezone.make_aware(datetime.combine(day, _HALF_A_DAY))
        found = timezone.localdate(noon + (now - by_the_phone(clock)))
    except (ValueError, OverflowError):
        return day
    # Within the rounding of a day around midnight.
    return today if found == today + timedelta(days=1) else found
