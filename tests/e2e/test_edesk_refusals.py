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


MEANINGS = {
    4001: "required",
    4002: "no such object",
    4003: "unique",
    4004: "no access",
    4005: "number",
    4006: "list",
    4007: "allowed values",
    4008: "text",
    4009: "true or false",
    4010: "date",
    4011: "file URL",
    4012: "image URL",
    4013: "type of channel",
    4014: "another channel",
    4015: "client",
    4016: "templates",
    4017: "another sales order",
    4018: "custom field",
    4019: "attachment",
    4020: "characters",
    4021: "email",
    4022: "message",
}


@pytest.mark.parametrize("code", MEANINGS)
async def test_every_code_of_the_vendor_is_explained(url, vendor, code):
    vendor.will_fail(**refusal({"something": {"errorCode": code}}))
    async with connected(url) as client:
        error = await fail(client, "create_a_e_desk_order_note", sales_order_id=11092, text="x")
    assert (error["source"], error["code"], error["status"]) == ("vendor", "vendor_error", 400)
    assert error["message"] == "Validation failed"
    assert error["vendor"]["error"]["details"] == {"something": {"errorCode": code}}
    assert f"`something`: {code}, " in error["hint"] and MEANINGS[code] in error["hint"]


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
            "`name`: 4003, must be unique (in an update, a name that stays as it is is left out). Nothing was changed.",
            id="a tag with the name it has",
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
