"""Built-in definitions for sales, service and finance against answers that look like the vendors': credentials, pages and refusals."""

import base64

import pytest

from made_up_vendor import MadeUpVendor, answer, refusal, tools_of
from foreign import Reply

CREDENTIALS = {
    "stripe": {"credentials": {"api_key": "sk_test_1"}},
    "hubspot": {"credentials": {"token": "pat-1"}},
    "zendesk": {"credentials": {"username": "agent@acme.example/token", "password": "secret"}},
    "intercom": {"credentials": {"token": "t1"}},
    "salesforce": {"credentials": {"access_token": "a1"}},
    "shopify": {"credentials": {"api_key": "shpat_1"}},
    "netsuite": {"credentials": {"access_token": "a1"}},
}


@pytest.fixture
def server(serve):
    return serve()


@pytest.fixture
def vendor(start):
    return lambda answers: start(MadeUpVendor, answers)


def connect(server, name, vendor):
    return tools_of(server, name, vendor, CREDENTIALS[name])


def test_a_stripe_list_goes_on_after_the_last_id_and_the_key_is_a_bearer_token(server, vendor):
    stripe = vendor(
        {
            "GET /v1/customers?limit=2": answer({"object": "list", "data": [{"id": "cus_1"}, {"id": "cus_2"}], "has_more": True}),
            "GET /v1/customers?starting_after=cus_2&limit=2": answer({"object": "list", "data": [{"id": "cus_3"}], "has_more": False}),
        }
    )
    run = connect(server, "stripe", stripe)
    first = run("list_all_stripe_customers", {"limit": 2}).json()
    assert [customer["id"] for customer in first["result"]] == ["cus_1", "cus_2"]
    second = run("list_all_stripe_customers", {"next_cursor": first["next_cursor"]}).json()
    assert ([customer["id"] for customer in second["result"]], second["next_cursor"]) == (["cus_3"], None)
    headers = {name.lower(): value for name, value in stripe.requests[0].headers.items()}
    assert (headers["authorization"], headers["stripe-version"]) == ("Bearer sk_test_1", "2024-06-20")


def test_a_declined_card_says_why(server, vendor):
    error = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card was declined."}
    run = connect(server, "stripe", vendor({"POST /v1/subscriptions": answer({"error": error}, status=402)}))
    refused = refusal(run("create_a_stripe_subscription", {"customer": "cus_1", "items_0_price": "price_1"}))
    assert refused["message"] == "Your card was declined." and "insufficient_funds" in refused["hint"]


def test_a_zendesk_list_ends_although_its_last_page_has_a_cursor_too(server, vendor):
    zendesk = vendor(
        {
            "GET /api/v2/groups?page%5Bsize%5D=1": answer({"groups": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "aa"}}),
            "GET /api/v2/groups?page%5Bafter%5D=aa&page%5Bsize%5D=1": answer(
                {"groups": [{"id": 2}], "meta": {"has_more": False, "after_cursor": "bb"}}
            ),
        }
    )
    run = connect(server, "zendesk", zendesk)
    first = run("list_all_zendesk_groups", {"limit": 1}).json()
    assert run("list_all_zendesk_groups", {"next_cursor": first["next_cursor"]}).json() == {"result": [{"id": 2}], "next_cursor": None}
    headers = {name.lower(): value for name, value in zendesk.requests[0].headers.items()}
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"agent@acme.example/token:secret"


def test_each_field_that_zendesk_refuses_is_named(server, vendor):
    body = {
        "error": "RecordInvalid",
        "description": "Record validation errors",
        "details": {"email": [{"description": "Email: dana@example.com is already being used by another user", "error": "DuplicateValue"}]},
    }
    run = connect(server, "zendesk", vendor({"POST /api/v2/users": answer(body, status=422)}))
    refused = refusal(run("create_a_zendesk_user", {"name": "Dana", "email": "dana@example.com"}))
    assert refused["message"] == "Record validation errors"
    assert refused["hint"].startswith("`email`: Email: dana@example.com is already being used by another user")


def test_a_hubspot_contact_that_exists_is_a_conflict(server, vendor):
    body = {"status": "error", "message": "Contact already exists. Existing ID: 501", "category": "CONFLICT"}
    run = connect(server, "hubspot", vendor({"POST /crm/v3/objects/contacts": answer(body, status=409)}))
    refused = refusal(run("create_a_hubspot_contact", {"email": "a@b.example"}))
    assert (refused["code"], refused["message"]) == ("conflict", "Contact already exists. Existing ID: 501")


def test_a_hubspot_search_that_is_refused_for_its_rate_says_when_the_next_may_come(server, vendor):
    body = {"status": "error", "message": "You have reached your secondly limit.", "errorType": "RATE_LIMIT", "policyName": "SECONDLY"}
    run = connect(server, "hubspot", vendor({"POST /crm/v3/objects/deals/search": answer(body, status=429)}))
    response = run("list_all_hubspot_records", {"objectType": "deals", "query": "acme"})
    assert (response.status_code, refusal(response)["code"]) == (429, "rate_limited")
    assert refusal(response)["ratelimit"]["limit"] == 5


def test_a_hubspot_search_pages_in_its_body(server, vendor):
    def found(request):
        is_first = "after" not in request.message
        paging = {"paging": {"next": {"after": "1"}}} if is_first else {}
        return answer({"total": 2, "results": [{"id": "1" if is_first else "2"}], **paging})

    hubspot = vendor({"POST /crm/v3/objects/deals/search": found})
    run = connect(server, "hubspot", hubspot)
    search = {"objectType": "deals", "query": "acme"}
    first = run("list_all_hubspot_records", {**search, "limit": 1}).json()
    second = run("list_all_hubspot_records", {**search, "next_cursor": first["next_cursor"]}).json()
    assert (first["result"], second) == ([{"id": "1"}], {"result": [{"id": "2"}], "next_cursor": None})
    assert hubspot.requests[1].message == {"query": "acme", "after": "1", "limit": 1}


def test_an_intercom_list_pages_by_cursor_and_its_refusals_are_lists(server, vendor):
    page = {"type": "list", "data": [{"id": "c1"}], "pages": {"type": "pages", "next": {"per_page": 20, "starting_after": "xyz"}}}
    last = {"type": "list", "data": [{"id": "c2"}], "pages": {"type": "pages"}}
    missing = {"type": "error.list", "request_id": "r", "errors": [{"code": "not_found", "message": "User Not Found"}]}
    intercom = vendor(
        {
            "GET /contacts?per_page=20": answer(page),
            "GET /contacts?starting_after=xyz&per_page=20": answer(last),
            "GET /contacts/nobody": answer(missing, status=404),
        }
    )
    run = connect(server, "intercom", intercom)
    first = run("list_all_intercom_contacts").json()
    assert run("list_all_intercom_contacts", {"next_cursor": first["next_cursor"]}).json() == {"result": [{"id": "c2"}], "next_cursor": None}
    refused = refusal(run("get_single_intercom_contact_by_id", {"id": "nobody"}))
    assert (refused["code"], refused["message"]) == ("not_found", "User Not Found")


def test_a_salesforce_organization_without_requests_left_is_rate_limited(server, vendor):
    body = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    run = connect(server, "salesforce", vendor({"DELETE /services/data/v62.0/sobjects/Task/00T1": answer(body, status=403)}))
    refused = refusal(run("delete_a_salesforce_record_by_id", {"object": "Task", "id": "00T1"}))
    assert (refused["code"], refused["message"]) == ("rate_limited", "TotalRequests Limit exceeded.")


def test_a_salesforce_field_that_is_missing_is_named(server, vendor):
    body = [{"message": "Required fields are missing: [CloseDate]", "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["CloseDate"]}]
    run = connect(server, "salesforce", vendor({"POST /services/data/v62.0/sobjects/Opportunity": answer(body, status=400)}))
    refused = refusal(run("create_a_salesforce_record", {"object": "Opportunity", "body": {"Name": "Renewal"}}))
    assert refused["hint"].startswith("Required here: CloseDate")


def test_a_shopify_list_goes_on_by_its_link_and_the_token_has_a_header_of_its_own(server, vendor):
    link = '<https://acme.myshopify.com/admin/api/2026-04/orders.json?limit=1&page_info=abc>; rel="next"'
    shopify = vendor(
        {
            "GET /orders.json?limit=1&status=any": answer({"orders": [{"id": 1}]}, link=link),
            "GET /orders.json?limit=1&page_info=abc": answer({"orders": [{"id": 2}]}),
        }
    )
    run = connect(server, "shopify", shopify)
    first = run("list_all_shopify_orders", {"status": "any", "limit": 1}).json()
    second = run("list_all_shopify_orders", {"next_cursor": first["next_cursor"]}).json()
    assert second == {"result": [{"id": 2}], "next_cursor": None}
    again = run("list_all_shopify_orders", {"next_cursor": first["next_cursor"], "status": "any"})
    assert (again.status_code, refusal(again)["code"]) == (400, "invalid_arguments")
    assert len(shopify.requests) == 2
    headers = {name.lower(): value for name, value in shopify.requests[0].headers.items()}
    assert headers["x-shopify-access-token"] == "shpat_1" and "authorization" not in headers


def test_what_shopify_refuses_is_named_by_field(server, vendor):
    shopify = vendor({"POST /customers.json": answer({"errors": {"email": ["has already been taken"]}}, status=422)})
    run = connect(server, "shopify", shopify)
    assert refusal(run("create_a_shopify_customer", {"email": "a@b.example"}))["hint"].startswith("`email`: has already been taken")


@pytest.mark.parametrize("reason, code", [("THROTTLED", "rate_limited"), ("ACCESS_DENIED", "forbidden"), ("OTHER", "vendor_error")])
def test_what_graphql_refuses_with_status_200_is_a_refusal(server, vendor, reason, code):
    body = {"data": {"products": None}, "errors": [{"message": "Not now.", "extensions": {"code": reason}}]}
    run = connect(server, "shopify", vendor({"POST /graphql.json": answer(body)}))
    refused = refusal(run("shopify_products_search", {"variables": {"first": 5}}))
    assert (refused["code"], refused["message"]) == (code, "Not now.")


def test_a_netsuite_record_that_was_created_is_told_by_its_place(server, vendor):
    place = "https://1234567.suitetalk.api.netsuite.com/services/rest/record/v1/customer/647"
    netsuite = vendor({"POST /services/rest/record/v1/customer": Reply(204, b"", {"location": place})})
    run = connect(server, "netsuite", netsuite)
    assert run("create_a_netsuite_customer", {"companyName": "Acme Tools"}).json()["location"] == place


def test_a_netsuite_query_goes_on_until_its_total(server, vendor):
    def rows(offset, count):
        return answer({"items": [{"id": str(offset + at)} for at in range(count)], "totalResults": 3, "hasMore": offset + count < 3})

    path = "POST /services/rest/query/v1/suiteql"
    netsuite = vendor({f"{path}?offset=0&limit=2": rows(0, 2), f"{path}?offset=2&limit=2": rows(2, 1)})
    run = connect(server, "netsuite", netsuite)
    query = {"q": "SELECT id FROM customer ORDER BY id"}
    first = run("list_all_netsuite_query_results", {**query, "limit": 2}).json()
    second = run("list_all_netsuite_query_results", {**query, "next_cursor": first["next_cursor"]}).json()
    assert second == {"result": [{"id": "2"}], "next_cursor": None}
    assert {name.lower(): value for name, value in netsuite.requests[0].headers.items()}["prefer"] == "transient"


def test_what_netsuite_refuses_is_named_by_its_place(server, vendor):
    detail = {"detail": "Invalid value for the field.", "o:errorPath": "subsidiary", "o:errorCode": "USER_ERROR"}
    body = {"title": "Bad Request", "status": 400, "o:errorDetails": [detail]}
    run = connect(server, "netsuite", vendor({"POST /services/rest/record/v1/customer": answer(body, status=400)}))
    refused = refusal(run("create_a_netsuite_customer", {"companyName": "Acme Tools", "subsidiary": {"id": "0"}}))
    assert refused["message"] == "Invalid value for the field." and "`subsidiary`" in refused["hint"]
