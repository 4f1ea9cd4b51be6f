"""Messages leave by a real mail server and a real gateway."""

import hashlib
import hmac
import json
import time

import pytest

from grievances.messaging.channel import Line, Message, NotSent
from grievances.messaging.channels import channels
from grievances.messaging.mail import Mail
from grievances.messaging.webhook import Webhook
from tests.messaging.conftest import SECRET
from tests.messaging.servers import Gateway, Mailbox
from villages.models import Cadre

LINE = Line("given", "DF26-00001-3", "交办给您", "https://voices.example.cn/opinions/DF26-00001-3/")


def message(to: Cadre) -> Message:
    return Message("email-1", to, "zh-hans", "民情办理：1 件事", (LINE,), "DF26-00001-3 · 交办给您\n")


@pytest.fixture
def reached(handler: Cadre) -> Cadre:
    handler.email = "handler@dafeng.example.cn"
    handler.save()
    return handler


def test_an_e_mail_arrives_with_subject_words_and_a_lasting_id(mailbox: Mailbox, reached: Cadre) -> None:
    for _n in range(2):
        Mail().send(message(reached))
    first, second = mailbox.kept
    assert (first["To"], first["From"]) == ("handler@dafeng.example.cn", "voices@dafeng.example.cn")
    assert first["Subject"] == "民情办理：1 件事" and "交办给您" in first.get_content()
    assert first["Message-ID"] == second["Message-ID"] == "<email-1@voices.example.cn>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_who_has_no_address_is_not_reached_by_e_mail(handler: Cadre) -> None:
    assert not Mail().reaches(handler) and Webhook().reaches(handler)


def test_what_a_mail_server_refuses_is_said_without_whom(mailbox: Mailbox, reached: Cadre) -> None:
    mailbox.refuses = True
    with pytest.raises(NotSent) as failed:
        Mail().send(message(reached))
    said = str(failed.value)
    assert "SMTPRecipientsRefused" in said and "handler@" not in said and "陈小明" not in said


def test_the_gateway_gets_a_body_that_its_secret_signs(gateway: Gateway, reached: Cadre) -> None:
    Webhook().send(message(reached))
    [(headers, body)] = gateway.kept
    expected = hmac.new(SECRET.encode(), headers["X-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Signature"] == f"sha256={expected.hexdigest()}"
    assert abs(int(headers["X-Timestamp"]) - time.time()) < 10
    assert headers["Idempotency-Key"] == "email-1"
    told = json.loads(body)
    assert set(told) == {"key", "to", "language", "subject", "lines"} and told["to"] == "handler"
    assert told["lines"] == [
        {"kind": "given", "number": LINE.number, "what": LINE.what, "address": LINE.address}
    ]


def test_another_body_or_another_time_has_another_signature(gateway: Gateway, reached: Cadre) -> None:
    Webhook().send(message(reached))
    [(headers, body)] = gateway.kept
    for moment, said in ((headers["X-Timestamp"], body + b" "), ("1", body)):
        forged = hmac.new(SECRET.encode(), moment.encode() + b"." + said, hashlib.sha256).hexdigest()
        assert headers["X-Signature"] != f"sha256={forged}"


@pytest.mark.parametrize("status", [302, 400, 500])
def test_a_gateway_that_refuses_or_leads_elsewhere_is_a_failure(
    gateway: Gateway, reached: Cadre, status: int
) -> None:
    gateway.status = status
    with pytest.raises(NotSent, match=str(status)):
        Webhook().send(message(reached))
    assert len(gateway.kept) == 1


def test_a_gateway_that_is_away_is_a_failure(settings: object, reached: Cadre) -> None:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = "http://127.0.0.1:9/", SECRET
    with pytest.raises(NotSent, match="can't be reached"):
        Webhook().send(message(reached))


def test_an_installation_without_settings_has_no_channel(db: None) -> None:
    assert channels() == []
