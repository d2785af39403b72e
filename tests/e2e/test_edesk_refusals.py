"""What agents are told when eDesk refuses, and what is refused before eDesk would misread it."""

import pytest

from mcp_client import call, connected, fail


@pytest.fixture
def vendor_name():
    return "edesk"


@pytest.fixture
def connect(demo, vendor):
    """`connect(token)`: an MCP server over an account with that API token."""

    def connect(token):
        account = demo.connect_account(vendor.url, {"token": token}, tenant="another", integration="edesk")
        return demo.create_server(account)["url"]

    return connect


def refusal(details, status=400, message="Validation failed"):
    """The vendor's answer to the next request."""
    body = {"error": {"httpCode": status, "message": message, "details": details}}
    return {"kind": "status", "status": status, "headers": {"content-type": "application/json"}, "body": body}


@pytest.mark.parametrize(
    ("tool", "arguments", "place", "said"),
    [
        pytest.param(
            "update_a_e_desk_ticket_datum_by_id",
            {"id": 1409923, "status": "Resolved", "owner_user_id": 42},
            "/status",
            "Closed",
            id="a status that people say and the vendor does not know",
        ),
        pytest.param(
            "create_a_e_desk_message",
            {"ticket_id": 1409923, "type": "Email", "body": "x"},
            "/type",
            "Message",
            id="a type that does not exist",
        ),
        pytest.param(
            "create_a_e_desk_message",
            {"type": "Note", "body": "x"},
            "/ticket_id",
            "missing",
            id="a message without a ticket",
        ),
        pytest.param(
            "create_a_e_desk_message",
            {"ticket_id": 1409923, "type": "Note", "body": "Dear customer", "send": True},
            "/type",
            "never emailed",
            id="a reply that would have become a note",
        ),
        pytest.param(
            "create_a_e_desk_message",
            {"ticket_id": 1409923, "type": "Note", "body": "Dear customer", "direction": "Outgoing"},
            "/direction",
            "no direction",
            id="a note with a direction",
        ),
        pytest.param(
            "create_a_e_desk_message",
            {"ticket_id": 1409923, "type": "Message", "body": "x", "direction": "Incoming", "send": True},
            "/direction",
            "Outgoing",
            id="a reply in the customer's name",
        ),
        pytest.param(
            "create_a_e_desk_message",
            {"ticket_id": 1409923, "type": "Message", "body": "x", "send": True, "full_response": False},
            "/full_response",
            "hides whether sending worked",
            id="a reply of which nobody could see that it failed",
        ),
        pytest.param(
            "update_a_e_desk_sales_order_by_id",
            {
                "id": 88310,
                "ship_to": {"name": "x", "line_1": "x", "city": "x", "country": "Ireland", "postcode": "x"},
            },
            "/ship_to/country",
            "^[A-Z]{2}$",
            id="a country by its name",
        ),
        pytest.param(
            "create_a_e_desk_template",
            {
                "name": "x",
                "body_text": "x",
                "template_usage": "Manual",
                "template_type": ["Consumer"],
                "active": True,
                "order_status": ["shipped"],
            },
            "/order_status/0",
            '"Returned", "Hold"',
            id="an order's status that does not exist",
        ),
        pytest.param(
            "update_a_e_desk_template_by_id",
            {
                "id": 312,
                "name": "x",
                "body_text": "x",
                "template_usage": "Auto",
                "template_type": ["Consumer"],
                "active": True,
            },
            "/template_usage",
            "ManualAuto",
            id="a template that only the vendor's rules use",
        ),
        pytest.param("update_a_e_desk_ticket_by_id", {"id": 1409923}, "", "`status`", id="a ticket unchanged"),
        pytest.param(
            "update_a_e_desk_ticket_by_id",
            {"id": 1409923, "status": None, "tag_ids": None},
            "",
            "`tag_ids`",
            id="a ticket changed by nothing",
        ),
        pytest.param(
            "update_a_e_desk_ticket_datum_by_id", {"id": 1409923}, "", "`custom_fields`", id="ticket data unchanged"
        ),
        pytest.param("update_a_e_desk_tag_by_id", {"id": 644}, "", "`name`", id="a tag unchanged"),
        pytest.param("update_a_e_desk_message_by_id", {"id": 9402}, "", "`body`", id="a message unchanged"),
        pytest.param("update_a_e_desk_sales_order_by_id", {"id": 88310}, "", "`status`", id="an order unchanged"),
        pytest.param(
            "update_a_e_desk_message_by_id", {"id": 8801, "type": "Message"}, "/type", "Note", id="a note made public"
        ),
        pytest.param(
            "list_all_e_desk_sales_orders",
            {"filter_created_at_gte": "1718000000"},
            "/filter_created_at_gte",
            r"\d{4}-\d\d-\d\d",
            id="seconds for a day",
        ),
        pytest.param(
            "create_a_e_desk_tag",
            {"name": "x", "tag_group_id": 1, "color": "red"},
            "/color",
            "FFA000",
            id="a color by its name",
        ),
        pytest.param(
            "create_a_e_desk_tag",
            {"name": "x", "tag_group_id": 1, "icon": "lorry"},
            "/icon",
            '"adn", "ambulance", "anchor", got',
            id="an icon that is not among the 53",
        ),
        pytest.param(
            "update_a_e_desk_template_by_id",
            {
                "id": 1,
                "name": "x",
                "body_text": "x",
                "template_usage": "Manual",
                "template_type": ["Consumer"],
                "active": True,
                "query_type": ["Refund"],
            },
            "/query_type/0",
            "ReturnRequest",
            id="a ticket type that templates do not know",
        ),
    ],
)
async def test_what_the_vendor_would_refuse_or_misread_is_not_sent(url, vendor, tool, arguments, place, said):
    async with connected(url) as client:
        error = await fail(client, tool, **arguments)
    assert (error["source"], error["code"]) == ("tidegate", "invalid_arguments")
    [message] = [detail["message"] for detail in error["details"] if detail["path"] == place]
    assert said in message
    assert vendor.requests() == []


# What each code means, and what helps where the meaning does not say it.
HINTS = {
    4001: "required and missing",
    4002: "no such object",
    4003: "must be unique",
    4004: "the token's user has no access to the object (channels it may use are in list_all_e_desk_channels)",
    4005: "must be a number",
    4006: "must be a list",
    4007: "not one of the allowed values",
    4008: "must be a text",
    4009: "must be true or false",
    4010: "not a valid date (e.g. 2026-06-05 09:12:44)",
    4011: "not a valid file URL",
    4012: "not a valid image URL",
    4013: "this type of channel is not supported (list_all_e_desk_channels shows the type of each)",
    4014: "the sales order belongs to another channel (get_single_e_desk_sales_order_by_id shows its channel_id)",
    4015: "the contact belongs to another channel (list_all_e_desk_contacts shows its channel_id)",
    4016: "the limit of templates is reached (delete_a_e_desk_template_by_id makes room)",
    4017: (
        "the item belongs to another sales order (ids of items are in the `order_items` of "
        "get_single_e_desk_sales_order_by_id)"
    ),
    4018: (
        "the custom field takes values of another type (values are texts, numbers and days too; a record that has the "
        "field shows one)"
    ),
    4019: "the attachment has a wrong form (each has `name` and `url`)",
    4020: "too many characters (64 are allowed in a carrier's name, 100 in the name of a template's file)",
    4021: "not an email address",
    4022: "the limit of messages in a ticket is reached (a new one by create_a_e_desk_ticket takes more)",
}


@pytest.mark.parametrize("kind", [int, str], ids=["as a number", "as a text"])
@pytest.mark.parametrize("code", HINTS)
async def test_every_code_of_the_vendor_is_explained(url, vendor, code, kind):
    vendor.will_fail(**refusal({"something": {"errorCode": kind(code)}}))
    async with connected(url) as client:
        error = await fail(client, "create_a_e_desk_order_note", sales_order_id=11092, text="x")
    assert (error["source"], error["code"], error["status"]) == ("vendor", "vendor_error", 400)
    assert error["message"] == "Validation failed"
    assert error["vendor"]["error"]["details"] == {"something": {"errorCode": kind(code)}}
    assert error["hint"] == f"`something`: {code}, {HINTS[code]}. Nothing was changed."


@pytest.mark.parametrize(
    ("field", "code", "remedy"),
    [
        ("ticket_id", 4002, "ids come from list_all_e_desk_tickets"),
        ("channel_id", 4002, "ids come from list_all_e_desk_channels"),
        ("channels", 4002, "ids come from list_all_e_desk_channels"),
        ("contact_id", 4002, "ids come from list_all_e_desk_contacts"),
        ("sales_order_id", 4002, "ids come from list_all_e_desk_sales_orders"),
        ("owner_user_id", 4002, "ids come from list_all_e_desk_users"),
        ("tag_group_id", 4002, "ids come from list_all_e_desk_tag_groups"),
        ("tag_ids", 4002, "ids come from list_all_e_desk_tags"),
        ("delete_attachments", 4002, "ids are in the `attachments` of get_single_e_desk_template_by_id"),
        ("custom_fields", 4002, "names are in the `custom_fields` of a record that has them"),
        ("seller_order_id", 4003, "within the channel"),
        ("currency", 4007, "three capitals, e.g. EUR"),
        ("ship_to.country", 4007, "ISO alpha-2, e.g. GB"),
        ("bill_to.country", 4007, "ISO alpha-2, e.g. GB"),
    ],
)
async def test_a_field_has_its_own_remedy(url, vendor, field, code, remedy):
    vendor.will_fail(**refusal({field: {"errorCode": code}, "zone": {"errorCode": 4001}}))
    async with connected(url) as client:
        error = await fail(client, "create_a_e_desk_order_note", sales_order_id=11092, text="x")
    first = f"`{field}`: {code}, {HINTS[code]} ({remedy}). "
    assert error["hint"] == f"{first}`zone`: 4001, required and missing. Nothing was changed."


@pytest.mark.parametrize("details", [{}, []])
async def test_a_refusal_that_names_no_field_has_no_hint_of_its_own(url, vendor, details):
    vendor.will_fail(**refusal(details))
    async with connected(url) as client:
        error = await fail(client, "create_a_e_desk_order_note", sales_order_id=11092, text="x")
    assert (error["code"], error["message"]) == ("vendor_error", "Validation failed")
    assert "Nothing was changed" not in (error.get("hint") or "")


async def test_a_code_that_nobody_has_documented_is_named_all_the_same(url, vendor):
    vendor.will_fail(**refusal({"first": {"errorCode": 4999}, "second": "broken"}))
    async with connected(url) as client:
        error = await fail(client, "create_a_e_desk_order_note", sales_order_id=11092, text="x")
    assert error["hint"] == "`first`: 4999. `second`: broken. Nothing was changed."


@pytest.mark.parametrize(
    ("tool", "arguments", "hint"),
    [
        pytest.param(
            "create_a_e_desk_order_note",
            {"sales_order_id": 1, "text": "x"},
            "`sales_order_id`: 4002, no such object (ids come from list_all_e_desk_sales_orders). Nothing was changed.",
            id="a note on an unknown order",
        ),
        pytest.param(
            "create_a_e_desk_message",
            {"ticket_id": 1, "type": "Note", "body": "x"},
            "`ticket_id`: 4002, no such object (ids come from list_all_e_desk_tickets). Nothing was changed.",
            id="a note in an unknown ticket",
        ),
        pytest.param(
            "update_a_e_desk_ticket_by_id",
            {"id": 99421, "owner_user_id": 1, "tag_ids": [1]},
            "(ids come from list_all_e_desk_users)",
            id="an unknown colleague",
        ),
        pytest.param(
            "update_a_e_desk_ticket_by_id",
            {"id": 99421, "owner_user_id": 1, "tag_ids": [1]},
            "(ids come from list_all_e_desk_tags)",
            id="an unknown tag beside it",
        ),
        pytest.param(
            "create_a_e_desk_tag",
            {"name": "x", "tag_group_id": 1},
            "(ids come from list_all_e_desk_tag_groups)",
            id="an unknown tag group",
        ),
        pytest.param(
            "update_a_e_desk_tag_by_id",
            {"id": 644, "name": "Damaged Goods"},
            "in an update, a name that stays as it is is left out). Nothing was changed.",
            id="a tag with the name it has",
        ),
        pytest.param(
            "create_a_e_desk_tag",
            {"name": "Damaged Goods", "tag_group_id": 22},
            "`name`: 4003, must be unique (that name exists, a tag's in list_all_e_desk_tags; ",
            id="a new tag with the name of another",
        ),
        pytest.param(
            "update_a_e_desk_ticket_by_id",
            {"id": 70012, "sales_order_id": 11092},
            "`sales_order_id`: 4014, the sales order belongs to another channel",
            id="an order of another channel",
        ),
        pytest.param(
            "create_a_e_desk_sales_order",
            {
                "channel_id": 42,
                "seller_order_id": "PHONE-2",
                "currency": "euro",
                "status": "OrderReceived",
                "shipping_amount": 1,
                "contact_id": 9001,
                "order_items": [{"sku": "x", "title": "x", "quantity": 1, "item_amount": 1, "shipping_amount": 1}],
                "ship_to": {"name": "x", "line_1": "x", "city": "x", "country": "UK", "postcode": "x"},
            },
            "`currency`: 4007, not one of the allowed values (three capitals, e.g. EUR). "
            "`ship_to.country`: 4007, not one of the allowed values (ISO alpha-2, e.g. GB). Nothing was changed.",
            id="a currency and a country that people say",
        ),
        pytest.param(
            "update_a_e_desk_ticket_datum_by_id",
            {"id": 1409923, "custom_fields": [{"name": "No such field", "value": "x"}]},
            "`custom_fields`: 4002",
            id="an unknown custom field",
        ),
    ],
)
async def test_a_refused_value_is_explained_field_by_field(url, tool, arguments, hint):
    async with connected(url) as client:
        error = await fail(client, tool, **arguments)
    assert (error["source"], error["code"], error["status"]) == ("vendor", "vendor_error", 400)
    assert error["vendor"]["error"]["httpCode"] == 400
    assert hint in error["hint"]


@pytest.mark.parametrize(
    ("tool", "source"),
    [
        ("get_single_e_desk_ticket_by_id", "list_all_e_desk_tickets"),
        ("get_single_e_desk_message_by_id", "`messages_ids` of a ticket"),
        ("get_single_e_desk_sales_order_by_id", "`sales_order_id` of its ticket"),
        ("get_single_e_desk_sales_order_tracking_link_by_id", "`sales_order_id` of its ticket"),
        ("get_single_e_desk_order_note_by_id", "list_all_e_desk_order_notes"),
        ("get_single_e_desk_tag_by_id", "list_all_e_desk_tags"),
        ("get_single_e_desk_template_by_id", "list_all_e_desk_templates"),
        ("delete_a_e_desk_ticket_by_id", "list_all_e_desk_tickets"),
    ],
)
async def test_an_unknown_id_is_answered_with_the_place_of_the_right_one(url, tool, source):
    async with connected(url) as client:
        error = await fail(client, tool, id=1)
    assert (error["source"], error["code"], error["status"]) == ("vendor", "not_found", 404)
    assert error["vendor"]["error"]["details"] == "Object not found"
    assert source in error["hint"]


async def test_a_day_that_does_not_exist_breaks_the_vendor_and_is_explained(url):
    async with connected(url) as client:
        error = await fail(client, "list_all_e_desk_sales_orders", filter_created_at_gte="2026-02-31")
    assert (error["source"], error["code"], error["status"]) == ("vendor", "vendor_error", 500)
    assert "Failed to parse time string" in error["vendor"]["error"]["details"]
    assert "A day in a filter is one that exists" in error["hint"]


async def test_a_token_that_the_vendor_does_not_know_needs_a_new_one(connect):
    async with connected(connect("worthless")) as client:
        error = await fail(client, "list_all_e_desk_whoami")
    assert (error["source"], error["code"], error["status"]) == ("vendor", "needs_reauth", 403)
    assert error["vendor"]["error"]["details"] == "Invalid token."
    assert "new token from https://dashboard.edesk.com/api-token" in error["hint"]


async def test_an_expired_token_needs_a_new_one(connect, vendor):
    token = vendor.tokens(expires_in=1)["token"]
    vendor.control("POST", "/clock", {"advance_seconds": 2})
    async with connected(connect(token)) as client:
        error = await fail(client, "list_all_e_desk_whoami")
    assert (error["source"], error["code"], error["status"]) == ("vendor", "needs_reauth", 401)
    assert "90 days" in error["hint"]


async def test_a_read_only_token_reads_and_is_told_why_it_does_not_write(connect, vendor):
    async with connected(connect(vendor.tokens(permission="read_only")["token"])) as client:
        assert not (await client.call_tool("list_all_e_desk_whoami", {})).is_error
        error = await fail(client, "create_a_e_desk_order_note", sales_order_id=11092, text="x")
    assert (error["source"], error["code"], error["status"]) == ("vendor", "forbidden", 403)
    assert "read-only" in error["hint"]


def test_the_sixty_first_call_at_once_is_refused_and_tells_when_to_come_back(url, vendor):
    vendor.reset(limited=True)
    vendor.control("POST", "/clock", {"frozen": True})
    try:
        answers = [call(url, "list_all_e_desk_whoami") for _ in range(61)]
    finally:
        vendor.control("POST", "/clock", {"frozen": False})
    assert [answer.json()["result"]["isError"] for answer in answers] == [False] * 60 + [True]
    error = answers[-1].json()["result"]["structuredContent"]["error"]
    assert (error["source"], error["code"], error["status"]) == ("vendor", "rate_limited", 429)
    assert error["vendor"]["error"]["details"] == "Out of quota"
    assert error["ratelimit"] == {"limit": 60, "remaining": 0, "reset": 1}
    assert (answers[-1].headers["ratelimit-limit"], answers[-1].headers["ratelimit-reset"]) == ("60", "1")
    assert len(vendor.requests()) == 61, "a 429 is never retried"


async def test_a_base_url_with_a_version_is_a_mistake_of_the_account(demo, vendor):
    token = vendor.tokens()["token"]
    account = demo.connect_account(vendor.url + "/v1", {"token": token}, tenant="versioned", integration="edesk")
    async with connected(demo.create_server(account)["url"]) as client:
        error = await fail(client, "list_all_e_desk_whoami")
    assert (error["code"], error["status"]) == ("not_found", 404)
    assert "without a version" in error["hint"]
