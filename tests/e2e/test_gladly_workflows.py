"""What people ask their agents for, step by step, with the requests that Gladly must then see.

The two stories and the single questions are those of the guide to connecting Gladly to an agent; the exact requests come from
the vendor's reference.
"""

import re
from datetime import datetime, timedelta, timezone

import pytest

from mcp_client import connected, post, succeed


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
    assert datetime.fromisoformat(task["dueAt"]) == datetime.fromisoformat(due)
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


async def test_a_profile_shows_whether_somebody_is_a_vip_and_what_they_are_worth(url, vendor):
    async with connected(url) as client:
        profile = await succeed(client, "get_single_gladly_customer_by_id", id="cus_892834")
        [found] = (await succeed(client, "list_all_gladly_customers", phoneNumber="+14155552671"))["result"]
    assert profile["customAttributes"] == {"vip": "true", "lifetimeValue": "1240.50"}
    assert found["id"] and "lifetimeValue" in found["customAttributes"]
    assert vendor.requests() == [
        ("GET", "/api/v1/customer-profiles/cus_892834", {}, None),
        ("GET", "/api/v1/customer-profiles", {"phoneNumber": "+14155552671"}, None),
    ]


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
    before = vendor.state()["tasks"]
    body, due = "Review recent refund request for order 8812", tomorrow()
    async with connected(url) as client:
        inbox = named(await succeed(client, "list_all_gladly_inboxes"), "Billing")
        task = {"body": body, "dueAt": due, "assignee": {"inboxId": inbox["id"]}}
        created = await succeed(client, "create_a_gladly_task", customerId="cus_892834", **task)
    [added] = [task for task in vendor.state()["tasks"] if task not in before]
    assert (added["id"], added["customerId"], added["body"], added["status"]) == (created["id"], "cus_892834", body, "OPEN")
    assert added["assignee"] == {"inboxId": "inb_billing"}
    assert datetime.fromisoformat(added["dueAt"]) == datetime.fromisoformat(due)
    assert vendor.requests()[-1] == (
        "POST",
        "/api/v1/customers/cus_892834/tasks",
        {},
        {"body": body, "dueAt": due, "assignee": {"inboxId": "inb_billing"}},
    )


def test_every_operation_of_the_vendor_is_a_tool(url):
    tools = post(url, "tools/list").json()["result"]["tools"]
    assert len(tools) == 89
    for tool in tools:
        assert 0 < len(tool["description"]) <= 1024, tool["name"]
        assert tool["annotations"]["readOnlyHint"] is tool["name"].startswith(("list_", "get_")), tool["name"]
        # Together with what clients put before it.
        assert len("mcp__gladly__" + tool["name"]) <= 64
