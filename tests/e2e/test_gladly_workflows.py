"""What people ask their agents for, step by step, with the requests that Gladly must then see.

The two stories and the single questions are those of the guide to connecting Gladly to an agent; the exact requests come from
the vendor's reference.
"""

import re
from datetime import datetime, timedelta, timezone

import pytest

from mcp_client import call, connected, fail, succeed

MERGED_INTO = "rVamfZHvQuORFnsk-3mNuw"


@pytest.fixture
def vendor_name():
    return "gladly"


def named(answer, name):
    """The one record of a list answer that has this name."""
    [found] = [record for record in answer["result"] if record["name"] == name]
    return found


def with_id(records, id):
    [found] = [record for record in records if record["id"] == id]
    return found


def ids(records):
    return [record["id"] for record in records]


def tomorrow():
    moment = datetime.now(timezone.utc) + timedelta(days=1)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# The two workflows.


async def test_a_text_message_about_a_recurring_problem_becomes_a_task_for_the_escalations_inbox(url, vendor):
    before = vendor.state()["tasks"]
    due = tomorrow()
    body = "HIGH PRIORITY: recurring missing item X. Previous reports in con_1 and con_2."
    async with connected(url) as client:
        [customer] = (await succeed(client, "list_all_gladly_customers", phoneNumber="+15555550198"))["result"]
        conversations = await succeed(client, "list_all_gladly_customer_conversations", customerId=customer["id"])
        newest = conversations["result"][-1]
        items = await succeed(client, "list_all_gladly_conversation_items", conversationId=newest["id"])
        inbox = named(await succeed(client, "list_all_gladly_inboxes"), "Escalations")
        created = await succeed(
            client,
            "create_a_gladly_task",
            customerId=customer["id"],
            body=body,
            dueAt=due,
            assignee={"inboxId": inbox["id"]},
        )

    assert (customer["id"], customer["name"]) == ("cus_123", "Dana Poe")
    assert ids(conversations["result"]) == ["con_1", "con_2"]
    assert [one["status"] for one in conversations["result"]] == ["CLOSED", "OPEN"]
    texts = [item["content"].get("content") for item in items["result"] if item["content"]["type"] == "SMS"]
    assert "My box was missing item X again" in texts
    # The vendor says where the task is, and nothing else.
    assert created == {"id": created["id"], "location": f"/api/v1/tasks/{created['id']}"}
    [task] = [task for task in vendor.state()["tasks"] if task not in before]
    assert (task["id"], task["customerId"], task["body"], task["status"]) == (created["id"], "cus_123", body, "OPEN")
    assert task["assignee"] == {"inboxId": inbox["id"]}
    assert vendor.requests() == [
        ("GET", "/api/v1/customer-profiles", {"phoneNumber": "+15555550198"}, None),
        ("GET", "/api/v1/customers/cus_123/conversations", {}, None),
        ("GET", "/api/v1/conversations/con_2/items", {}, None),
        ("GET", "/api/v1/inboxes", {}, None),
        (
            "POST",
            "/api/v1/customers/cus_123/tasks",
            {},
            {"body": body, "dueAt": due, "assignee": {"inboxId": "inb_esc"}},
        ),
    ]
    # A plus sign in a query would be a blank.
    assert vendor.journal()[0]["query"] == "phoneNumber=%2B15555550198"


async def test_a_call_without_the_security_pin_is_flagged_on_the_review_task(url, vendor):
    before = vendor.state()["comments"]
    comment = "Compliance: security PIN was not verified on call it_900."
    async with connected(url) as client:
        conversations = await succeed(client, "list_all_gladly_customer_conversations", customerId="cus_456")
        newest = conversations["result"][-1]
        items = await succeed(client, "list_all_gladly_conversation_items", conversationId=newest["id"])
        [phone_call] = [item for item in items["result"] if item["content"]["type"] in ("PHONE_CALL", "VOICEMAIL")]
        transcripts = await succeed(client, "list_all_gladly_voice_transcripts", itemId=phone_call["id"])
        tasks = await succeed(client, "list_all_gladly_tasks", customerId="cus_456", status="OPEN")
        agents = await succeed(client, "list_all_gladly_agents")
        task = with_id(tasks["result"], "tsk_5")
        reviewer = with_id(agents["result"], "agt_qa")
        created = await succeed(
            client,
            "create_a_gladly_task_comment",
            taskId=task["id"],
            agentId=reviewer["id"],
            comment=comment,
        )

    assert (newest["id"], phone_call["id"]) == ("con_77", "it_900")
    # One object in the vendor's answer, one record here.
    [transcript] = transcripts["result"]
    assert (transcript["customerId"], transcripts["next_cursor"]) == ("cus_456", None)
    spoken = " ".join(paragraph["transcript"] for paragraph in transcript["paragraphs"])
    assert "change my address" in spoken and "PIN" not in spoken
    assert "QA review" in task["body"]
    assert created == {"id": created["id"], "location": f"/api/v1/tasks/tsk_5/comments/{created['id']}"}
    [added] = [one for one in vendor.state()["comments"] if one not in before]
    assert (added["id"], added["taskId"], added["agentId"], added["comment"]) == (created["id"], "tsk_5", "agt_qa", comment)
    assert vendor.requests() == [
        ("GET", "/api/v1/customers/cus_456/conversations", {}, None),
        ("GET", "/api/v1/conversations/con_77/items", {}, None),
        ("GET", "/api/v1/conversation-items/it_900/voice-transcript", {}, None),
        ("GET", "/api/v1/customers/cus_456/tasks", {"status": "OPEN"}, None),
        ("GET", "/api/v1/agents", {}, None),
        ("POST", "/api/v1/tasks/tsk_5/comments", {}, {"agentId": "agt_qa", "comment": comment}),
    ]


PROMPTS = {
    "triage_a_message": {
        "phone_number": "+1-555-555-0198",
        "problem": "My delivery was missing item X",
        "inbox": "Escalations",
    },
    "audit_calls": {"customer_id": "cus_456", "rule": "verify the security PIN", "reviewer": "Quinn Adler"},
}


@pytest.mark.parametrize("name", PROMPTS)
async def test_each_workflow_is_a_prompt_that_names_its_tools_in_the_order_of_the_steps(url, name):
    steps = {
        "triage_a_message": [
            "list_all_gladly_customers",
            "list_all_gladly_customer_conversations",
            "list_all_gladly_conversation_items",
            "list_all_gladly_inboxes",
            "create_a_gladly_task",
        ],
        "audit_calls": [
            "list_all_gladly_customer_conversations",
            "list_all_gladly_conversation_items",
            "list_all_gladly_voice_transcripts",
            "list_all_gladly_tasks",
            "list_all_gladly_agents",
            "create_a_gladly_task_comment",
        ],
    }
    async with connected(url) as client:
        prompts = (await client.list_prompts()).prompts
        filled = await client.get_prompt(name, PROMPTS[name])
    assert [prompt.name for prompt in prompts] == list(PROMPTS)
    [message] = filled.messages
    text = message.content.text
    for value in PROMPTS[name].values():
        assert value in text
    assert "{{" not in text
    assert re.findall(r"\w+_gladly_\w+", text) == steps[name]
    # Somebody says yes before anything is written.
    assert text.index("wait for my yes") < text.index(steps[name][-1])


# Single questions.


async def test_a_profile_shows_whether_somebody_is_a_vip_and_what_they_are_worth(url, vendor):
    async with connected(url) as client:
        profile = await succeed(client, "get_single_gladly_customer_by_id", id="cus_892834")
        [found] = (await succeed(client, "list_all_gladly_customers", phoneNumber="+14155552671"))["result"]
    assert profile["customAttributes"]["vip"] == "true"
    assert found["id"] and "lifetimeValue" in found["customAttributes"]
    assert vendor.requests() == [
        ("GET", "/api/v1/customer-profiles/cus_892834", {}, None),
        ("GET", "/api/v1/customer-profiles", {"phoneNumber": "+14155552671"}, None),
    ]


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
        "dueAt": tomorrow(),
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


async def test_a_timeline_and_a_transcript_are_read_by_their_ids(url, vendor):
    async with connected(url) as client:
        timeline = await succeed(client, "list_all_gladly_conversation_items", conversationId="con_9912")
        [transcript] = (await succeed(client, "list_all_gladly_voice_transcripts", itemId="item_772"))["result"]
    assert {item["initiator"]["type"] for item in timeline["result"]} >= {"AGENT", "CUSTOMER"}
    assert transcript["paragraphs"]
    assert [path for (_, path, _, _) in vendor.requests()] == [
        "/api/v1/conversations/con_9912/items",
        "/api/v1/conversation-items/item_772/voice-transcript",
    ]


async def test_a_task_for_the_billing_inbox(url, vendor):
    body, due = "Review recent refund request for order 8812", tomorrow()
    async with connected(url) as client:
        inbox = named(await succeed(client, "list_all_gladly_inboxes"), "Billing")
        task = {"body": body, "dueAt": due, "assignee": {"inboxId": inbox["id"]}}
        await succeed(client, "create_a_gladly_task", customerId="cus_892834", **task)
    assert vendor.requests()[-1] == (
        "POST",
        "/api/v1/customers/cus_892834/tasks",
        {},
        {"body": body, "dueAt": due, "assignee": {"inboxId": "inb_billing"}},
    )


# What the vendor does not allow.


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
    assert "cus_123" not in ids(state["customers"])
    assert not [one for one in state["conversations"] if one["customerId"] == "cus_123"]
    assert [request for request in vendor.requests() if request[0] != "GET"] == [
        ("DELETE", "/api/v1/customer-profiles/cus_123", {}, None),
        ("PATCH", "/api/v1/conversations/con_2", {}, {"status": {"value": "CLOSED"}}),
        ("POST", "/api/v1/conversations/con_2/topics", {}, {"topicIds": ["Z_Oto7j-Sy2DlQdnZBDdDw"]}),
        ("PATCH", "/api/v1/conversations/con_2", {}, {"status": {"value": "CLOSED"}}),
        ("PATCH", "/api/v1/conversations/con_2", {}, {"status": {"value": "CLOSED", "force": True}}),
        ("DELETE", "/api/v1/customer-profiles/cus_123", {}, None),
    ]


def due_in(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).isoformat(timespec="seconds")


NEW_TASK = {"customerId": "cus_123", "body": "Call back", "dueAt": due_in(1), "assignee": {"inboxId": "inb_esc"}}


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


# Limits.


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
