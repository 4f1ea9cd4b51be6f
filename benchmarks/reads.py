"""Operations that only read: homes, lists, searches, cases, dashboards."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Count
from django.utils import timezone

from benchmarks import people
from benchmarks.client import Ask
from benchmarks.operations import LIST, Operation, Site, bare_detail
from benchmarks.pages import figure_links, next_address
from config.running import Stop
from grievances.models import Campaign
from villages.models import Role

_LISTS, _DETAIL, _BOARDS, _SEARCH = 3.0, 4.0, 4.0, 4.0
_HOMES = ("visitor", "handler", "head", "coordinator", "caller", "leader", "auditor")
_DEEP = 500
PAGE = 50
_OPINIONS = "/opinions/"


def reads(site: Site) -> Iterator[Operation]:
    """All of them. What one person sees now is what they see the next time."""
    signed_in = {name: people.cookies(people.account(name)) for name in _HOMES}
    leader = signed_in["leader"]
    yield from _homes(site, signed_in)
    yield from _views(signed_in)
    yield from _lists(site, leader)
    yield from _around(signed_in | {"administrator": people.cookies(people.account("administrator"))})
    yield from _searches(site, leader)
    yield _details(site, leader)
    yield from _boards(site, leader)


def _get(
    name: str, path: str, goal: float, cookies: dict[str, str], *, floor: Ask = LIST, note: str = ""
) -> Operation:
    return Operation(name, lambda _browser, _n: Ask(path), lambda _n: floor, goal, cookies, note=note)


def _homes(site: Site, signed_in: dict[str, dict[str, str]]) -> Iterator[Operation]:
    """The page on which each lands after signing in, with what the desk counts beside its list."""
    for who, cookies in signed_in.items():
        name = f"home of the {who}"
        if site.wants(name):
            address, _page = site.page(cookies, "/")
            goal = _BOARDS if address.startswith("/dashboard/") else _LISTS
            yield _get(name, address, goal, cookies, note=address)


def _views(signed_in: dict[str, dict[str, str]]) -> Iterator[Operation]:
    """What a desk asks for by itself when it is open: the counts of its saved views, all in one question."""
    for who in ("handler", "head", "coordinator"):
        yield _get(f"saved views of the {who}", "/views/", _LISTS, signed_in[who])


def _lists(site: Site, cookies: dict[str, str]) -> Iterator[Operation]:
    place = urlencode({"region": site.facts.town, "state": "handling"})
    unit = urlencode({"unit": site.facts.unit, "late": "on"})
    yield _get("opinions, newest", _OPINIONS, _LISTS, cookies)
    for name, asked in (("opinions of a town being handled", place), ("late opinions of a unit", unit)):
        yield _get(name, f"{_OPINIONS}?{asked}", _LISTS, cookies, floor=Ask(f"/narrowed/?{asked}"))
    if site.wants("opinions, deep page"):
        address, pages = _deep(site, cookies)
        yield _get("opinions, deep page", address, _LISTS, cookies, note=f"page {pages} by “next”")


def _around(signed_in: dict[str, dict[str, str]]) -> Iterator[Operation]:
    """What stands around lists and cases: the next case, the other lists, what is proposed for a page of cases."""
    for name, (who, path) in _others().items():
        yield _get(name, path, _LISTS, signed_in[who])
    following = f"/walk/next/?{urlencode({'list': _OPINIONS})}"
    for who in ("leader", "handler"):
        walk = Ask(following, None, 302)
        yield Operation(
            f"next case of the {who}", lambda _b, _n, walk=walk: walk, lambda _n: LIST, _LISTS, signed_in[who]
        )
    coordinator = people.account("coordinator")
    cases = people.dispatched_by(coordinator, PAGE)
    asked = urlencode([("case", word) for word in people.boxes([one.pk for one in cases])])
    if cases:
        yield _get(
            f"proposals for {len(cases)} cases",
            f"/desk/proposals/rows/?{asked}",
            _LISTS,
            signed_in["coordinator"],
        )
        for name in ("same", "like"):
            path = f"{_OPINIONS}{cases[0].number}/{name}/"
            yield _get(f"{name} matters of a case", path, _LISTS, signed_in["coordinator"])


def _others() -> dict[str, tuple[str, str]]:
    """Lists and tables of their own: who opens each, and where."""
    visitor, handler, head = map(people.account, ("visitor", "handler", "head"))
    unit = head.posts_as(Role.HEAD)[0].unit_id
    return {
        "slipped cases": ("coordinator", "/slipped/"),
        "slipped cases of a unit": ("head", "/slipped/"),
        "promised dates that have passed": ("coordinator", "/slipped/promised/"),
        "untouched cases": ("coordinator", "/slipped/untouched/"),
        "common problems": ("coordinator", "/problems/"),
        "common problems of a unit": ("head", "/problems/"),
        "escalations": ("coordinator", "/escalations/"),
        "notices": ("handler", "/notices/"),
        "call-backs to record": ("caller", "/many/call-backs/"),
        "form of an export": ("leader", "/opinions/export/"),
        "opinions of the own unit": ("head", _OPINIONS),
        "cases put aside": ("handler", "/desk/waiting/"),
        "supervisions that are over": ("coordinator", "/supervisions/?status=answered"),
        "visits that need a decision": ("coordinator", "/undecided/"),
        "steps on many cases": ("coordinator", "/many/"),
        "workload of all units": ("coordinator", "/workload/"),
        "workload of a unit": ("head", f"/units/{unit}/workload/"),
        "cases of colleagues": ("head", f"/units/{unit}/colleagues/"),
        "page of a campaign": ("leader", f"/campaigns/{_campaign()}/"),
        "hand-over": ("head", f"/people/{handler.pk}/handover/"),
        "absences": ("head", "/absences/"),
        "phones of somebody": ("administrator", f"/people/{visitor.pk}/phones/"),
        "withdrawn opinions": ("auditor", "/audit/withdrawn/"),
    }


def _campaign() -> int:
    """The campaign with most visits: of the newest, hardly anybody may have been anywhere yet."""
    counted = Campaign.objects.annotate(n=Count("visits")).order_by("-n", "pk")
    return counted.values_list("pk", flat=True)[0]


def _deep(site: Site, cookies: dict[str, str]) -> tuple[str, int]:
    """The page that "next" leads to after 500 times, or the last one before."""
    address, page = site.page(cookies, _OPINIONS)
    for number in range(1, _DEEP + 1):
        further = next_address(page, address)
        if further is None:
            return address, number
        address, page = site.page(cookies, further)
    return address, _DEEP + 1


def _searches(site: Site, cookies: dict[str, str]) -> Iterator[Operation]:
    words = site.facts.words
    asked = {
        "a common word": words.common,
        "a rare word": words.rare,
        "an absent word": words.absent,
        "two words": f"{words.common} {words.second}",
    }
    for name, text in asked.items():
        yield _get(f"search for {name}", f"/search/?{urlencode({'q': text})}", _SEARCH, cookies, note=text)


def _details(site: Site, cookies: dict[str, str]) -> Operation:
    cases = site.facts.cases
    return Operation(
        "case with its history",
        lambda _browser, n: Ask(f"{_OPINIONS}{cases[n % len(cases)]}/"),
        lambda n: bare_detail(cases[n % len(cases)]),
        _DETAIL,
        cookies,
    )


def _boards(site: Site, cookies: dict[str, str]) -> Iterator[Operation]:
    facts, today = site.facts, timezone.localdate()
    for name, code in (("district", facts.district), ("town", facts.town), ("village", facts.village)):
        for days in (0, 30, 200):
            when = f"{days} days ago" if days else "today"
            past = f"?as_of={today - timedelta(days=days)}" if days else ""
            yield _get(f"dashboard of a {name}, {when}", f"/dashboard/{code}/{past}", _BOARDS, cookies)
    if site.wants("list behind a past figure"):
        yield _get("list behind a past figure", _past_list(site, cookies), _LISTS, cookies)


def _past_list(site: Site, cookies: dict[str, str]) -> str:
    """The list of the resolved, that the district's dashboard of 30 days ago opens."""
    day = timezone.localdate() - timedelta(days=30)
    _address, page = site.page(cookies, f"/dashboard/{site.facts.district}/?as_of={day}")
    for href, _number in figure_links(page):
        if "figure=resolved" in href and f"as_of={day}" in href:
            return href
    raise Stop("the dashboard of a past day links no resolved opinions.")
