"""What leaves Gladly and what is written for its customers: webhooks, exports, events, reports, files and public answers."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from mcp_client import connected, fail, listed, succeed


@pytest.fixture
def vendor_name():
    return "gladly"


async def text_of(client, name, /, **arguments):
    """The text of an answer that is no JSON."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content[0].text
    return result.content[0].text


def paths(vendor):
    return [path for (_, path, _, _) in vendor.requests()]


async def test_a_webhook_is_created_enabled_disabled_and_deleted(url, vendor):
    new = {
        "name": "CSAT",
        "url": "https://gw.example/gladly",
        "events": ["CONVERSATION/CLOSED"],
        "enabled": False,
        "headers": {"X-Gladly-Token": "123"},
    }
    async with connected(url) as client:
        created = await succeed(client, "create_a_gladly_webhook", **new)
        id = created["id"]
        await succeed(client, "update_a_gladly_webhook_by_id", id=id, enabled=True)
        locked = await fail(client, "delete_a_gladly_webhook_by_id", id=id)
        await succeed(client, "update_a_gladly_webhook_by_id", id=id, enabled=False)
        await succeed(client, "delete_a_gladly_webhook_by_id", id=id)
        gone = await fail(client, "get_single_gladly_webhook_by_id", id=id)
    assert created["location"] == f"/api/v1/webhooks/{id}"
    assert locked["code"] == "conflict"
    assert f"update_a_gladly_webhook_by_id with id {id}" in locked["hint"]
    assert (gone["code"], "list_all_gladly_webhooks" in gone["hint"]) == ("not_found", True)
    assert vendor.requests() == [
        ("POST", "/api/v1/webhooks", {}, new),
        ("PATCH", f"/api/v1/webhooks/{id}", {}, {"enabled": True}),
        ("DELETE", f"/api/v1/webhooks/{id}", {}, None),
        ("PATCH", f"/api/v1/webhooks/{id}", {}, {"enabled": False}),
        ("DELETE", f"/api/v1/webhooks/{id}", {}, None),
        ("GET", f"/api/v1/webhooks/{id}", {}, None),
    ]
    assert id not in [webhook["id"] for webhook in vendor.state()["webhooks"]]


async def test_an_export_is_found_and_its_file_is_read(url, vendor):
    async with connected(url) as client:
        [schedule] = (await succeed(client, "list_all_gladly_schedules"))["result"]
        jobs = (await succeed(client, "list_all_gladly_jobs", status="COMPLETED"))["result"]
        name = "conversation_items.jsonl"
        lines = await text_of(client, "get_single_gladly_job_file_by_id", jobId=jobs[0]["id"], id=name)
    assert (schedule["frequency"], schedule["type"]) == ("DAILY", "CONVERSATIONS")
    assert {job["status"] for job in jobs} == {"COMPLETED"}
    assert jobs[0]["files"] == ["agents.jsonl", name, "customers.jsonl", "topics.jsonl"]
    records = [json.loads(line) for line in lines.splitlines()]
    assert "con_2" in {record.get("conversationId") for record in records}
    assert vendor.requests() == [
        ("GET", "/api/v1/export/schedules", {}, None),
        ("GET", "/api/v1/export/jobs", {"status": "COMPLETED"}, None),
        ("GET", f"/api/v1/export/jobs/{jobs[0]['id']}/files/{name}", {}, None),
    ]


async def test_a_running_export_cannot_be_deleted_and_its_refusal_is_a_bare_list(url):
    async with connected(url) as client:
        running = (await succeed(client, "list_all_gladly_jobs", status="IN_PROGRESS"))["result"][0]["id"]
        error = await fail(client, "delete_a_gladly_job_by_id", id=running)
    assert isinstance(error["vendor"], list)
    assert (error["code"], error["message"]) == ("conflict", error["vendor"][0]["detail"])
    assert f"get_single_gladly_job_by_id with id {running}" in error["hint"]


async def test_a_report_is_csv(url, vendor):
    report = {
        "metricSet": "ContactSummaryReport",
        "timezone": "America/Los_Angeles",
        "startAt": "2026-06-01",
        "endAt": "2026-06-07",
        "aggregationLevel": "daily",
        "filters": {"channel": "allChannels"},
    }
    async with connected(url) as client:
        text = await text_of(client, "create_a_gladly_report", **report)
    header, *rows = text.splitlines()
    assert rows and {row.count(",") for row in rows} == {header.count(",")}
    assert vendor.requests() == [("POST", "/api/v1/reports", {}, report)]


async def test_what_happened_is_a_list_of_events(url, vendor):
    start = (datetime.now(timezone.utc) - timedelta(hours=1)).isoformat(timespec="seconds")
    async with connected(url) as client:
        await succeed(client, "update_a_gladly_task_by_id", id="tsk_5", status="CLOSED")
        answer = await succeed(client, "list_all_gladly_events", startAt=start, entities=["TASK", "CONVERSATION"])
    [closed] = [event for event in answer["result"] if event["type"] == "TASK/CLOSED"]
    assert closed["content"]["taskId"] == "tsk_5"
    assert answer["next_cursor"] is None
    assert vendor.journal()[-1]["query"].endswith("&entities=TASK&entities=CONVERSATION")


async def test_a_policy_is_searched_for_and_read_with_nothing_but_the_tools_for_public_answers(demo, account, vendor):
    url = demo.create_server(account, tags=["public_answers"])["url"]
    assert set(listed(url)) == {
        "list_all_gladly_organization",
        "list_all_gladly_public_answers",
        "list_all_gladly_public_answer_searches",
        "list_all_gladly_help_center_answer_titles",
        "get_single_gladly_public_answer_by_id",
    }
    async with connected(url) as client:
        [organization] = (await succeed(client, "list_all_gladly_organization"))["result"]
        org = {"orgId": organization["id"]}
        hits = await succeed(client, "list_all_gladly_public_answers", **org, q="international shipping delays")
        same = await succeed(client, "list_all_gladly_public_answer_searches", **org, q="international shipping delays")
        answer = await succeed(client, "get_single_gladly_public_answer_by_id", **org, id=hits["result"][0]["id"], lng="en-us")
        everything = await succeed(client, "list_all_gladly_public_answers", **org)
    assert hits["result"][0] == {"id": answer["id"], "name": "International shipping delays"}
    assert same == hits
    assert "customs" in answer["bodyHtml"].lower()
    names = [one["name"] for one in everything["result"]]
    assert len(names) > len(hits["result"]) and names == sorted(names, key=str.lower)
    search = {"q": "international shipping delays"}
    answers = f"/api/v1/orgs/{organization['id']}/answers"
    assert vendor.requests() == [
        ("GET", "/api/v1/organization", {}, None),
        ("GET", f"{answers}-search", search, None),
        ("GET", f"{answers}-search", search, None),
        ("GET", f"{answers}/{answer['id']}", {"lng": "en-us"}, None),
        ("GET", answers, {}, None),
    ]


async def test_an_answer_is_written_published_and_deleted(url, vendor):
    text = {"title": "Repairs", "bodyHtml": "<p>We repair for five years.</p>"}
    async with connected(url) as client:
        answer = await succeed(client, "create_a_gladly_answer", name="Repairs", description="How long we repair")
        place = {"answerId": answer["id"], "language": "en-us", "id": "public"}
        written = await succeed(client, "update_a_gladly_answer_content_by_id", **place, **text)
        taken = await fail(client, "create_a_gladly_answer", name="Repairs")
        await succeed(client, "delete_a_gladly_answer_by_id", id=answer["id"])
        gone = await fail(client, "get_single_gladly_answer_by_id", id=answer["id"])
    assert (written["title"], written["bodyHtml"]) == (text["title"], text["bodyHtml"])
    assert (taken["code"], taken["status"]) == ("conflict", 409)
    # The vendor's error is a single object here, not a list.
    assert isinstance(gone["vendor"]["errors"], dict)
    assert gone["message"] == "answer does not exist" and "list_all_gladly_public_answers" in gone["hint"]
    assert paths(vendor)[1] == f"/api/v1/answers/{answer['id']}/languages/en-us/type/public"


async def test_an_answer_that_is_used_cannot_be_deleted(url):
    async with connected(url) as client:
        error = await fail(client, "delete_a_gladly_answer_by_id", id="ans_intl_shipping")
    assert (error["code"], error["status"]) == ("conflict", 400)


async def test_a_topic_whose_name_is_taken_is_named_in_the_refusal(url):
    async with connected(url) as client:
        topics = (await succeed(client, "list_all_gladly_topics"))["result"]
        error = await fail(client, "create_a_gladly_topic", name=topics[0]["name"])
        same = await succeed(client, "get_single_gladly_topic_by_id", id=error["extracted"]["existing_id"])
    assert (error["code"], same) == ("conflict", topics[0])


async def test_business_hours_are_changed_only_in_their_present_version(url):
    async with connected(url) as client:
        hours = (await succeed(client, "list_all_gladly_business_hours"))["result"][0]
        version = hours["version"]
        office_hours = {"timezone": "America/New_York", "monday": [{"start": "09:00", "stop": "17:00"}]}
        change = {"id": hours["id"], "name": hours["name"], "officeHours": office_hours, "primary": hours["primary"]}
        changed = await succeed(client, "update_a_gladly_business_hour_by_id", **change, version=version)
        outdated = await fail(client, "update_a_gladly_business_hour_by_id", **change, version=version)
    assert changed["officeHours"]["monday"] == office_hours["monday"]
    assert (outdated["code"], outdated["status"]) == ("version_outdated", 409)
    assert "get_single_gladly_business_hour_by_id" in outdated["hint"]


async def test_a_list_that_the_vendor_cut_says_so(url, vendor):
    vendor.settings(items_cap=1)
    async with connected(url) as client:
        cut = await succeed(client, "list_all_gladly_conversation_items", conversationId="con_9912")
        whole = await succeed(client, "list_all_gladly_customer_conversations", customerId="cus_123")
    assert len(cut["result"]) == 1
    assert "left out" in cut["note"]
    assert "note" not in whole


async def test_an_attachment_is_a_link_that_is_not_followed(url, vendor):
    [attachment] = vendor.state()["attachments"][:1]
    async with connected(url) as client:
        place = {"itemId": attachment["itemId"], "id": attachment["id"]}
        link = await succeed(client, "get_single_gladly_attachment_by_id", **place)
    assert link["location"].startswith("https://files.gladly.example/") and "?signature=" in link["location"]
    assert len(vendor.journal()) == 1


async def test_a_recording_is_sound(url, vendor):
    async with connected(url) as client:
        result = await client.call_tool("get_single_gladly_media_recording_by_id", {"id": "it_900"})
    assert not result.is_error
    [sound] = [part for part in result.content if part.type == "audio"]
    assert sound.mime_type == "audio/mpeg"
