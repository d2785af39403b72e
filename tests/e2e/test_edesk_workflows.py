"""What people ask their agents for about eDesk, step by step, with the requests that eDesk must then see.

Closing, reassigning and tagging have two ways, and are tested with both: the one that people write about, and the one that
the vendor documents.
"""

import base64
import re

import pytest

from mcp_client import connected, succeed, tool_names


@pytest.fixture
def vendor_name():
    return "edesk"


def record(vendor, kind, wanted):
    """What the vendor remembers of one object."""
    [found] = [one for one in vendor.state()[kind] if one["id"] == wanted]
    return found


def added(before, vendor, kind):
    """What is new at the vendor since `before`."""
    return vendor.state()[kind][len(before[kind]) :]


def answered_with(vendor, body):
    """The vendor's next answer is this one, as a success."""
    vendor.will_fail(kind="status", status=200, headers={"content-type": "application/json"}, body=body)


async def page_through(client, name, **arguments):
    """All records of a list."""
    found, cursor = [], None
    while True:
        more = {} if cursor is None else {"next_cursor": cursor}
        page = await succeed(client, name, **arguments, **more)
        found += page["result"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


# The two tools that change a ticket's state, and where the vendor must then hear of it.
CHANGES = [
    pytest.param("update_a_e_desk_ticket_datum_by_id", "/data", id="as people write about it"),
    pytest.param("update_a_e_desk_ticket_by_id", "", id="as the vendor documents it"),
]


@pytest.mark.parametrize(("change", "path"), CHANGES)
async def test_where_is_my_order_is_answered_with_the_tracking_code(url, vendor, change, path):
    before = vendor.state()
    oldest_first = {"filter_status_equals": "Open", "order_by": "created_at", "order_direction": "asc"}
    async with connected(url) as client:
        tickets = await succeed(
            client, "list_all_e_desk_tickets", filter_type_equals="ShippingQuery", **oldest_first
        )
        ticket = tickets["result"][0]
        order = await succeed(client, "get_single_e_desk_sales_order_by_id", id=ticket["sales_order_id"])
        links = await succeed(
            client, "get_single_e_desk_sales_order_tracking_link_by_id", id=ticket["sales_order_id"]
        )
        [parcel] = order["tracking_codes"]
        carrier, code = parcel["tracking_carrier_name"], parcel["tracking_code"]
        reply = f"Hi there, your order has shipped via {carrier}. Tracking: {code}"
        message = await succeed(
            client,
            "create_a_e_desk_message",
            ticket_id=ticket["id"],
            type="Message",
            direction="Outgoing",
            send=True,
            body=reply,
        )
        closed = await succeed(client, change, id=ticket["id"], status="Closed")

    assert (ticket["id"], ticket["subject"], ticket["sales_order_id"]) == (70012, "Shipping update", 88310)
    assert order["status"] == "OrderShipped"
    assert links["tracking_links"] == [
        {"tracking_link": parcel["tracking_link"], "tracking_carrier_name": parcel["tracking_carrier_name"]}
    ]
    assert reply == "Hi there, your order has shipped via FedEx. Tracking: 123456789"
    assert (message["type"], message["direction"], message["errors"]) == ("Message", "Outgoing", [])
    assert "note" not in message
    assert closed["status"] == "Closed"
    [email] = added(before, vendor, "emails")
    assert (email["ticket_id"], email["message_id"], email["body"]) == (70012, message["id"], reply)
    assert email["to"] == record(vendor, "contacts", ticket["contact_id"])["email"]
    assert record(vendor, "tickets", 70012)["status"] == "Closed"
    assert record(vendor, "tickets", 70012)["messages_ids"][-1] == message["id"]
    assert vendor.requests() == [
        (
            "GET",
            "/v1/tickets",
            {"page": "1", "itemsPerPage": "20", "filter_type_equals": "ShippingQuery", **oldest_first},
            None,
        ),
        ("GET", "/v1/sales-orders/88310", {}, None),
        ("GET", "/v1/sales-orders-tracking-links/88310", {}, None),
        (
            "POST",
            "/v1/messages",
            {},
            {"ticket_id": 70012, "type": "Message", "direction": "Outgoing", "send": True, "body": reply},
        ),
        ("PUT", f"/v1/tickets/70012{path}", {}, {"status": "Closed"}),
    ]
    assert {entry["headers"]["accept"] for entry in vendor.journal()} == {"application/json"}


async def test_without_a_ticket_of_that_type_the_subject_tells_who_asks_about_shipping(url, vendor):
    nothing = {"data": [], "paginator": {"currentPage": 1, "itemsPerPage": 20, "totalItemsCount": 0}}
    answered_with(vendor, nothing)
    oldest_first = {"filter_status_equals": "Open", "order_by": "created_at", "order_direction": "asc"}
    async with connected(url) as client:
        typed = await succeed(client, "list_all_e_desk_tickets", filter_type_equals="ShippingQuery", **oldest_first)
        tickets = await page_through(client, "list_all_e_desk_tickets", limit=100, **oldest_first)
    assert typed == {"result": [], "next_cursor": None}
    asking = [ticket["id"] for ticket in tickets if "shipping" in ticket["subject"].lower()]
    assert asking[0] == 70012
    page = {"page": "1", "itemsPerPage": "20", "filter_type_equals": "ShippingQuery"}
    assert vendor.requests() == [
        ("GET", "/v1/tickets", {**page, **oldest_first}, None),
        ("GET", "/v1/tickets", {"page": "1", "itemsPerPage": "100", **oldest_first}, None),
    ]


@pytest.mark.parametrize("documented", [False, True], ids=["as people write about it", "as the vendor documents it"])
async def test_damaged_goods_go_to_the_warehouse_and_the_customer_gets_an_apology(url, vendor, documented):
    apology = (
        "I am so sorry about the damage. "
        "I have escalated this to our warehouse team for an immediate replacement."
    )
    note = "URGENT: Customer received shattered vase. Please check QA on this inventory batch."
    before = vendor.state()
    tags_before = record(vendor, "tickets", 99421)["tags_ids"]
    async with connected(url) as client:
        ticket = await succeed(client, "get_single_e_desk_ticket_by_id", id=99421)
        complaint = await succeed(client, "get_single_e_desk_message_by_id", id=ticket["messages_ids"][0])
        message = await succeed(
            client,
            "create_a_e_desk_message",
            ticket_id=99421,
            type="Message",
            direction="Outgoing",
            send=True,
            body=apology,
        )
        await succeed(client, "get_single_e_desk_sales_order_by_id", id=ticket["sales_order_id"])
        noted = await succeed(
            client, "create_a_e_desk_order_note", sales_order_id=ticket["sales_order_id"], text=note
        )
        tags = await succeed(client, "list_all_e_desk_tags", limit=100)
        [tag] = [tag["id"] for tag in tags["result"] if tag["name"] == "Damaged Goods"]
        tagging = vendor.requests()
        if documented:
            await succeed(client, "update_a_e_desk_ticket_by_id", id=99421, tag_ids=[*ticket["tags_ids"], tag])
        else:
            await succeed(client, "update_a_e_desk_tag_by_id", id=tag, ticket_id=99421)

    assert (ticket["subject"], ticket["sales_order_id"], tag) == ("Vase arrived shattered", 11092, 644)
    assert (complaint["id"], complaint["direction"]) == (8801, "Incoming")
    assert (noted["sales_order_id"], noted["text"], noted["attachments"]) == (11092, note, [])
    [email] = added(before, vendor, "emails")
    assert (email["ticket_id"], email["message_id"], email["body"]) == (99421, message["id"], apology)
    assert email["to"] == record(vendor, "contacts", ticket["contact_id"])["email"]
    assert record(vendor, "tickets", 99421)["messages_ids"] == [8801, message["id"]]
    assert [(new["sales_order_id"], new["text"]) for new in added(before, vendor, "order_notes")] == [(11092, note)]
    assert set(record(vendor, "tickets", 99421)["tags_ids"]) == {*tags_before, 644}
    assert tagging == [
        ("GET", "/v1/tickets/99421", {}, None),
        ("GET", "/v1/messages/8801", {}, None),
        (
            "POST",
            "/v1/messages",
            {},
            {"ticket_id": 99421, "type": "Message", "direction": "Outgoing", "send": True, "body": apology},
        ),
        ("GET", "/v1/sales-orders/11092", {}, None),
        ("POST", "/v1/order-notes", {}, {"sales_order_id": 11092, "text": note}),
        ("GET", "/v1/tags", {"page": "1", "itemsPerPage": "100"}, None),
    ]
    assert vendor.requests()[len(tagging) :] == [
        ("PUT", "/v1/tickets/99421", {}, {"tag_ids": [*tags_before, 644]})
        if documented
        else ("PUT", "/v1/tags/644", {}, {"ticket_id": 99421})
    ]


# The ten open tickets with less than two hours to reply, the most urgent first, each with its order.
URGENT = [
    (1500006, 600006),
    (1500020, 600020),
    (1500015, 600015),
    (1500011, 600011),
    (1500024, 600024),
    (1500003, 600003),
    (1500018, 600018),
    (1500012, 600012),
    (1500027, 600027),
    (70012, 88310),
]


@pytest.mark.parametrize("limit", [100, 10], ids=["on one page", "by walking the pages"])
async def test_the_ten_most_urgent_tickets_and_their_orders(url, vendor, limit):
    async with connected(url) as client:
        tickets = await page_through(client, "list_all_e_desk_tickets", filter_status_equals="Open", limit=limit)
    due = [ticket for ticket in tickets if ticket["time_left_to_reply"] is not False]
    urgent = sorted(
        (ticket for ticket in due if 0 <= ticket["time_left_to_reply"] < 7200),
        key=lambda ticket: ticket["time_left_to_reply"],
    )[:10]
    assert [(ticket["id"], ticket["sales_order_id"]) for ticket in urgent] == URGENT
    open_ones = {ticket["id"] for ticket in vendor.state()["tickets"] if ticket["status"] == "Open"}
    assert len(tickets) > 20 and {ticket["id"] for ticket in tickets} == open_ones
    assert vendor.requests() == [
        (
            "GET",
            "/v1/tickets",
            {"page": str(page), "itemsPerPage": str(limit), "filter_status_equals": "Open"},
            None,
        )
        for page in range(1, -(-len(tickets) // limit) + 1)
    ]


@pytest.mark.parametrize(("change", "path"), CHANGES)
async def test_the_single_steps_that_people_ask_for(url, vendor, change, path):
    before = vendor.state()
    reply = "Your order shipped this morning. The tracking code is 1Z9999999999999999."
    note = "Customer reported a damaged package and requested a replacement."
    async with connected(url) as client:
        ticket = await succeed(client, "get_single_e_desk_ticket_by_id", id=1409923)
        order = await succeed(client, "get_single_e_desk_sales_order_by_id", id=509211)
        await succeed(
            client,
            "create_a_e_desk_message",
            ticket_id=1409923,
            type="Message",
            direction="Outgoing",
            send=True,
            body=reply,
        )
        await succeed(client, change, id=1409923, status="Closed", owner_user_id=42)
        templates = await page_through(client, "list_all_e_desk_templates", limit=100)
        await succeed(client, "create_a_e_desk_order_note", sales_order_id=509211, text=note)

    assert ticket["custom_fields"] and ticket["messages_ids"] and ticket["sales_order_id"] == 509211
    assert order["order_items"] and order["tracking_codes"][0]["tracking_code"] == "1Z9999999999999999"
    [template] = [template for template in templates if template["name"] == "International Shipping Delay"]
    assert template["body_text"]
    changed = record(vendor, "tickets", 1409923)
    assert (changed["status"], changed["owner_user_id"]) == ("Closed", 42)
    # The note on the order is for colleagues: the one email is the reply.
    assert [email["body"] for email in added(before, vendor, "emails")] == [reply]
    assert vendor.requests() == [
        ("GET", "/v1/tickets/1409923", {}, None),
        ("GET", "/v1/sales-orders/509211", {}, None),
        (
            "POST",
            "/v1/messages",
            {},
            {"ticket_id": 1409923, "type": "Message", "direction": "Outgoing", "send": True, "body": reply},
        ),
        ("PUT", f"/v1/tickets/1409923{path}", {}, {"status": "Closed", "owner_user_id": 42}),
        ("GET", "/v1/templates", {"page": "1", "itemsPerPage": "100"}, None),
        ("POST", "/v1/order-notes", {}, {"sales_order_id": 509211, "text": note}),
    ]


async def test_files_are_attached_to_an_order_note(url, vendor):
    files = [
        {"name": "vase.jpg", "media_type": "image/jpeg", "content": base64.b64encode(b"\xff\xd8 broken").decode()},
        {"name": "report.txt", "content": base64.b64encode("Zerbrochen – völlig".encode()).decode()},
    ]
    async with connected(url) as client:
        note = await succeed(
            client, "create_a_e_desk_order_note_attachment", orderNoteId=2990, attachments=files, attachmentType="Other"
        )
        read = await succeed(client, "get_single_e_desk_order_note_by_id", id=2990)
    assert [(one["name"], one["attachmentType"]) for one in note["attachments"]] == [
        ("vase.jpg", "Other"),
        ("report.txt", "Other"),
    ]
    assert read["attachments"] == note["attachments"]
    [sent, _] = vendor.journal()
    assert (sent["method"], sent["path"]) == ("POST", "/v1/order-notes/2990/attachments")
    assert sent["headers"]["content-type"].startswith("multipart/form-data; boundary=")


async def test_a_deleted_ticket_can_still_be_read(url):
    async with connected(url) as client:
        gone = await succeed(client, "delete_a_e_desk_ticket_by_id", id=99421)
        ticket = await succeed(client, "get_single_e_desk_ticket_by_id", id=99421)
    assert gone["ok"] is True
    assert ticket["status"] == "Archived"


@pytest.mark.parametrize(
    ("more", "emailed", "note"),
    [
        pytest.param({"type": "Message", "send": True}, 1, None, id="a reply"),
        pytest.param({"type": "Message"}, 0, "not emailed to the customer", id="a message that is not sent"),
        pytest.param({"type": "Message", "send": False}, 0, "not emailed to the customer", id="a draft"),
        pytest.param({"type": "Message", "direction": "Incoming"}, 0, None, id="what the customer said on the phone"),
        pytest.param({"type": "Note"}, 0, None, id="a note"),
    ],
)
async def test_a_message_that_does_not_go_to_the_customer_says_so(url, vendor, more, emailed, note):
    before = vendor.state()
    async with connected(url) as client:
        message = await succeed(client, "create_a_e_desk_message", ticket_id=1409923, body="Hello", **more)
    assert message["type"] == more["type"]
    assert len(added(before, vendor, "emails")) == emailed
    assert ("note" in message) == (note is not None) and (note or "") in message.get("note", "")


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        pytest.param(["Recipient refused.", "No mailbox."], "Recipient refused.; No mailbox.", id="a list"),
        pytest.param("Recipient refused.", "says: Recipient refused.", id="a text"),
    ],
)
async def test_an_email_that_could_not_be_sent_is_not_told_as_a_success(url, vendor, errors, told):
    answered_with(vendor, {"data": {**CONFIRMED, "id": 1, "errors": errors, "ticket_id": 70012}})
    async with connected(url) as client:
        message = await succeed(client, "create_a_e_desk_message", ticket_id=70012, type="Message", send=True, body="x")
    assert message["errors"] == errors
    assert "may not have reached the customer" in message["note"] and told in message["note"]


async def test_an_email_to_nobody_is_not_told_as_a_success(url, vendor):
    before = vendor.state()
    async with connected(url) as client:
        ticket = await succeed(client, "create_a_e_desk_ticket", subject="Who?", channel_id=42, status="Open")
        message = await succeed(
            client, "create_a_e_desk_message", ticket_id=ticket["id"], type="Message", send=True, body="Hello"
        )
    assert "may not have reached the customer" in message["note"] and message["errors"][0] in message["note"]
    assert added(before, vendor, "emails") == []


CONFIRMED = {"type": "Message", "direction": "Outgoing"}


@pytest.mark.parametrize(
    ("answer", "confirmed"),
    [
        pytest.param({"data": {"id": 1, **CONFIRMED, "errors": []}}, True, id="an outgoing message"),
        pytest.param({"data": {"id": 1, "type": "Note", "direction": "Other"}}, False, id="filed as a note"),
        pytest.param({"data": {"id": 1, "type": "Message", "direction": "Other"}}, False, id="not outgoing"),
        pytest.param({"ok": True}, False, id="no message in the answer"),
        pytest.param({"data": {"ok": True}}, False, id="a confirmation of something"),
        pytest.param({"data": []}, False, id="nothing in the answer"),
    ],
)
async def test_an_email_that_the_vendor_does_not_confirm_is_not_told_as_a_success(url, vendor, answer, confirmed):
    answered_with(vendor, answer)
    async with connected(url) as client:
        message = await succeed(
            client, "create_a_e_desk_message", ticket_id=70012, type="Message", send=True, body="x"
        )
    assert ("note" in message) == (not confirmed)
    if not confirmed:
        assert "did not confirm an outgoing message" in message["note"]
        assert "get_single_e_desk_message_by_id" in message["note"]


@pytest.mark.parametrize("strict", [False, True])
async def test_ticket_data_that_the_vendor_passes_over_is_told(url, vendor, strict):
    vendor.settings(strict_ticket_data=strict)
    async with connected(url) as client:
        ticket = await succeed(
            client, "update_a_e_desk_ticket_datum_by_id", id="1409923", status="Closed", owner_user_id="42"
        )
    assert ("note" in ticket) == strict
    if strict:
        assert "another status" in ticket["note"]
        assert "update_a_e_desk_ticket_by_id changes the others" in ticket["note"]
    assert record(vendor, "tickets", 1409923)["status"] == ("Open" if strict else "Closed")


@pytest.mark.parametrize("ticket", [{"id": 1409923}, {"ok": True}], ids=["only the id", "no ticket"])
async def test_of_ticket_data_that_the_answer_does_not_show_nothing_is_claimed(url, vendor, ticket):
    answered_with(vendor, {"data": ticket})
    async with connected(url) as client:
        told = await succeed(
            client, "update_a_e_desk_ticket_datum_by_id", id=1409923, status="Closed", owner_user_id=42, channel_id=44
        )
    assert told == ticket


@pytest.mark.parametrize("takes", [True, False])
async def test_tagging_a_ticket_by_the_tag_says_where_to_look(url, vendor, takes):
    vendor.settings(tag_tickets=takes)
    async with connected(url) as client:
        tag = await succeed(client, "update_a_e_desk_tag_by_id", id=644, ticket_id=99421)
        ticket = await succeed(client, "get_single_e_desk_ticket_by_id", id=99421)
        renamed = await succeed(client, "update_a_e_desk_tag_by_id", id=644, active=False)
    assert (644 in ticket["tags_ids"]) == takes
    assert "shows 644 in its `tags_ids`" in tag["note"]
    assert "note" not in renamed


ARGUMENTS = {
    "answer_a_shipping_question": {"signature": "Your {{ tag }} team"},
    "escalate_damaged_goods": {"ticket_id": "99421", "tag": "Damaged Goods"},
}


@pytest.mark.parametrize("name", ARGUMENTS)
async def test_each_workflow_is_a_prompt_that_names_only_tools_there_are(url, name):
    async with connected(url) as client:
        assert [prompt.name for prompt in (await client.list_prompts()).prompts] == list(ARGUMENTS)
        [message] = (await client.get_prompt(name, ARGUMENTS[name])).messages
        tools = set(await tool_names(client))
    assert set(re.findall(r"\w+_e_desk_\w+", message.content.text)) <= tools
    assert all(value in message.content.text for value in ARGUMENTS[name].values())
    # No customer gets an email that nobody has seen.
    assert "wait for my yes" in message.content.text.lower()
