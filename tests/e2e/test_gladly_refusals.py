"""What Gladly refuses, and what an agent is told then: the way on, by the names and ids of tools."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from mcp_client import call, connected, fail, succeed

MERGED_INTO = "rVamfZHvQuORFnsk-3mNuw"


@pytest.fixture
def vendor_name():
    return "gladly"


def due_in(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).isoformat(timespec="seconds")


@pytest.mark.parametrize("status", [400, 301])
async def test_the_id_of_a_merged_customer_is_refused_with_the_id_that_works(url, vendor, status):
    """The vendor's documentation says 400 in one place and 301 in another; a redirect is not followed either way."""
    vendor.settings(merged_status=status, merged_customers={"cus_892834": MERGED_INTO})
    async with connected(url) as client:
        error = await fail(client, "get_single_gladly_customer_by_id", id="cus_892834")
        tool, new_id = re.search(r"(\w+_gladly_\w+) with id ([\w-]+)", error["hint"]).groups()
        profile = await succeed(client, tool, id=new_id)
    assert (error["source"], error["code"], error["status"]) == ("vendor", "merged", status)
    assert error["extracted"] == {"old_id": "cus_892834", "new_id": MERGED_INTO}
    assert error["vendor"]["errors"][0]["meta"] == {"old": "cus_892834", "new": MERGED_INTO}
    assert profile["id"] == new_id == MERGED_INTO
    assert [path for (_, path, _, _) in vendor.requests()] == [
        "/api/v1/customer-profiles/cus_892834",
        f"/api/v1/customer-profiles/{MERGED_INTO}",
    ]


MERGED_ELSEWHERE = {
    "update_a_gladly_customer_by_id": {"id": "cus_892834", "name": "Dana"},
    "list_all_gladly_customer_conversations": {"customerId": "cus_892834"},
    "list_all_gladly_tasks": {"customerId": "cus_892834"},
    "create_a_gladly_task": {
        "customerId": "cus_892834",
        "body": "Call back",
        "dueAt": due_in(1),
        "assignee": {"inboxId": "inb_billing"},
    },
    "create_a_gladly_customer_conversation_item": {
        "customerId": "cus_892834",
        "content": {"type": "CUSTOMER_ACTIVITY", "activityType": "ISSUE", "title": "Parcel lost"},
    },
}


@pytest.mark.parametrize("tool", MERGED_ELSEWHERE)
async def test_every_tool_for_customers_tells_the_id_of_the_customer_who_is_left(url, vendor, tool):
    vendor.settings(merged_customers={"cus_892834": MERGED_INTO})
    async with connected(url) as client:
        error = await fail(client, tool, **MERGED_ELSEWHERE[tool])
    assert (error["code"], error["extracted"]["new_id"]) == ("merged", MERGED_INTO)
    assert f"get_single_gladly_customer_by_id with id {MERGED_INTO}" in error["hint"]


async def test_a_customer_with_an_open_conversation_is_deleted_once_each_hint_is_followed(url, vendor):
    vendor.settings(topics_required=True)
    closed, forced = {"value": "CLOSED"}, {"value": "CLOSED", "force": True}
    async with connected(url) as client:
        locked = await fail(client, "delete_a_gladly_customer_by_id", id="cus_123")
        conversations = await succeed(client, "list_all_gladly_customer_conversations", customerId="cus_123")
        [open_one] = [one["id"] for one in conversations["result"] if one["status"] != "CLOSED"]
        without_topic = await fail(client, "update_a_gladly_conversation_by_id", id=open_one, status=closed)
        topics = ["Z_Oto7j-Sy2DlQdnZBDdDw"]
        added = await succeed(client, "create_a_gladly_conversation_topic", conversationId=open_one, topicIds=topics)
        waiting = await fail(client, "update_a_gladly_conversation_by_id", id=open_one, status=closed)
        await succeed(client, "update_a_gladly_conversation_by_id", id=open_one, status=forced)
        deleted = await succeed(client, "delete_a_gladly_customer_by_id", id="cus_123")

    assert (locked["code"], locked["status"]) == ("conflict", 400)
    assert locked["message"].startswith("Unable to delete the profile.")
    assert "list_all_gladly_customer_conversations with customerId cus_123" in locked["hint"]
    assert "update_a_gladly_conversation_by_id" in locked["hint"]
    assert (without_topic["code"], without_topic["status"]) == ("conflict", 400)
    assert f"create_a_gladly_conversation_topic with conversationId {open_one}" in without_topic["hint"]
    assert (waiting["code"], "status.force" in waiting["hint"]) == ("conflict", True)
    assert added == deleted == {"ok": True}
    state = vendor.state()
    assert "cus_123" not in [customer["id"] for customer in state["customers"]]
    assert not [one for one in state["conversations"] if one["customerId"] == "cus_123"]
    assert vendor.requests() == [
        ("DELETE", "/api/v1/customer-profiles/cus_123", {}, None),
        ("GET", "/api/v1/customers/cus_123/conversations", {}, None),
        ("PATCH", "/api/v1/conversations/con_2", {}, {"status": {"value": "CLOSED"}}),
        ("POST", "/api/v1/conversations/con_2/topics", {}, {"topicIds": ["Z_Oto7j-Sy2DlQdnZBDdDw"]}),
        ("PATCH", "/api/v1/conversations/con_2", {}, {"status": {"value": "CLOSED"}}),
        ("PATCH", "/api/v1/conversations/con_2", {}, {"status": {"value": "CLOSED", "force": True}}),
        ("DELETE", "/api/v1/customer-profiles/cus_123", {}, None),
    ]


NEW_TASK = {"customerId": "cus_123", "body": "Call back", "dueAt": due_in(1), "assignee": {"inboxId": "inb_esc"}}


OFFICE_HOURS = {"timezone": "America/New_York", "monday": [{"start": "09:00", "stop": "17:00"}]}
A_DAY = {"startAt": "2026-06-01", "endAt": "2026-06-02"}


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "hint"),
    [
        pytest.param(
            "get_single_gladly_customer_by_id",
            {"id": "nobody"},
            "not_found",
            "list_all_gladly_customers",
            id="an unknown customer",
        ),
        pytest.param(
            "list_all_gladly_conversation_items",
            {"conversationId": "none"},
            "not_found",
            "list_all_gladly_customer_conversations",
            id="an unknown conversation",
        ),
        pytest.param(
            "list_all_gladly_voice_transcripts",
            {"itemId": "it_1"},
            "not_found",
            "PHONE_CALL",
            id="the transcript of a text message",
        ),
        pytest.param(
            "create_a_gladly_task",
            {**NEW_TASK, "assignee": {"inboxId": "Escalations"}},
            "vendor_error",
            "list_all_gladly_inboxes",
            id="an inbox by its name",
        ),
        pytest.param(
            "create_a_gladly_task",
            {**NEW_TASK, "dueAt": due_in(-1)},
            "vendor_error",
            "in the future",
            id="a task that was due yesterday",
        ),
        pytest.param(
            "get_single_gladly_task_by_id",
            {"id": "none"},
            "not_found",
            "list_all_gladly_tasks",
            id="an unknown task",
        ),
        pytest.param(
            "delete_a_gladly_conversation_item_by_id",
            {"id": "it_1"},
            "vendor_error",
            "create_a_gladly_redaction",
            id="deleting what a customer wrote",
        ),
        pytest.param(
            "create_a_gladly_customer",
            {"name": "Dana again", "phones": [{"original": "+15555550198", "type": "MOBILE"}]},
            "conflict",
            "list_all_gladly_customers",
            id="a mobile number that somebody has",
        ),
        pytest.param(
            "get_single_gladly_conversation_item_by_id",
            {"id": "item_779"},
            "vendor_error",
            "no tool can read it",
            id="an item of a kind that the API does not have",
        ),
        pytest.param(
            "create_a_gladly_reply",
            {"itemId": "item_777", "content": {"type": "CHAT_MESSAGE", "body": "Hello"}},
            "vendor_error",
            "initiator.type is CUSTOMER",
            id="a reply to an agent",
        ),
        pytest.param(
            "update_a_gladly_conversation_by_id",
            {"id": "con_1", "assignee": {"inboxId": "inb_esc"}},
            "conflict",
            "status.value OPEN",
            id="assigning a closed conversation",
        ),
        pytest.param(
            "create_a_gladly_redaction",
            {"itemId": "item_775"},
            "vendor_error",
            "CHAT_MESSAGE",
            id="redacting a note",
        ),
        pytest.param(
            "create_a_gladly_email",
            {"to": [{"email": "a@b.example"}], "from": "me@b.example", "subject": "x", "body": {"text": "x"}},
            "vendor_error",
            "set up for email",
            id="an address that is not set up",
        ),
        pytest.param(
            "create_a_gladly_business_hour",
            {"name": "Night", "officeHours": {**OFFICE_HOURS, "timezone": "Mars/Olympus"}},
            "vendor_error",
            "IANA",
            id="a time zone that does not exist",
        ),
        pytest.param(
            "delete_a_gladly_business_hour_by_id",
            {"id": "bh_support"},
            "conflict",
            "update_a_gladly_business_hour_by_id",
            id="deleting the primary hours",
        ),
        pytest.param(
            "update_a_gladly_answer_content_by_id",
            {"answerId": "ans_returns", "language": "de-de", "id": "public", "bodyHtml": "x"},
            "vendor_error",
            "en-us",
            id="a language that the organization does not have",
        ),
        pytest.param(
            "get_single_gladly_answer_content_by_id",
            {"answerId": "ans_gift_cards", "language": "fr-ca", "id": "email"},
            "not_found",
            "update_a_gladly_answer_content_by_id",
            id="a text that nobody wrote",
        ),
        pytest.param(
            "update_a_gladly_answer_by_id",
            {"id": "ans_returns", "name": "Gift cards"},
            "conflict",
            "list_all_gladly_public_answers",
            id="a name that another answer has",
        ),
        pytest.param(
            "create_a_gladly_report",
            {"metricSet": "ContactSummaryReport", **A_DAY, "filters": {"inboxes": ["Billing"]}},
            "vendor_error",
            "list_all_gladly_inboxes",
            id="a report on an inbox by its name",
        ),
        pytest.param(
            "create_a_gladly_webhook",
            {"url": "https://hooks.acme.example/tasks", "events": ["TASK/CLOSED"]},
            "vendor_error",
            "list_all_gladly_webhooks",
            id="the address of another webhook",
        ),
        pytest.param(
            "create_a_gladly_recipient_collection",
            {
                "campaignId": "none",
                "name": "x",
                "startAfter": "2030-01-01T00:00:00Z",
                "recipients": [{"customerName": "Dana", "timezone": "America/New_York", "phoneNumber": "+15555550198"}],
            },
            "not_found",
            "campaign's page",
            id="an unknown campaign",
        ),
        pytest.param(
            "get_single_gladly_job_by_id", {"id": "none"}, "not_found", "14 days", id="an export that is gone"
        ),
        pytest.param(
            "create_a_gladly_automation_handoff",
            {"sessionId": "none", "description": "x"},
            "not_found",
            "no tool lists sessions",
            id="a session that the vendor does not know and answers 400 for",
        ),
    ],
)
async def test_a_refusal_by_the_vendor_says_what_would_be_right(url, vendor, tool, arguments, code, hint):
    async with connected(url) as client:
        error = await fail(client, tool, **arguments)
    assert (error["source"], error["code"]) == ("vendor", code)
    # The vendor's own words, in a list or in a single object.
    said = error["vendor"]["errors"]
    assert error["message"] == (said[0] if isinstance(said, list) else said)["detail"]
    assert hint in error["hint"]


async def test_a_closed_task_takes_comments_after_the_hint_is_followed(url, vendor):
    comment = {"taskId": "tsk_5", "agentId": "agt_qa", "comment": "Looked into it."}
    async with connected(url) as client:
        await succeed(client, "update_a_gladly_task_by_id", id="tsk_5", status="CLOSED")
        refused = await fail(client, "create_a_gladly_task_comment", **comment)
        await succeed(client, "update_a_gladly_task_by_id", id="tsk_5", status="OPEN")
        await succeed(client, "create_a_gladly_task_comment", **comment)
    assert refused["code"] == "conflict"
    assert "update_a_gladly_task_by_id with id tsk_5" in refused["hint"]


async def test_a_webhook_whose_receiver_is_silent_is_not_enabled(url, vendor):
    vendor.settings(webhook_pings="unanswered")
    new = {"url": "https://gw.example/gladly", "events": ["CONVERSATION/CLOSED"], "enabled": True}
    async with connected(url) as client:
        error = await fail(client, "create_a_gladly_webhook", **new)
        created = await succeed(client, "create_a_gladly_webhook", **{**new, "enabled": False})
    assert "PING" in error["hint"] and "`enabled` false" in error["hint"]
    assert created["id"]


async def test_an_organization_may_write_only_public_texts(url, vendor):
    vendor.settings(answer_contents="only_public")
    place = {"answerId": "ans_returns", "language": "en-us", "id": "email"}
    async with connected(url) as client:
        error = await fail(client, "update_a_gladly_answer_content_by_id", **place, bodyHtml="x")
    assert "`public`" in error["hint"]


@pytest.mark.parametrize(
    ("tool", "arguments", "path", "says"),
    [
        pytest.param("list_all_gladly_customers", {}, "/email", "exactly one", id="no identifier"),
        pytest.param(
            "list_all_gladly_customers",
            {"email": "a@b.example", "phoneNumber": "+15555550198"},
            "/email",
            "exactly one",
            id="two identifiers",
        ),
        pytest.param(
            "list_all_gladly_customers",
            {"phoneNumber": "+1-555-0198"},
            "/phoneNumber",
            "matches",
            id="a phone number as people write it",
        ),
        pytest.param(
            "create_a_gladly_task",
            {"customerId": "cus_123", "body": "x", "assignee": {"inboxId": "inb_esc"}},
            "/dueAt",
            "missing",
            id="a task without a due time",
        ),
        pytest.param(
            "create_a_gladly_task",
            {**NEW_TASK, "priority": "high"},
            "/priority",
            "unknown argument",
            id="a task with a priority",
        ),
        pytest.param(
            "update_a_gladly_conversation_by_id",
            {"id": "con_2", "status": {"value": "WAITING"}},
            "/status/value",
            '"OPEN"',
            id="a status that cannot be set",
        ),
        pytest.param(
            "create_a_gladly_reply",
            {"itemId": "it_1", "content": {"type": "SMS", "body": "x", "bodyPlain": "x"}},
            "/content",
            "EMAIL",
            id="a member of another kind of reply",
        ),
        pytest.param(
            "create_a_gladly_report",
            {"metricSet": "IvrEndStatesReportV2", "startAt": "2026-06-01", "endAt": "2026-06-07"},
            "/filters",
            "phoneNumber",
            id="a report of the telephone menu without a number",
        ),
        pytest.param(
            "create_a_gladly_webhook",
            {"url": "https://gw.example/gladly", "events": ["CONVERSATION/CLOSE"]},
            "/events/0",
            "CONVERSATION/CLOSED",
            id="an event that does not exist",
        ),
    ],
)
async def test_what_the_vendor_would_refuse_is_refused_before_anything_is_sent(url, vendor, tool, arguments, path, says):
    async with connected(url) as client:
        error = await fail(client, tool, **arguments)
    assert error["code"] == "invalid_arguments"
    [violation] = error["details"]
    assert violation["path"] == path and says in violation["message"]
    assert vendor.requests() == []


async def test_a_day_that_is_none_is_refused_before_anything_is_sent(url, vendor):
    office_hours = {"timezone": "America/New_York", "funday": []}
    async with connected(url) as client:
        error = await fail(client, "create_a_gladly_business_hour", name="Phone", officeHours=office_hours)
    assert error["code"] == "invalid_arguments" and vendor.requests() == []


@pytest.mark.parametrize(
    ("permissions", "status", "hint"),
    [([], 403, "API User"), (["API User"], 403, "Compliance Admin")],
    ids=["not for the API", "not for deleting"],
)
async def test_what_a_token_may_not_do_says_which_permission_is_missing(demo, vendor, permissions, status, hint):
    account = demo.connect_account(vendor.url, vendor.tokens(permissions=permissions), integration="gladly")
    async with connected(demo.create_server(account)["url"]) as client:
        error = await fail(client, "delete_a_gladly_customer_by_id", id="cus_123")
    assert (error["code"], error["status"]) == ("forbidden", status)
    assert hint in error["hint"]


async def test_a_token_that_is_gone_needs_a_person(demo, vendor):
    credentials = {"username": "api@acme.example", "password": "revoked"}
    account = demo.connect_account(vendor.url, credentials, integration="gladly")
    async with connected(demo.create_server(account)["url"]) as client:
        error = await fail(client, "list_all_gladly_inboxes")
    assert (error["code"], error["status"]) == ("needs_reauth", 401)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("acme.gladly.com", 201),
        ("acme.us-1.gladly.com", 201),
        ("acme.us-uat.gladly.qa", 201),
        ("acme", 400),
        ("acme.gladly.com.evil.example", 400),
        ("evil.example/acme.gladly.com", 400),
        ("gladly.com", 400),
    ],
)
def test_the_host_of_an_organization_is_one_of_the_vendors(demo, host, status):
    body = {
        "integration": "gladly",
        "tenant_id": "acme",
        "credentials": {"username": "agent@acme.example", "password": "token"},
        "context": {"host": host},
    }
    response = demo.api("POST", "/integrated-account", body)
    assert response.status_code == status, response.text


def test_what_the_vendor_says_about_its_limits_is_said_in_the_usual_words(url, vendor):
    vendor.settings(requests_per_second=10)
    response = call(url, "list_all_gladly_inboxes")
    assert response.json()["result"]["isError"] is False
    assert response.headers["ratelimit-limit"] == "10"
    assert int(response.headers["ratelimit-remaining"]) <= 9
    # The vendor counts requests of a second and says no more.
    assert response.headers["ratelimit-reset"] == "1"


@pytest.mark.parametrize(
    ("tool", "arguments", "reset"),
    [
        ("list_all_gladly_inboxes", {}, 1),
        (
            "create_a_gladly_report",
            {"metricSet": "ContactSummaryReport", "startAt": "2026-06-01", "endAt": "2026-06-07"},
            60,
        ),
    ],
)
async def test_a_limit_that_is_reached_is_passed_on_at_once_with_the_time_to_wait(url, vendor, tool, arguments, reset):
    headers = {"ratelimit-limit-second": "10", "ratelimit-remaining-second": "0"}
    body = {"message": "API rate limit exceeded"}
    vendor.will_fail(path_prefix="/api", kind="status", status=429, headers=headers, body=body)
    async with connected(url) as client:
        error = await fail(client, tool, **arguments)
    assert (error["code"], error["status"], error["message"]) == ("rate_limited", 429, "API rate limit exceeded")
    assert (error["ratelimit"], error["retry_after"]) == ({"limit": 10, "remaining": 0, "reset": reset}, reset)
    assert len(vendor.journal()) == 1
