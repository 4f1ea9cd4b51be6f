"""Files that are made in the background: progress, the download, and nobody's but the owner's."""

import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from grievances.exports import making
from grievances.exports import taken as limits
from grievances.models import Look, MadeFile
from grievances.views import exports
from tests.factories import fresh, make_cadre, make_opinion
from tests.grievances.test_export import table
from tests.grievances.test_export_of_every_list import as_a
from villages import jobs as work
from villages.models import Cadre, Post, Role

ADDRESS = "/opinions/export/"


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch, settings: object, tmp_path: Path) -> None:
    """From two rows on a file is made in the background."""
    monkeypatch.setattr(limits, "LATER", 1)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def opinions(visitor: Cadre) -> list:
    return [make_opinion(by=visitor, text=f"路灯{n}") for n in range(3)]


@pytest.fixture
def later(settings: object) -> None:
    """Jobs wait for a worker."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def ordered(client: Client, address: str = ADDRESS, **more: str) -> MadeFile:
    answer = client.post(address, {"format": "csv"} | more)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return MadeFile.objects.get(key=answer.url.strip("/").rpartition("/")[2])


def fetched(client: Client, made: MadeFile) -> object:
    return client.get(reverse("made-file-get", args=[made.key]))


def test_a_long_list_is_made_in_the_background_and_fetched_later(opinions: list, leader: Cadre) -> None:
    client = as_a(leader)
    made = ordered(client)
    assert (made.state, made.done, made.total, made.owner) == ("ready", 3, 3, leader)
    page = client.get(reverse("made-file", args=[made.key])).content.decode()
    assert reverse("made-file-get", args=[made.key]) in page and "3 rows" in page
    answer = fetched(client, made)
    assert {row["What was said"] for row in table(answer.getvalue())} == {one.text for one in opinions}
    assert answer["Cache-Control"] == "private, no-store" and "attachment" in answer["Content-Disposition"]
    assert str(made.key) in client.get(reverse("made-file-list")).content.decode()
    assert list(Look.objects.values_list("kind", "cadre", "rows")) == [("export", leader.pk, 3)]


def test_the_filters_and_the_reason_go_along(opinions: list, leader: Cadre, visitor: Cadre) -> None:
    made = ordered(as_a(leader), f"{ADDRESS}?state=collected&order=number")
    rows = table(fetched(as_a(leader), made).getvalue())
    assert [row["Number"] for row in rows] == sorted(one.number for one in opinions)
    assert as_a(leader).post(f"{ADDRESS}?state=closed", {"format": "csv"}).status_code == 200


def test_the_file_lies_in_private_storage_under_a_name_that_nobody_guesses(
    opinions: list, leader: Cadre
) -> None:
    made = ordered(as_a(leader))
    assert len(Path(made.file.name).stem) == 32 and str(made.key) not in made.file.name
    assert Client().get(f"/{made.file.name}").status_code in (302, 404)


def test_nobody_else_finds_it(opinions: list, leader: Cadre, coordinator: Cadre) -> None:
    made = ordered(as_a(leader))
    other = as_a(coordinator)
    for name in ("made-file", "made-file-get"):
        assert other.get(reverse(name, args=[made.key])).status_code == 404
    assert other.post(reverse("made-file", args=[made.key])).status_code == 404
    assert str(made.key) not in other.get(reverse("made-file-list")).content.decode()
    assert fetched(as_a(leader), made).status_code == 200


def test_while_it_is_made_the_page_says_how_far_it_is(opinions: list, leader: Cadre, later: None) -> None:
    client = as_a(leader)
    made = ordered(client)
    MadeFile.objects.filter(pk=made.pk).update(done=2)
    page = client.get(reverse("made-file", args=[made.key])).content.decode()
    assert "2 of 3" in page and "hx-trigger" in page
    part = client.get(reverse("made-file", args=[made.key]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "2 of 3" in part
    assert fetched(client, made).status_code == 404
    MadeFile.objects.filter(pk=made.pk).update(told_at=timezone.now() - timedelta(minutes=2))
    assert "worker" in client.get(reverse("made-file", args=[made.key])).content.decode()


def test_the_same_form_sent_twice_is_one_file(opinions: list, leader: Cadre) -> None:
    key = str(uuid.uuid4())
    assert ordered(as_a(leader), key=key) == ordered(as_a(leader), key=key)
    assert MadeFile.objects.count() == 1 and Look.objects.count() == 1


def test_another_persons_key_makes_nothing_and_tells_nothing(
    opinions: list, leader: Cadre, coordinator: Cadre
) -> None:
    made = ordered(as_a(leader))
    answer = as_a(coordinator).post(ADDRESS, {"format": "csv", "key": str(made.key)})
    assert answer.status_code == 422 and str(made.key) not in answer.content.decode()
    assert (
        as_a(leader).post(f"{ADDRESS}?order=number", {"format": "csv", "key": str(made.key)}).status_code
        == 422
    )
    assert MadeFile.objects.count() == 1


def test_rights_are_judged_while_it_is_written(opinions: list, leader: Cadre, later: None) -> None:
    made = ordered(as_a(leader))
    Post.objects.filter(cadre=leader).update(until=date(2021, 1, 1))
    exports.make_list.call(str(made.key))
    made.refresh_from_db()
    assert made.state == "failed" and not made.file and "no longer yours" in made.problem
    assert not Look.objects.exists()


def test_whoever_has_other_posts_by_now_no_longer_gets_it(opinions: list, leader: Cadre) -> None:
    made = ordered(as_a(leader))
    Post.objects.filter(cadre=leader).update(until=date(2021, 1, 1))
    client = as_a(leader)
    assert fetched(client, made).status_code == 404
    assert "may have changed" in client.get(reverse("made-file", args=[made.key])).content.decode()


def test_after_a_day_it_is_gone_from_the_page_and_then_from_the_disk(opinions: list, leader: Cadre) -> None:
    client = as_a(leader)
    made = ordered(client)
    old = timezone.now() - timedelta(days=1, minutes=1)
    MadeFile.objects.filter(pk=made.pk).update(finished_at=old, made_at=old)
    assert fetched(client, made).status_code == 404
    assert default_storage.exists(made.file.name)
    assert making.sweep() == 1
    assert not default_storage.exists(made.file.name) and not MadeFile.objects.exists()


def test_its_owner_deletes_it_before(opinions: list, leader: Cadre) -> None:
    client = as_a(leader)
    made = ordered(client)
    client.post(reverse("made-file", args=[made.key]))
    assert not default_storage.exists(made.file.name) and fetched(client, made).status_code == 404


def test_a_job_that_is_run_again_makes_no_second_file(opinions: list, leader: Cadre) -> None:
    made = ordered(as_a(leader))
    exports.make_list.call(str(made.key))
    exports.make_list.call(str(uuid.uuid4()))
    made.refresh_from_db()
    assert Look.objects.count() == 1 and made.state == "ready"


def test_what_goes_wrong_is_said_and_can_be_run_again(
    opinions: list, leader: Cadre, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ordered(as_a(leader))

    def broken(*_args: object, **_kwargs: object) -> int:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(limits.Taken, "write", broken)
        with pytest.raises(OSError, match="disk full"):
            exports.make_list.call(str(made.key))
    made.refresh_from_db()
    assert made.state == "failed" and "went wrong" in made.problem and "disk" not in made.problem
    exports.make_list.call(str(made.key))
    made.refresh_from_db()
    assert made.state == "ready" and made.problem == ""


def test_too_long_a_list_is_refused_before_anything_is_ordered(
    opinions: list, leader: Cadre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST", 2)
    answer = as_a(leader).post(ADDRESS, {"format": "csv"})
    assert answer.status_code == 422 and "narrow the list" in answer.content.decode()
    assert not MadeFile.objects.exists()


def test_nobody_fills_the_disk_with_files(opinions: list, leader: Cadre) -> None:
    now = timezone.now()
    MadeFile.objects.bulk_create(
        MadeFile(
            key=uuid.uuid4(), owner=leader, title="x", format="csv", language="en", made_at=now, told_at=now,
            total=1,
        )
        for _n in range(20)
    )  # fmt: skip
    answer = as_a(leader).post(ADDRESS, {"format": "csv"})
    assert answer.status_code == 422 and "My files" in answer.content.decode()


def test_it_speaks_the_language_of_who_ordered_it(opinions: list, leader: Cadre, later: None) -> None:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(fresh(leader))
    made = ordered(client)
    exports.make_list.call(str(made.key))
    made.refresh_from_db()
    assert "编号" in fetched(client, made).getvalue().decode()


def test_the_list_of_files_takes_as_many_queries_for_many(
    leader: Cadre, django_assert_max_num_queries: object
) -> None:
    now = timezone.now()
    for _n in range(12):
        MadeFile.objects.create(
            key=uuid.uuid4(), owner=leader, title="x", format="csv", language="en", made_at=now, told_at=now,
            total=1,
        )  # fmt: skip
    client = as_a(leader)
    with django_assert_max_num_queries(8):
        client.get(reverse("made-file-list"))
    assert make_cadre(name="somebody").roles == frozenset() and Role.LEADER in leader.roles


def test_the_worker_is_told_to_delete_it_in_a_day(opinions: list, leader: Cadre, settings: object) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    made = ordered(as_a(leader))
    exports.make_list.call(str(made.key))
    made.refresh_from_db()
    told = DBTaskResult.objects.get(task_path__endswith="sweep_files")
    assert timedelta(0) < told.run_after - (made.finished_at + timedelta(days=1)) < timedelta(minutes=5)
    # What is due tomorrow is nothing that waits for a worker today.
    assert [job.task_path.rpartition(".")[2] for job in work.waiting()] == ["make_list"]
