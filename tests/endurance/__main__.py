"""``make endurance``: a day in the yard, with everything that can go wrong between a phone and a server.

Ten visits with 25 opinions and 12 photographs, without a network from the second minute. Meanwhile the browser is killed
twice, answers get lost after the server has stored what they answer, the server's disk is full, and the server is
killed in the middle of a photograph. At each moment the strip must be right: what it calls arrived is on the server,
and everything else is on the phone. At the end an entry is lost on purpose, and the check must notice.

The result is written to tests/endurance/RESULT.md. Needs root, for the small disk.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

from tests import plugin  # starts PostgreSQL and sets what the settings read

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from django.db import connection  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from benchmarks.machine import circumstances  # noqa: E402
from grievances.models import Visit  # noqa: E402
from tests import database  # noqa: E402
from tests.endurance import odd, truth  # noqa: E402
from tests.endurance import server as servers  # noqa: E402
from tests.endurance.phone import Phone, Strip  # noqa: E402
from tests.endurance.wire import Wire, wired  # noqa: E402

RESULT = Path(__file__).with_name("RESULT.md")
OPINIONS = [2, 3, 2, 3, 2, 3, 3, 2, 3, 2]  # of each visit: 25
ANONYMOUS = {(1, 2), (4, 1), (7, 0)}  # which opinion of which visit
PICTURES = {1: 2, 2: 1, 3: 2, 5: 3, 6: 2, 8: 2}  # of the first opinion of which visit: 12


class Day:
    """The day as it goes, and what was found."""

    def __init__(self, phone: Phone, wire: Wire, server: servers.Server, visits_before: int) -> None:
        self.phone, self.wire, self.server = phone, wire, server
        self.visits_before = visits_before
        self.written = truth.Written()
        self.moments: list[str] = []
        self.wrong: list[str] = []
        self.began = time.monotonic()

    def log_visit(self, n: int, *, before_saving: Callable[[], None] | None = None) -> None:
        """Write and save the n-th visit."""
        self.phone.begin_visit(0)
        self.write_opinions(n)
        if before_saving:
            before_saving()
        self.save(n)

    def write_opinions(self, n: int) -> None:
        for m in range(OPINIONS[n]):
            anonymous = (n, m) in ANONYMOUS
            self.phone.write(m, self.text(n, m), anonymous=anonymous)
        if n in PICTURES:
            first = sum(PICTURES.get(before, 0) for before in range(n))
            self.phone.attach(0, [picture(number) for number in range(first, first + PICTURES[n])])

    def text(self, n: int, m: int) -> str:
        return f"第{n + 1}户第{m + 1}件：村东路灯坏了，晚上出门看不见路。{'（匿名）' if (n, m) in ANONYMOUS else ''}"

    def save(self, n: int) -> None:
        visit = self.phone.save()
        self.written.visits.append(visit)
        self.written.texts += [self.text(n, m) for m in range(OPINIONS[n])]
        self.written.anonymous += sum(visited == n for visited, _m in ANONYMOUS)
        first = sum(PICTURES.get(before, 0) for before in range(n))
        for number, key in enumerate(self.phone.photographs(visit), start=first):
            self.written.pictures[key] = number

    def moment(self, name: str, wanted: Strip | None = None, *, seconds: float = 30) -> None:
        """Note what the strip says, and whether that is right: what it calls arrived must be stored, and what is not
        stored must be on the phone."""
        entries = self.written.entries
        told = self.phone.until(
            lambda strip: strip == wanted if wanted else strip.whole == entries, seconds=seconds
        )
        stored = truth.stored_entries(self.written)
        problems = []
        if wanted and told != wanted:
            problems.append(f"should be {wanted}")
        if told.arrived > stored:
            problems.append(f"calls {told.arrived} arrived, of which {stored} are stored")
        kept = {row["id"] for row in self.phone.rows()}
        if told.whole != len(kept) or len(kept) < entries - stored:
            problems.append(f"{entries} written, {stored} stored, {len(kept)} on the phone")
        line = f"{name}: on this phone {told.here}, sending {told.sending}, arrived {told.arrived}, needs you {told.needs}"
        self.moments.append(
            f"{line} — stored {stored} of {entries}{' — WRONG: ' + '; '.join(problems) if problems else ''}"
        )
        print(self.moments[-1], flush=True)
        self.wrong += problems

    def must(self, good: bool, what: str) -> None:
        """What has to have happened for the run to mean anything."""
        if not good:
            self.wrong.append(what)
            print(f"WRONG: {what}", flush=True)


def picture(number: int) -> Path:
    file = plugin.FOLDER / f"picture-{number}.jpg"
    return file if file.exists() else truth.draw(number, file)


def morning(day: Day) -> None:
    """In the office, with a network: sign in, take along, one visit."""
    phone = day.phone
    phone.open()
    phone.sign_in()
    phone.turn_on()
    day.log_visit(0)
    day.moment("with a network", Strip(0, 0, 1, 0))


def in_the_yard(day: Day) -> None:
    """Without a network: eight visits, and twice the battery is empty."""
    phone, wire = day.phone, day.wire
    wire.down = True
    phone.offline(True)
    for n in (1, 2):
        day.log_visit(n)
    day.moment("without a network, three visits", Strip(3, 0, 1, 0))
    # Killed a second after the last key stroke, before anything was saved by hand.
    phone.begin_visit(0)
    day.write_opinions(3)
    time.sleep(1)
    phone.kill()
    phone.open()
    phone.unlock()
    phone.page.locator("[data-writing] a.row-link").first.click()
    texts = [phone.page.locator(f"[name=o{m}-text]").input_value() for m in range(OPINIONS[3])]
    day.must(texts == [day.text(3, m) for m in range(OPINIONS[3])], f"after the kill the draft says {texts}")
    day.save(3)
    day.moment("killed while writing, opened again, saved", Strip(4, 0, 1, 0))
    for n in (4, 5):
        day.log_visit(n)
    phone.kill()  # the moment it was saved
    phone.open()
    phone.unlock()
    day.moment("killed right after saving", Strip(7, 0, 1, 0))
    for n in (6, 7, 8):
        day.log_visit(n)
    day.moment("without a network, nine visits", Strip(11, 0, 1, 0))


def network_back(day: Day) -> None:
    """Three answers get lost after the commit, while the disk has no room for photographs."""
    phone, wire = day.phone, day.wire
    filler = day.server.fill_disk()
    wire.answers_to_lose = 3
    wire.down = False
    phone.offline(False)
    if phone.strip().arrived < 1:
        phone.page.reload()
    sign_in_if_asked(day)
    for _try in range(8):
        phone.send()
        if phone.strip().here == 0:
            break
    day.must(wire.count("POST", delivered=False) >= 3, "no answer was lost")
    day.must(wire.count("PUT", delivered=True, status=507) >= 1, "the full disk was not met")
    day.moment("three answers lost, disk full: texts arrived, photographs wait", Strip(0, 6, 6, 0))
    filler.unlink()


def server_killed(day: Day) -> None:
    """kill -9 in the middle of a photograph; some answers more get lost."""
    phone, wire, server = day.phone, day.wire, day.server
    wire.in_the_middle = server.kill
    phone.send()
    day.must(server.kills == 1, "the server was not killed")
    day.moment("server killed in the middle of a photograph")
    server.start()
    wire.answers_to_lose = 2
    for _try in range(8):
        phone.send()
        if phone.strip().sending == 0:
            break
    day.moment("server started again, two more answers lost", Strip(0, 0, 12, 0))
    day.log_visit(9)
    day.moment("the last visit, with a network", Strip(0, 0, 13, 0))


def sign_in_if_asked(day: Day) -> None:
    """The session's cookie may not have been on the disk when the battery was empty: then the password is asked for."""
    phone = day.phone
    answer = phone.page.evaluate("phone.contact.meet({by: 'person'})")
    if answer["state"] == "signed_out":
        day.moments.append("the session had ended: signed in again, nothing was lost in between")
        phone.sign_in()
    phone.unlock()


def lost_on_purpose(day: Day) -> list[str]:
    """One visit more, which the phone forgets before it is sent; what the check says of it."""
    phone, wire = day.phone, day.wire
    wire.down = True
    phone.offline(True)
    phone.begin_visit(0)
    phone.write(0, "故意丢失的一件：用来证明检查有效。")
    visit = phone.save()
    phone.drop(visit)
    wire.down = False
    phone.offline(False)
    phone.send()
    lost = truth.Written(
        [*day.written.visits, visit], day.written.texts, day.written.anonymous, day.written.pictures
    )
    return truth.missing_or_doubled(lost, visits_before=day.visits_before, media=day.server.media)


def write_result(day: Day, noticed: list[str], situations: dict[str, str], seconds: float) -> None:
    about = circumstances()
    machine = about["machine"]
    wire = day.wire
    lines = [
        "# Endurance run", "",
        f"{about['date']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['cpu']}; "
        f"commit {about['commit']}. {seconds:.0f} s. Made by `make endurance`.", "",
        f"{len(day.written.visits)} visits, {len(day.written.texts)} opinions ({day.written.anonymous} anonymous, which travel "
        f"apart: {day.written.entries} entries), {len(day.written.pictures)} photographs. Killed: the browser "
        f"{day.phone.kills}×, the server {day.server.kills}×; {wire.count('POST', delivered=False)} answers to texts and "
        f"{wire.count('PUT', delivered=False)} to parts of photographs did not come back; "
        f"{wire.count('PUT', delivered=True, status=507)} times the disk was full.", "",
        *(f"- {one}" for one in day.moments), "",
        "**Result:** " + ("; ".join(day.wrong) if day.wrong else
            "every visit and opinion exactly once, every photograph whole, the strip right at each moment."), "",
        f"**Positive control:** one entry dropped on purpose; the check says: {'; '.join(noticed) or 'NOTHING'}.", "",
        "## Odd situations", "",
        *(f"- **{name}**: {what}" for name, what in situations.items()), "",
        "The network was cut by refusing every connection on the line and telling the browser so; the full disk is that of "
        "photographs (a tmpfs of 6 MB), not the database's; the server was killed, PostgreSQL was not.",
    ]  # fmt: skip
    RESULT.write_text("\n".join(lines) + "\n")


def main() -> int:
    began = time.monotonic()
    if os.geteuid() != 0:
        print("make endurance: needs root, to make a small disk that fills up.", file=sys.stderr)
        return 1
    database.once(database.TEMPLATE, database.make_template)
    with servers.served() as server, wired(server.port) as (wire, port), sync_playwright() as playwright:
        database.use(servers.DATABASE)
        phone = Phone(playwright, plugin.FOLDER / "phone", f"http://127.0.0.1:{port}")
        day = Day(phone, wire, server, Visit.objects.count())
        noticed: list[str] = []
        situations: dict[str, str] = {}
        try:
            if "--odd" not in sys.argv:
                for part in (morning, in_the_yard, network_back, server_killed):
                    part(day)
                day.wrong += truth.missing_or_doubled(
                    day.written, visits_before=day.visits_before, media=server.media
                )
                noticed = lost_on_purpose(day)
        except BaseException:
            if phone.page and not phone.page.is_closed():
                phone.page.screenshot(path=plugin._VAR / "endurance.png", full_page=True)
            raise
        finally:
            phone.close()
        situations = odd.tried(playwright, wire, phone.address, plugin.FOLDER, shutil.which("chromium"))
        if "--odd" not in sys.argv:
            write_result(day, noticed, situations, time.monotonic() - began)
        connection.close()
    good = (
        not day.wrong and bool(noticed) and not any(what.startswith("WRONG") for what in situations.values())
    )
    print(f"{'All kept' if good else 'FAILED'} in {time.monotonic() - began:.0f} s: {RESULT}")
    return 0 if good else 1


if __name__ == "__main__":
    try:
        status = main()
    finally:
        plugin.pytest_unconfigure(None)
    sys.exit(status)
