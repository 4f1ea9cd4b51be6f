"""The administrator's page of background jobs."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from villages import jobs
from villages.models import Cadre

PATH = "grievances.bulk.doing.run_order"


@pytest.fixture
def keeps(client: Client, administrator: Cadre) -> Client:
    client.force_login(administrator)
    client.cookies["django_language"] = "en"
    return client


def make_job(*, status: str = "READY", path: str = PATH, **fields: object) -> DBTaskResult:
    now = timezone.now()
    return DBTaskResult.objects.create(
        **{
            "status": status, "task_path": path, "args_kwargs": {"args": [1], "kwargs": {}},
            "backend_name": "default", "run_after": get_date_max(), "exception_class_path": "", "traceback": "",
            "started_at": None if status == "READY" else now, "finished_at": now if status == "FAILED" else None,
        }
        | fields
    )  # fmt: skip


def failed(message: str, kind: str = "builtins.ValueError") -> DBTaskResult:
    said = f"Traceback (most recent call last):\n  …\n{kind.removeprefix('builtins.')}: {message}\n"
    return make_job(status="FAILED", exception_class_path=kind, traceback=said)


def shown(client: Client) -> str:
    return client.get(reverse("jobs")).content.decode()


def test_an_empty_page_says_so(keeps: Client) -> None:
    assert "Nothing runs, nothing waits, nothing failed." in shown(keeps)


def test_what_runs_waits_and_failed_stands_on_the_page_in_words(keeps: Client) -> None:
    for status in ("READY", "RUNNING", "FAILED"):
        make_job(status=status)
    make_job(status="SUCCESSFUL")
    page = keeps.get(reverse("jobs"))
    assert [len(page.context[name]) for name in ("waiting", "running", "failed")] == [1, 1, 1]
    assert page.content.decode().count("Many cases at once") == 3


def test_a_failed_job_says_what_kind_of_error_it_was_and_its_message(keeps: Client) -> None:
    failed("no such unit")
    assert "ValueError: no such unit" in shown(keeps)


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ('duplicate key value violates unique constraint "event_once_a_request"', True),
        ("DETAIL of 陈小明 and 051588880000", False),
        ("Key (name)=(chenxiaoming) exists", False),
        ("nobody called 'chenxiaoming'", False),
    ],
)
def test_a_message_is_shown_without_personal_data(keeps: Client, message: str, left: bool) -> None:
    failed(
        f"{message}\nDETAIL: Key (telephone)=(051588880000) already exists.", "django.db.utils.IntegrityError"
    )
    page = shown(keeps)
    assert "IntegrityError" in page
    for word in ("陈小明", "0515", "chenxiaoming"):
        assert word not in page
    assert ("event_once_a_request" in page) == left


def test_a_job_that_the_program_no_longer_knows_is_shown_by_its_name(keeps: Client) -> None:
    make_job(path="grievances.gone.count_sheep")
    assert "count_sheep" in shown(keeps)


def test_a_failed_job_waits_again_and_only_once(keeps: Client) -> None:
    job = failed("no such unit")
    for _n in range(2):
        assert keeps.post(reverse("jobs"), {"job": str(job.pk)}).url == reverse("jobs")
    job.refresh_from_db()
    assert (job.status, job.traceback, job.finished_at) == ("READY", "", None)
    assert job in DBTaskResult.objects.ready()


def test_a_job_whose_worker_is_gone_can_be_run_again_and_one_that_runs_cannot(keeps: Client) -> None:
    young, old = make_job(status="RUNNING"), make_job(status="RUNNING")
    DBTaskResult.objects.filter(pk=old.pk).update(started_at=timezone.now() - jobs.FORGOTTEN * 2)
    for job in (young, old):
        keeps.post(reverse("jobs"), {"job": str(job.pk)})
    assert [DBTaskResult.objects.get(pk=job.pk).status for job in (young, old)] == ["RUNNING", "READY"]


@pytest.mark.parametrize("job", ["", "x", "1"])
def test_a_job_that_is_none_is_not_found(keeps: Client, job: str) -> None:
    assert keeps.post(reverse("jobs"), {"job": job}).status_code == 404
    assert keeps.post(reverse("jobs"), {"job": str(uuid.uuid4())}).status_code == 302


def test_others_may_neither_look_nor_run(client: Client, leader: Cadre, auditor: Cadre, head: Cadre) -> None:
    job = failed("no such unit")
    for cadre in (leader, auditor, head):
        client.force_login(cadre)
        assert client.get(reverse("jobs")).status_code == 403
        assert client.post(reverse("jobs"), {"job": str(job.pk)}).status_code == 403
    assert DBTaskResult.objects.get(pk=job.pk).status == "FAILED"


def test_the_page_takes_few_queries_whatever_the_jobs(
    keeps: Client, django_assert_max_num_queries: object
) -> None:
    for n in range(60):
        job = make_job(status=("READY", "RUNNING", "FAILED")[n % 3])
        DBTaskResult.objects.filter(pk=job.pk).update(enqueued_at=timezone.now() - timedelta(minutes=n))
    keeps.get(reverse("help"))
    with django_assert_max_num_queries(6):
        keeps.get(reverse("jobs"))
