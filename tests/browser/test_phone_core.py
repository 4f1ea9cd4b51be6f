"""The phone's core in a real Chromium: what lies sealed, what is sent, what opens without a network.

The unit under test are scripts that other pages use: they are called as those call them.
"""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import People
from tests.browser.jobs import until
from tests.browser.site import PHONE

PIN, WRONG = "482915", "111222"


# To the console an answer that never came is an error, and so is that a session has ended, or too much was sent.
_MEANT = r"net::ERR_(FAILED|INTERNET_DISCONNECTED)|Service Worker registration blocked|status of (401|429)"


def _turned_on(people: People, site: str, **options: object) -> Page:
    page = people.open(site, "visitor", language="en", size=PHONE, meant=_MEANT, **options)
    page.goto("/phone/")
    assert page.evaluate("pin => phone.contact.turnOn(pin, 'Android Chrome')", PIN) == {"state": "on"}
    return page


@pytest.fixture
def yard(people: People, busy_site: str) -> Page:
    """The phone's page, with offline use turned on by the visitor."""
    return _turned_on(people, busy_site)


@pytest.fixture
def lossy_yard(people: People, busy_site: str) -> Page:
    """The same without a service worker, past which Playwright can lose no answers."""
    return _turned_on(people, busy_site, service_workers="block")


WRITE = """async ({text, state}) => {
  const row = await phone.seal.newDraft();
  const me = (await phone.store.get("cadre")).pk;
  const content = {cadre: me, text, household: null};
  await phone.store.putDraft({...await phone.seal.sealDraft(row, content), state});
  return row.id;
}"""


def test_five_wrong_pins_erase_what_was_taken_along_and_leave_the_drafts(yard: Page) -> None:
    yard.evaluate(WRITE, {"text": "路灯不亮", "state": "writing"})
    yard.evaluate(
        """async () => {
          const row = await phone.seal.sealAlong("common", {words: "丰乐村"});
          await phone.store.putAlong([row], [], {grids: [], taken_at: 0, expires_at: 0, bytes: 0, telephones: false});
        }"""
    )
    yard.reload()
    assert yard.evaluate("phone.seal.openAlong('common').catch((error) => error.why)") == "locked"
    assert yard.evaluate("pin => phone.seal.unlock(pin)", WRONG) == {"left": 4}
    assert yard.evaluate("pin => phone.seal.unlock(pin)", PIN) is True
    assert yard.evaluate("phone.seal.openAlong('common')") == {"words": "丰乐村"}
    assert (
        yard.evaluate("async () => phone.seal.openDraft((await phone.store.drafts())[0])")["text"]
        == "路灯不亮"
    )
    assert (
        yard.evaluate("phone.store.allAlong().then((rows) => JSON.stringify(rows).includes('丰'))") is False
    )
    for left in (4, 3):
        assert yard.evaluate("pin => phone.seal.unlock(pin)", WRONG) == {"left": left}
    yard.reload()  # a page that is opened anew gives no new tries
    for left in (2, 1):
        assert yard.evaluate("pin => phone.seal.unlock(pin)", WRONG) == {"left": left}
    assert yard.evaluate("pin => phone.seal.unlock(pin)", WRONG) == {"erased": True}
    assert yard.evaluate("pin => phone.seal.unlock(pin)", PIN) == {"erased": True}
    assert yard.evaluate("phone.store.allAlong()") == []
    assert yard.evaluate("phone.store.counts()")["writing"] == 1


OLD = """async () => {
  const whole = await phone.seal.sealDraft(await phone.seal.newDraft(), {});
  const later = {schema: 99, opinions: [{text: "路灯不亮"}]};
  const newer = await phone.seal.sealDraft({...whole, id: "newer"}, later);
  const content = {schema: 0, when: "2026-11-20T09:00:00Z", household: 7, opinions: []};
  const {iv, sealed} = await phone.seal.sealDraft(whole, content);
  const rows = [
    {id: whole.id, state: "saved", cadre: whole.cadre, changed_at: 5, iv, sealed,
     key: {id: whole.key_id, sealed: whole.sealed_key, pin: whole.pin_key}},
    {id: "torn", state: "saved", changed_at: 5},
    {...newer, schema: 99},
  ];
  const db = await idb.openDB("village-voices", 1);
  for (const row of rows) await db.put("drafts", row);
  db.close();
}"""


def test_drafts_of_the_former_format_are_read_and_what_cannot_be_is_kept(yard: Page) -> None:
    yard.evaluate(OLD)
    rows = {row["id"]: row for row in yard.evaluate("phone.store.drafts()")}
    assert rows["torn"]["state"] == rows["newer"]["state"] == "stranded" and len(rows) == 3
    (old,) = (row for row in rows.values() if row["state"] == "ready")
    assert (old["schema"], old["kind"], old["tries"]) == (1, "visit", 0)
    content = yard.evaluate("async (id) => phone.seal.openDraft(await phone.store.draft(id))", old["id"])
    assert (content["schema"], content["kind"], content["said_at"]) == (1, "household", 1795165200000)
    counts = yard.evaluate("phone.store.counts()")
    assert (counts["unsent"], counts["needs"], counts["left"]) == (1, 2, 3)
    refused = "phone.store.putDraft({id: 'torn', state: 'stranded'}).catch((error) => error.message)"
    assert "stays" in yard.evaluate(refused)
    as_text = "id => phone.store.draft(id).then(phone.seal.asText).catch((error) => error.why)"
    assert yard.evaluate(as_text, "newer").startswith('路灯不亮\n\n{\n "schema": 99')
    assert '"id": "torn"' in yard.evaluate(as_text, "torn")
    yard.goto("/phone/#drafts")
    yard.evaluate("phone.seal.lock()")
    assert yard.evaluate(as_text, "newer") == "locked"
    cards = yard.locator("[data-group=needs] .draft")
    expect(cards).to_have_count(2)
    yard.get_by_role("button", name="Show as text").first.click()
    expect(yard.locator("#pin")).to_be_focused()


VISIT = """async () => {
  const {grids} = await phone.contact.meet();
  await phone.along.take([grids[0].code]);
  const [common, [household]] = [await phone.along.common(), await phone.along.households()];
  const category = common.categories.find((one) => !one.questions.some((question) => question.required)).pk;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [900, 700];
  const picture = canvas.getContext("2d"), dots = picture.createImageData(900, 700);
  for (let i = 0; i < dots.data.length; i += 60000) crypto.getRandomValues(dots.data.subarray(i, i + 60000));
  picture.putImageData(dots, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
  const bytes = new Uint8Array(await blob.arrayBuffer()), photo = phone.seal.uuid();
  const row = await phone.seal.newDraft();
  const opinion = {
    id: phone.seal.uuid(), text: "路灯不亮", category, particulars: {}, informant: "named", name: "", telephone: "",
    kind: "request", urgency: "normal", place: "", accused: "", people: 1, on_the_spot: false, account: "",
    photos: [{id: photo, size: bytes.length, digest: await phone.seal.digest(bytes)}],
  };
  const content = {
    cadre: row.cadre, household: household.pk, place: household.grid.code, kind: "household", said_at: Date.now() - 60000,
    offset: 0, cadres: [], nobody_home: false, remarks: "", anonymous: 0, looks: [], opinions: [opinion],
  };
  const envelope = await phone.seal.sealPhoto(row, photo, bytes);
  await phone.store.putPhoto({id: photo, draft: row.id, envelope, size: envelope.length, have: 0, state: "waiting"});
  await phone.seal.finish(row, content, []);
  return [row.id, envelope.length];
}"""
SEND = "phone.sending.send({by: 'person', at_once: true})"
# The phone's name proves whose visit it is: it lies sealed in it, never beside it.
NAME = """async (id) => {
  const row = await phone.store.draft(id), name = await phone.store.get("phone");
  return [(await phone.seal.openDraft(row)).phone === name, JSON.stringify(phone.seal.packet(row)).includes(name)];
}"""
AGAIN = """async (id) => {
  const {household} = await phone.seal.openDraft(await phone.store.draft(id));
  await phone.along.refresh();
  return (await phone.along.household(household)).said.map((one) => one.number);
}"""
STATE = "id => phone.store.draft(id).then((row) => row.state)"


def test_after_lost_answers_and_from_two_tabs_a_visit_and_its_photo_are_stored_once(
    lossy_yard: Page,
) -> None:
    yard, answers = lossy_yard, []

    def lose(route: Route) -> None:
        if route.request.method == "GET":
            route.continue_()
            return
        answers.append((route.request.method, route.fetch().status))
        route.abort()

    draft, length = yard.evaluate(VISIT)
    assert length > 2 * 128 * 1024
    assert yard.evaluate(NAME, draft) == [True, False]
    yard.route("**/phone/arrivals/**", lose)
    assert yard.evaluate(SEND) == {"state": "done", "left": 1}
    assert yard.evaluate(STATE, draft) == "ready" and answers == [("POST", 201)]
    yard.unroute("**/phone/arrivals/**")
    yard.route("**/photos/**", lose)
    assert yard.evaluate(SEND) == {"state": "done", "left": 1}
    assert yard.evaluate(STATE, draft) == "sending" and answers[1:] == [("PUT", 200)]
    yard.unroute("**/photos/**")
    sent = []
    yard.context.on(
        "request", lambda asked: "/arrivals/" in asked.url and sent.append((asked.method, asked.url))
    )
    other = yard.context.new_page()
    other.goto("/phone/")
    both = "() => Promise.all([1, 2].map(() => phone.sending.send({by: 'page', at_once: true})))"
    yard.evaluate(both)
    other.evaluate(both)
    assert yard.evaluate(STATE, draft) == "arrived"
    # From where the server had it, each part once, and the text not again.
    puts = [url.split("offset=")[1].split("&")[0] for method, url in sent if method == "PUT"]
    assert puts == [str(at) for at in range(131072, length, 131072)]
    assert not [url for method, url in sent if method == "POST"]
    row = yard.evaluate("id => phone.store.draft(id)", draft)
    assert len(row["answer"]["opinions"]) == 1 and not row["answer"]["photos_refused"]
    # Taken along again: its grid is another one now, and of that the one household travels.
    came = []
    yard.on("response", lambda answer: "/along/" in answer.url and came.append(answer))
    said = yard.evaluate(AGAIN, draft)
    assert row["answer"]["opinions"][0]["number"] in said
    bodies = [answer.json() for answer in came]
    assert [len(body["differ"]) for body in bodies] == [1, 0] and not any(
        "categories" in one for one in bodies
    )
    assert [len(one["households"]) for one in bodies[1]["grids"].values()] == [1]
    yard.goto(f"/opinions/{row['answer']['opinions'][0]['number']}/")
    expect(yard.locator("a[href*='/attachments/']")).to_have_count(1)


def test_what_is_too_much_for_the_server_waits_here_with_the_reason(lossy_yard: Page) -> None:
    yard, reason = lossy_yard, {"zh-hans": "今天太多", "en": "Too much today."}

    def refuse(route: Route) -> None:
        if route.request.method == "GET":
            route.continue_()
        else:
            route.fulfill(status=429, json={"state": "enough", "reason": reason})

    draft, _length = yard.evaluate(VISIT)
    yard.route("**/phone/arrivals/", refuse)
    assert yard.evaluate(SEND) == {"state": "enough", "left": 1}
    assert yard.evaluate(STATE, draft) == "ready"
    yard.unroute("**/phone/arrivals/")
    yard.route("**/photos/**", refuse)
    assert yard.evaluate(SEND) == {"state": "enough", "left": 1}
    assert yard.evaluate(STATE, draft) == "sending"
    yard.goto("/phone/#drafts")
    expect(yard.locator("[data-group=unsent] [data-state]")).to_contain_text("Too much today.")
    yard.unroute("**/photos/**")
    assert yard.evaluate(SEND) == {"state": "done", "left": 0}
    assert yard.evaluate(STATE, draft) == "arrived"


def test_signing_out_erases_what_was_taken_along_and_says_what_is_left(
    people: People, yard: Page, busy_site: str
) -> None:
    yard.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yard.evaluate(WRITE, {"text": "路灯不亮", "state": "writing"})
    yard.evaluate(
        "phone.seal.sealAlong('common', {}).then((row) => phone.store.putAlong([row], [], {grids: []}))"
    )
    yard.goto("/password/")
    yard.locator("form[action='/sign-out/'] button").click()
    del people.sessions[busy_site, "visitor"]
    expect(yard.locator("#strip")).to_contain_text("On this phone 1")
    assert yard.evaluate("phone.store.allAlong().then((rows) => rows.length)") == 0


ERASED = "async () => self.phone && phone.store && (await phone.store.allAlong()).length === 0"


@pytest.mark.parametrize("opened", ["/phone/", "/sign-in/"])
def test_a_phone_that_was_ended_elsewhere_erases_what_it_took_along_at_its_next_opening(
    people: People, yard: Page, busy_site: str, opened: str
) -> None:
    yard.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yard.evaluate(WRITE, {"text": "路灯不亮", "state": "writing"})
    yard.evaluate(
        "phone.seal.sealAlong('common', {}).then((row) => phone.store.putAlong([row], [], {grids: []}))"
    )
    name = yard.evaluate("phone.store.get('phone')")
    yard.goto(f"/phones/{name}/end/")
    yard.get_by_role("button", name="End offline use").click()
    del people.sessions[busy_site, "visitor"]
    yard.goto(opened)
    until(yard, ERASED)
    assert yard.evaluate("phone.store.counts()")["writing"] == 1


def test_without_a_network_the_worker_opens_the_phones_own_pages(yard: Page) -> None:
    yard.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yard.context.set_offline(True)
    yard.goto("/visits/")
    assert yard.url.endswith("/phone/#home")
    yard.goto("/households/7/visit/")
    assert yard.url.endswith("/phone/#household/7")
    yard.evaluate("phone.store.set('language', 'en')")
    yard.goto("/notices/")
    expect(yard.locator("h1")).to_have_text("This page needs the network")
    yard.goto("/phone/#help")
    yard.locator("[data-language]").click()
    expect(yard.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert yard.url.endswith("/phone/shell/zh-hans/#help")
    yard.context.set_offline(False)


def test_an_ordinary_form_that_gets_no_answer_stays_with_what_was_typed(yard: Page) -> None:
    yard.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yard.goto("/password/")
    yard.locator("[name=old_password]").fill("not sent yet")
    yard.context.set_offline(True)
    yard.locator("main form button").click()
    expect(yard.locator("[data-unanswered]")).to_be_focused()
    expect(yard.locator("[name=old_password]")).to_have_value("not sent yet")
    expect(yard.locator("main form button")).to_be_enabled()
    yard.context.set_offline(False)


# A visit with a confidential opinion, whose identifier another content has taken on the server meanwhile.
IN_CONFLICT = VISIT.replace('informant: "named"', 'informant: "confidential"').replace(
    "return [row.id, envelope.length];",
    """
  const open = async (id) => phone.seal.openDraft(await phone.store.draft(id)).then(() => "open", (error) => error.why);
  const before = await open(row.id);
  await phone.store.alterDraft(row.id, (kept) => ({...kept, state: "conflict"}));
  return before;""",
)
NEW = """async () => {
  const [row] = await phone.store.drafts();
  const opened = await phone.seal.openDraft(row).then(() => "open", (error) => error.why);
  return [row.kind, Boolean(row.pin_key), opened];
}"""


def test_mine_sent_as_new_stays_closed_to_the_pin(yard: Page) -> None:
    assert yard.evaluate(IN_CONFLICT) == "other_pin"
    (old,) = yard.evaluate("phone.store.drafts()")
    yard.goto("/phone/#drafts")
    # Its author may open it again, through the server; the copy that is sent is closed as the first one was.
    yard.get_by_role("button", name="Open again without the PIN").click()
    yard.get_by_role("button", name="Send mine as a new visit").click()
    until(yard, "async (id) => !(await phone.store.draft(id))", old["id"])
    assert yard.evaluate(NEW) == ["visit", False, "other_pin"]


def test_what_the_server_refused_leads_to_the_field_when_it_is_opened_again(yard: Page) -> None:
    draft, _length = yard.evaluate(VISIT.replace("people: 1", "people: 0"))
    assert yard.evaluate(SEND) == {"state": "done", "left": 0}
    yard.goto("/phone/#drafts")
    card = yard.locator("[data-group=needs] .draft")
    expect(card.locator("[data-state]")).to_have_text("The server could not take it so")
    expect(card.locator("[data-numbers] li").first).to_have_text(
        re.compile("^Opinion 1 · Number of people: 1 is the least")
    )
    card.locator("button").first.click()
    yard.locator("main .errors a").click()
    expect(yard.locator("[name=o0-people]")).to_be_focused()
    assert yard.evaluate(STATE, draft) == "writing"
