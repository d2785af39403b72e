"""What people ask their agents for, step by step, with the requests that Sendoso must then see.

The stories are those of the product's README; the exact requests come from the vendor's reference.
"""

import re
from datetime import datetime, timedelta, timezone

import pytest

from mcp_client import connected, fail, succeed

TRACKING_CODE = re.compile("[0-9a-f]{40}")


def named(answer, name):
    """The one record of a list answer that has this name."""
    [found] = [record for record in answer["result"] if record["name"] == name]
    return found


async def test_an_account_executive_sends_a_hamper_without_knowing_the_address(url, vendor):
    before = len(vendor.state()["sends"])
    async with connected(url) as client:
        campaigns = await succeed(client, "list_all_sendoso_campaigns", delivery_type="mail", limit=100)
        touch_id = named(campaigns, "Executive Celebration Hamper")["id"]
        sent = await succeed(
            client,
            "create_a_sendoso_physical_gift_address_collection",
            touch_id=touch_id,
            name="Michael Scott",
            email="michael.scott@acmecorp.com",
            custom_message="Congratulations on the partnership!",
            no_address=True,
            confirm_address=True,
            via_from="SDR Agent",
        )
        sends = await succeed(client, "list_all_sendoso_sends")

    assert sent["success"] is True and sent["message"] == "Gift send Successfully"
    assert TRACKING_CODE.fullmatch(sent["tracking_code"])
    [send] = [send for send in sends["result"] if send["recipient"]["email"] == "michael.scott@acmecorp.com"]
    assert send["touch"] == {"id": touch_id, "name": "Executive Celebration Hamper"}
    assert send["status"] in ("Initiated", "Confirming Address")
    assert len(vendor.state()["sends"]) == before + 1
    assert vendor.requests() == [
        ("GET", "/api/v3/touches", {"page": "1", "per_page": "100", "delivery_type": "mail"}, None),
        (
            "POST",
            "/api/v3/send",
            {},
            {
                "send": {
                    "touch_id": touch_id,
                    "name": "Michael Scott",
                    "email": "michael.scott@acmecorp.com",
                    "custom_message": "Congratulations on the partnership!",
                    "no_address": True,
                    "confirm_address": True,
                    "address_confirmation_via": "email",
                    "resume_with_unconfirmed_address": False,
                    "expire_after_days": 7,
                    "hide_product_info": False,
                    "via": "single_person_or_company",
                    "via_from": "SDR Agent",
                }
            },
        ),
        ("GET", "/api/v3/send", {"page": "1", "per_page": "25"}, None),
    ]


async def test_human_resources_invite_a_new_colleague_and_welcome_her(url, vendor):
    before = len(vendor.state()["invitations"])
    async with connected(url) as client:
        group = named(await succeed(client, "list_all_sendoso_groups", limit=100), "SDR Team")["id"]
        invitation = await succeed(
            client,
            "create_a_sendoso_user",
            first_name="Emily",
            last_name="Blunt",
            email="emily.blunt@company.com",
            team_group_id=group,
        )
        touch_id = named(await succeed(client, "list_all_sendoso_campaigns", limit=100), "New Hire Swag Box")["id"]
        links = await succeed(
            client,
            "create_a_sendoso_egift_link",
            touch_id=touch_id,
            via_from="IT Onboarding",
            recipient_users=[{"email": "emily.blunt@company.com"}],
        )
        users = await succeed(client, "list_all_sendoso_users", limit=100)

    assert invitation["receiver_email"] == "emily.blunt@company.com"
    assert (invitation["invitation_status"], invitation["team_group_id"]) == ("pending", group)
    assert links["message"] == "Success! Here are your 1 eGift Card links:"
    [link] = links["egift_links"]
    assert re.fullmatch(r"https://sendo\.so/g/[A-Za-z0-9_-]{12,13}", link["egift_link"])
    # Invited is not yet a user.
    assert "emily.blunt@company.com" not in [user["email"] for user in users["result"]]
    assert len(vendor.state()["invitations"]) == before + 1
    assert vendor.requests()[:4] == [
        ("GET", "/api/v3/groups", {"page": "1", "per_page": "100"}, None),
        (
            "POST",
            "/api/v3/users",
            {},
            {
                "user": {
                    "first_name": "Emily",
                    "last_name": "Blunt",
                    "email": "emily.blunt@company.com",
                    "role": "regular",
                    "team_group_id": group,
                }
            },
        ),
        ("GET", "/api/v3/touches", {"page": "1", "per_page": "100"}, None),
        (
            "POST",
            "/api/v3/send/generate_egift_links",
            {},
            {
                "send": {
                    "touch_id": touch_id,
                    "via": "generate_egift_links",
                    "via_from": "IT Onboarding",
                    "recipient_users": [{"email": "emily.blunt@company.com"}],
                }
            },
        ),
    ]


async def test_a_coffee_for_a_prospect(url, vendor):
    before = len(vendor.state()["sends"])
    async with connected(url) as client:
        campaigns = await succeed(client, "list_all_sendoso_campaigns", delivery_type="email")
        touch_id = named(campaigns, "Prospect Coffee")["id"]
        sent = await succeed(
            client,
            "create_a_sendoso_egift",
            touch_id=touch_id,
            name="Sarah Connor",
            email="sarah.connor@example.com",
            via_from="SDR Agent",
        )
    assert sent["message"] == "EGifts send Successfully"
    assert sent["tracking_url"] == "https://app.sendoso.com/track/" + sent["tracking_code"]
    assert len(vendor.state()["sends"]) == before + 1
    send = {"touch_id": touch_id, "name": "Sarah Connor", "email": "sarah.connor@example.com"}
    assert vendor.requests()[-1] == (
        "POST",
        "/api/v3/send",
        {},
        {"send": {**send, "via": "single_email_address", "via_from": "SDR Agent"}},
    )


async def test_the_budget_of_a_team(url):
    async with connected(url) as client:
        group = named(await succeed(client, "list_all_sendoso_groups"), "Enterprise Sales")
    assert isinstance(group["id"], int) and isinstance(group["budget"], int)
    assert isinstance(group["monthly_budget"], str)


async def test_all_sends_of_this_week_by_walking_the_pages(url, vendor):
    week_ago = datetime.now(timezone.utc) - timedelta(days=7)
    found, cursor, pages = [], None, 0
    async with connected(url) as client:
        while True:
            more = {} if cursor is None else {"next_cursor": cursor}
            page = await succeed(client, "list_all_sendoso_sends", limit=10, **more)
            pages += 1
            found += [send for send in page["result"] if datetime.fromisoformat(send["created_at"]) > week_ago]
            cursor = page["next_cursor"]
            if cursor is None:
                break
    assert pages > 1
    assert [query["page"] for (_, _, query, _) in vendor.requests()] == [str(n) for n in range(1, pages + 1)]
    assert len({send["id"] for send in found}) == len(found)


async def test_a_gift_to_a_known_address(url, vendor):
    async with connected(url) as client:
        campaigns = await succeed(client, "list_all_sendoso_campaigns", delivery_type="mail")
        recipient = {
            "touch_id": named(campaigns, "Executive Celebration Hamper")["id"],
            "name": "Jane Roe",
            "email": "jane@example.com",
            "address": "639 Front St, Floor 3",
            "city": "San Francisco",
            "state": "CA",
            "zip": "94111",
            "country": "USA",
        }
        await succeed(client, "create_a_sendoso_physical_gift", **recipient, via_from="SDR Agent")
    send = {**recipient, "confirm_address": False, "via": "single_person_or_company", "via_from": "SDR Agent"}
    assert vendor.requests()[-1] == ("POST", "/api/v3/send", {}, {"send": send})


async def test_a_parcel_abroad_needs_a_phone_number(url, vendor):
    """The vendor accepts such a send and lets it fail without a word."""
    recipient = {
        "touch_id": 4711,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "address": "12 St James's Square",
        "city": "London",
        "state": "London",
        "zip": "SW1Y 4JH",
        "country": "GB",
    }
    async with connected(url) as client:
        error = await fail(client, "create_a_sendoso_physical_gift", **recipient)
    assert error["code"] == "invalid_arguments" and "mobile_no" in str(error["details"])
    assert vendor.requests() == []


UNKNOWN_GROUP = {"first_name": "A", "last_name": "B", "email": "a@b.example", "team_group_id": 999999}
RECIPIENT = {"name": "Jane Roe", "email": "jane@example.com"}
ADDRESS_COLLECTION = "create_a_sendoso_physical_gift_address_collection"


@pytest.mark.parametrize(
    ("tool", "arguments", "status", "hint"),
    [
        pytest.param(
            "create_a_sendoso_egift",
            {"touch_id": 1, "email": "a@b.example"},
            404,
            "list_all_sendoso_campaigns",
            id="an unknown campaign",
        ),
        pytest.param(
            ADDRESS_COLLECTION, {"touch_id": 4601, **RECIPIENT}, 404, "`end_date`", id="a campaign that is over"
        ),
        pytest.param(
            "create_a_sendoso_egift",
            {"touch_id": 4890, "email": "a@b.example"},
            404,
            "`start_date`",
            id="a campaign to come",
        ),
        pytest.param(
            "create_a_sendoso_egift",
            {"touch_id": 4711, "email": "a@b.example"},
            400,
            ADDRESS_COLLECTION,
            id="a gift of the other kind",
        ),
        pytest.param(
            "get_single_sendoso_campaign_by_id",
            {"id": 4500},
            404,
            "deactivated",
            id="a deactivated campaign",
        ),
        pytest.param(
            "list_all_sendoso_team_group_users",
            {"team_group_id": 999999},
            404,
            "list_all_sendoso_groups",
            id="an unknown group",
        ),
        pytest.param(
            "create_a_sendoso_user", UNKNOWN_GROUP, 400, "list_all_sendoso_groups", id="a user for an unknown group"
        ),
    ],
)
async def test_a_refusal_by_the_vendor_says_what_would_be_right(url, tool, arguments, status, hint):
    async with connected(url) as client:
        error = await fail(client, tool, **arguments)
    assert (error["source"], error["status"]) == ("vendor", status)
    assert error["message"] == error["vendor"]["message"]
    assert hint in error["hint"]
