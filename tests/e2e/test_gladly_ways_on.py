"""Refusals of Gladly that lead on to the right tool or form, and calls that are wrong before anything is sent."""

from datetime import datetime, timedelta, timezone

import pytest

from mcp_client import connected, fail, succeed


@pytest.fixture
def vendor_name():
    return "gladly"


TOMORROW = (datetime.now(timezone.utc) + timedelta(days=1)).isoformat(timespec="seconds")
RECIPIENT = {"customerName": "Dana Poe", "timezone": "America/New_York", "phoneNumber": "+15555550198"}
RECIPIENTS = {"campaignId": "cmp_recall", "name": "June", "startAfter": TOMORROW, "recipients": [RECIPIENT]}
OPEN = {"value": "OPEN"}
NO_TOOL_LISTS_ITEMS = "create_a_gladly_customer_conversation_item returned; no tool lists"


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "hint"),
    [
        ("delete_a_gladly_conversation_item_by_id", {"id": "x"}, "not_found", NO_TOOL_LISTS_ITEMS),
        (
            "delete_a_gladly_customer_conversation_item_by_id",
            {"customerId": "cus_123", "id": "customer"},
            "not_found",
            NO_TOOL_LISTS_ITEMS,
        ),
        (
            "delete_a_gladly_customer_conversation_item_by_id",
            {"customerId": "nobody", "id": "act_1"},
            "not_found",
            "list_all_gladly_customers",
        ),
        # Another conversation of the same customer is open, so this one cannot be opened.
        (
            "create_a_gladly_reply",
            {"itemId": "it_11", "content": {"type": "SMS", "body": "Hello"}},
            "conflict",
            "list_all_gladly_customer_conversations",
        ),
        (
            "update_a_gladly_conversation_by_id",
            {"id": "con_1", "status": OPEN},
            "conflict",
            "list_all_gladly_customer_conversations",
        ),
        ("get_single_gladly_automation_session_by_id", {"id": "x"}, "not_found", "AUTOMATION webhooks"),
        ("create_a_gladly_automation_closure", {"sessionId": "x", "description": "y"}, "not_found", "AUTOMATION webhooks"),
        (
            "get_single_gladly_automation_session_message_by_id",
            {"sessionId": "ses_1", "id": "x"},
            "not_found",
            "list_all_gladly_automation_session_messages",
        ),
        (
            "create_a_gladly_conversation_topic",
            {"conversationId": "con_2", "topicIds": ["Refunds"]},
            "vendor_error",
            "list_all_gladly_topics",
        ),
        ("create_a_gladly_topic", {"name": "Late", "parentId": "Orders"}, "vendor_error", "list_all_gladly_topics"),
        ("create_a_gladly_answer", {"name": "New", "audienceIds": ["VIPs"]}, "vendor_error", "list_all_gladly_audiences"),
        ("create_a_gladly_customer", {"phones": [{"original": "call me"}]}, "vendor_error", "E.164"),
        (
            "create_a_gladly_user_identity_jwt",
            {"identityType": "MOBILE_PHONE_NUMBER", "identity": "555-0198"},
            "vendor_error",
            "E.164",
        ),
        (
            "create_a_gladly_report",
            {"metricSet": "ContactSummaryReport", "startAt": "2026-06-01", "endAt": "2026-06-02", "timezone": "Mars"},
            "vendor_error",
            "IANA",
        ),
        (
            "create_a_gladly_recipient_collection",
            {**RECIPIENTS, "recipients": [{**RECIPIENT, "timezone": "Mars"}]},
            "vendor_error",
            "IANA",
        ),
        (
            "create_a_gladly_reply",
            {"itemId": "it_1", "content": {"type": "SMS", "body": "x" * 2049}},
            "vendor_error",
            "2048 characters",
        ),
        (
            "create_a_gladly_reply",
            {"itemId": "item_776", "content": {"type": "SMS", "body": "Hello"}},
            "vendor_error",
            "content of the same type",
        ),
        ("get_single_gladly_topic_by_id", {"id": "customer-agent-answer"}, "not_found", "list_all_gladly_topics"),
        ("get_single_gladly_agent_by_id", {"id": "customer-1"}, "not_found", "list_all_gladly_agents"),
        ("get_single_gladly_custom_attribute_by_id", {"id": "agent-1"}, "not_found", "description of each id argument"),
        ("get_single_gladly_attachment_by_id", {"itemId": "it_301", "id": "x"}, "not_found", "no tool lists those"),
        (
            "create_a_gladly_sms",
            {"customer": {"mobileNumber": "+15555550198"}, "from": "+14155550001", "body": "Hello"},
            "vendor_error",
            "`content.to` of a customer's SMS item",
        ),
        (
            "create_a_gladly_email",
            {"to": [{"email": "a@b.example"}], "from": "ceo@acme.example", "subject": "x", "body": {"text": "x"}},
            "vendor_error",
            "`content.to` of a customer's EMAIL item",
        ),
        (
            "delete_a_gladly_conversation_topic_by_id",
            {"conversationId": "con_2", "id": "top_refund"},
            "not_found",
            "get_single_gladly_conversation_by_id with id con_2",
        ),
    ],
)
async def test_a_refusal_leads_to_the_tool_or_the_form_that_helps(url, tool, arguments, code, hint):
    async with connected(url) as client:
        error = await fail(client, tool, **arguments)
    assert (error["source"], error["code"]) == ("vendor", code)
    assert hint in error["hint"]


async def test_the_twenty_first_webhook_has_a_way_to_make_room(url, vendor):
    async with connected(url) as client:
        new = {"events": ["TASK/CLOSED"]}
        for number in range(len(vendor.state()["webhooks"]), 20):
            await succeed(client, "create_a_gladly_webhook", url=f"https://gw.example/{number}", **new)
        error = await fail(client, "create_a_gladly_webhook", url="https://gw.example/one-more", **new)
    assert error["code"] == "conflict"
    assert "list_all_gladly_webhooks" in error["hint"] and "delete_a_gladly_webhook_by_id" in error["hint"]


NEW_TASK = {"customerId": "cus_123", "body": "Call back", "dueAt": TOMORROW, "assignee": {"inboxId": "inb_esc"}}
TEXT = {"answerId": "ans_returns", "language": "en-us", "id": "public"}
CONTACT = {"body": "Call back", "dueAt": TOMORROW, "assignee": {"inboxId": "inb_esc"}}


@pytest.mark.parametrize(
    ("tool", "arguments", "path", "says"),
    [
        ("update_a_gladly_customer_by_id", {"id": "cus_123"}, "", "at least 1"),
        ("update_a_gladly_conversation_by_id", {"id": "con_2"}, "", "at least 1"),
        ("update_a_gladly_task_by_id", {"id": "tsk_5"}, "", "at least 1"),
        ("update_a_gladly_answer_by_id", {"id": "ans_returns"}, "", "at least 1"),
        ("update_a_gladly_webhook_by_id", {"id": "wh_tasks"}, "", "at least 1"),
        (
            "create_a_gladly_conversation_custom_attribute",
            {"customerId": "cus_456", "conversationId": "con_77"},
            "",
            "at least 1",
        ),
        (
            "create_a_gladly_conversation_custom_attribute",
            {"customerId": "cus_456", "conversationId": "con_77", "add": []},
            "/add",
            "at least 1",
        ),
        # The title alone would blank the published text.
        ("update_a_gladly_answer_content_by_id", {**TEXT, "title": "Returns"}, "/bodyHtml", "missing"),
        ("create_a_gladly_task", {**NEW_TASK, "dueAt": "2030-12-01"}, "/dueAt", "2030-06-09T18:00:00Z"),
        ("create_a_gladly_task", {**NEW_TASK, "dueAt": "tomorrow"}, "/dueAt", "in the future"),
        ("update_a_gladly_task_by_id", {"id": "tsk_5", "dueAt": "2030-06-09T18:00:00"}, "/dueAt", "matches"),
        ("list_all_gladly_events", {"startAt": "yesterday", "entities": ["TASK"]}, "/startAt", "24 hours"),
        (
            "create_a_gladly_report",
            {"metricSet": "TaskSummaryReport", "startAt": "2026-06-01T00:00:00Z", "endAt": "2026-06-02"},
            "/startAt",
            "YYYY-MM-DD",
        ),
        (
            "create_a_gladly_sms",
            {"customer": {"mobileNumber": "555-0198"}, "from": "+14155550000", "body": "x"},
            "/customer/mobileNumber",
            "E.164",
        ),
        ("create_a_gladly_contact_task", {**CONTACT, "customer": {"mobilePhone": "555-0198"}}, "/customer/mobilePhone", "E.164"),
        (
            "create_a_gladly_recipient_collection",
            {**RECIPIENTS, "recipients": [{**RECIPIENT, "phoneNumber": "555-0198"}]},
            "/recipients/0/phoneNumber",
            "E.164",
        ),
    ],
)
async def test_a_change_that_is_none_and_a_text_that_is_no_moment_are_not_sent(url, vendor, tool, arguments, path, says):
    async with connected(url) as client:
        error = await fail(client, tool, **arguments)
    assert error["code"] == "invalid_arguments"
    [violation] = error["details"]
    assert violation["path"] == path and says in violation["message"]
    assert vendor.requests() == []


@pytest.mark.parametrize("due", ["2099-06-09T18:00:00Z", "2099-06-09T18:00:00.000Z", "2099-06-09T18:00:00.123456789-07:00"])
async def test_a_moment_is_taken_in_every_form_the_vendor_takes(url, due):
    async with connected(url) as client:
        created = await succeed(client, "create_a_gladly_task", **{**NEW_TASK, "dueAt": due})
        task = await succeed(client, "get_single_gladly_task_by_id", id=created["id"])
    assert datetime.fromisoformat(task["dueAt"]) == datetime.fromisoformat(due)


async def test_addresses_and_numbers_of_a_profile_can_be_given_back_as_they_are(url, vendor):
    async with connected(url) as client:
        before = await succeed(client, "get_single_gladly_customer_by_id", id="cus_123")
        office = {"original": "+14155550155", "type": "OFFICE"}
        phones = [*before["phones"], office]
        await succeed(client, "update_a_gladly_customer_by_id", id="cus_123", emails=before["emails"], phones=phones)
        after = await succeed(client, "get_single_gladly_customer_by_id", id="cus_123")
    assert after["emails"] == before["emails"]
    assert after["phones"][:-1] == before["phones"]
    assert after["phones"][-1]["normalized"] == "+14155550155"


async def test_a_customer_is_found_by_each_of_their_numbers(url):
    async with connected(url) as client:
        for number in ["+15555550198", "+15550198"]:
            [found] = (await succeed(client, "list_all_gladly_customers", phoneNumber=number))["result"]
            assert found["id"] == "cus_123"
    assert [(phone["original"], phone["normalized"]) for phone in found["phones"]] == [
        ("+15555550198", "+15555550198"),
        ("+1-555-0198", "+15550198"),
    ]
