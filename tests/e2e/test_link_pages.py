"""Connecting accounts in a real Chromium: link page, the vendor's own page, a connected account that works."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from browser import Host, Visitor, is_too_wide, launched, violations
from mcp_client import call, connected, succeed
from poll import until
from vendor import Vendor

# The apps that the sandbox knows, one for each way to sign in.
SENDOSO_APPS = {
    "oauth2": {"client_id": "sandbox-core-client", "client_secret": "sandbox-core-secret"},
    "scim": {"client_id": "sandbox-scim-client", "client_secret": "sandbox-scim-secret"},
}

WITH_AND_WITHOUT_SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


@pytest.fixture(scope="module")
def browser():
    with launched() as browser:
        yield browser


@pytest.fixture
def visitor(browser):
    """`visitor(…)`: somebody with a browser of these settings. What they saw asked for nothing from elsewhere and broke no policy."""
    visitors = []

    def visitor(**settings):
        visitors.append(Visitor(browser, **settings))
        return visitors[-1]

    yield visitor
    for one in visitors:
        one.close()
        policy = [text for text in one.complaints if "Content Security Policy" in text or "Uncaught" in text]
        assert policy == [], policy
        assert {host.rsplit(":", 1)[0] for host in one.hosts} <= {"127.0.0.1", "localhost"}, one.hosts


@pytest.fixture
def vendors(demo):
    """The sandboxes, as if new."""
    vendors = {name: Vendor(url) for name, url in demo.line["sandboxes"].items()}
    for vendor in vendors.values():
        vendor.reset()
    return vendors


@pytest.fixture
def gate(serve):
    gate = serve()
    for method, app in SENDOSO_APPS.items():
        body = {**app, "authentication_method": method}
        assert gate.api("PUT", "/integration/sendoso/oauth-app", body).status_code == 200
    return gate


@pytest.fixture
def link(gate, vendors):
    """`link("sendoso")`: a link for connecting an account at that sandbox."""

    def link(integration, **more):
        body = {"tenant_id": "acme", "integration": integration, "base_url": vendors[integration].url, **more}
        return gate.created("/link-token", body)["url"]

    return link


@pytest.fixture
def host():
    host = Host()
    yield host
    host.close()


def sendoso(link, **more):
    return link("sendoso", authentication_method="oauth2", **more)


def accounts(gate):
    return gate.api("GET", "/integrated-account").json()["result"]


def told(page):
    """What the app's page was told, once it was told anything."""
    page.wait_for_function("told.length > 0")
    return page.evaluate("told")


def answer(gate, account, tool, **arguments):
    """What a tool answers the official client, which has a loop of its own."""

    async def ask():
        async with connected(gate.create_server(account)["url"]) as client:
            return await succeed(client, tool, **arguments)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask()).result()


@WITH_AND_WITHOUT_SCRIPT
def test_from_the_link_by_the_vendor_s_consent_to_a_call(gate, link, visitor, script):
    somebody = visitor(java_script_enabled=script)
    page = somebody.page
    somebody.open(sendoso(link))
    assert "Send gifts in your name" in page.inner_text("main")
    page.click("text=Continue to Sendoso")
    page.click("text=Authorize")
    page.wait_for_selector("text=Sendoso is connected")
    [account] = accounts(gate)
    assert (account["status"], account["tenant_id"]) == ("active", "acme"), account
    assert account["identity"] in page.inner_text("main")
    # The address is nobody's secret any more.
    assert "code=" not in page.url and "state=" not in page.url
    assert answer(gate, account["id"], "list_all_sendoso_me")["result"][0]["email"] == account["identity"]


@WITH_AND_WITHOUT_SCRIPT
def test_a_pasted_key_is_tried_before_it_is_stored(gate, link, vendors, visitor, script):
    somebody = visitor(java_script_enabled=script)
    page = somebody.page
    url = link("edesk")
    somebody.open(url)
    page.click("button:has-text('Connect eDesk')")
    assert "missing" in page.inner_text("[role=alert]")
    if script:
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.fill("label:has-text('API token') ~ input", "not-a-token")
    page.click("button:has-text('Connect eDesk')")
    assert "eDesk does not accept this" in page.inner_text("[role=alert]")
    assert page.input_value("input[type=password]") == ""
    assert accounts(gate) == []
    page.fill("input[type=password]", f"  {vendors['edesk'].tokens()['token']} \t")
    page.click("button:has-text('Connect eDesk')")
    page.wait_for_selector("text=eDesk is connected")
    [account] = accounts(gate)
    assert account["status"] == "active", account
    assert answer(gate, account["id"], "list_all_e_desk_tags")["result"]
    # The link is used up, and says so to everybody else; who comes again is told again.
    somebody.open(url)
    assert somebody.heading() == "eDesk is connected"
    another = visitor()
    assert another.open(url).status == 410
    assert "link" in another.heading().lower()


@WITH_AND_WITHOUT_SCRIPT
@pytest.mark.parametrize("vendor", ["edesk", "sendoso"])
def test_the_app_may_redirect_on_from_where_the_person_comes_back_to(gate, link, vendors, visitor, host, script, vendor):
    somebody = visitor(java_script_enabled=script)
    page = somebody.page
    back = f"{host.origin}/connected?tab=crm"
    somebody.open(sendoso(link, redirect_uri=back) if vendor == "sendoso" else link("edesk", redirect_uri=back))
    if vendor == "sendoso":
        page.click("text=Continue to Sendoso")
        page.click("text=Authorize")
    else:
        page.fill("input[type=password]", vendors["edesk"].tokens()["token"])
        page.click("button:has-text('Connect eDesk')")
    page.wait_for_url(f"{host.other_origin}/account?**")
    [account] = accounts(gate)
    assert page.url.endswith(f"?tab=crm&status=connected&integrated_account_id={account['id']}")


def test_whoever_denies_consent_can_think_again(gate, link, visitor):
    somebody = visitor()
    page = somebody.page
    somebody.open(sendoso(link))
    page.click("text=Continue to Sendoso")
    page.click("text=Deny")
    page.wait_for_selector("a:has-text('Try again')")
    assert accounts(gate) == []
    page.click("a:has-text('Try again')")
    page.click("text=Continue to Sendoso")
    page.click("text=Authorize")
    page.wait_for_selector("text=Sendoso is connected")
    assert [account["status"] for account in accounts(gate)] == ["active"]


def test_a_vendor_and_a_way_are_chosen_without_a_mouse(gate, visitor):
    somebody = visitor()
    page = somebody.page
    somebody.open(gate.created("/link-token", {"tenant_id": "acme"})["url"])
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.querySelector('strong')?.textContent") != "Sendoso":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=How do you want to connect Sendoso?")
    page.click("text=Gifts, campaigns and teams")
    page.wait_for_selector("button:has-text('Continue to Sendoso')")
    page.click("text=Back")
    page.wait_for_selector("text=How do you want to connect Sendoso?")
    page.click("text=Back")
    page.wait_for_selector("text=What do you want to connect?")


def test_the_link_that_an_agent_is_given_mends_the_account(gate, vendors, visitor):
    edesk = vendors["edesk"]
    account = gate.connect_account(edesk.url, edesk.tokens(), integration="edesk", validate=True)
    edesk.will_fail(kind="status", status=401, path_prefix="/v1", times=1000)
    server = gate.create_server(account)["url"]

    def error():
        return call(server, "list_all_e_desk_tags").json()["result"]["structuredContent"]["error"]

    # After the first refusal the vendor is asked whether it means the token; from then on everybody knows.
    assert error()["code"] == "needs_reauth"
    url = until(lambda: error().get("reconnect_url"), what="a link in the refusal")
    edesk.reset()
    somebody = visitor()
    page = somebody.page
    somebody.open(url)
    assert somebody.heading() == "Reconnect eDesk"
    page.fill("input[type=password]", edesk.tokens()["token"])
    page.click("button:has-text('Reconnect eDesk')")
    page.wait_for_selector("text=eDesk is connected again")
    [shown] = accounts(gate)
    assert (shown["id"], shown["status"], shown["reconnect_url"]) == (account, "active", None), shown
    assert call(server, "list_all_e_desk_tags").json()["result"]["isError"] is False


def test_a_frame_of_an_allowed_origin_is_told_of_a_pasted_key(gate, link, vendors, visitor, host):
    assert gate.api("PATCH", "/environment", {"frame_ancestors": [host.origin]}).status_code == 200
    somebody = visitor()
    host.frame = link("edesk")
    somebody.open(host.origin)
    frame = somebody.page.frame_locator("iframe")
    frame.locator("input[type=password]").fill(vendors["edesk"].tokens()["token"])
    frame.locator("button").click()
    frame.locator("text=eDesk is connected").wait_for()
    [account] = accounts(gate)
    message = {"type": "tidegate:connected", "integrated_account_id": account["id"]}
    assert told(somebody.page) == [[gate.url, message]]


def test_a_frame_opens_a_window_for_the_vendor_and_both_pages_are_told(gate, link, visitor, host):
    assert gate.api("PATCH", "/environment", {"frame_ancestors": [host.origin]}).status_code == 200
    somebody = visitor()
    host.frame = sendoso(link)
    somebody.open(host.origin)
    frame = somebody.page.frame_locator("iframe")
    with somebody.context.expect_page() as opened:
        frame.locator("button").click()
    window = opened.value
    frame.locator("text=Go on in the window").wait_for()
    window.click("text=Deny")
    window.wait_for_selector("a:has-text('Try again')")
    assert told(somebody.page) == [[gate.url, {"type": "tidegate:failed", "reason": "access_denied"}]]
    # The frame is where it was, and its button leads to the same window.
    frame.locator("button").click()
    window.click("text=Authorize")
    window.wait_for_selector("text=Sendoso is connected")
    frame.locator("text=Sendoso is connected").wait_for()
    [account] = accounts(gate)
    assert [gate.url, {"type": "tidegate:connected", "integrated_account_id": account["id"]}] in told(somebody.page)


def test_nobody_else_can_show_the_page_in_a_frame(gate, link, vendors, visitor, host):
    allowed = ["https://app.example.com"]
    assert gate.api("PATCH", "/environment", {"frame_ancestors": allowed}).status_code == 200
    url = link("edesk")
    somebody = visitor()
    host.frame = url
    # The browser says why it shows nothing.
    with somebody.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        somebody.open(host.origin)
    assert somebody.page.frame_locator("iframe").locator("form[data-form]").count() == 0
    somebody.complaints.clear()
    assert somebody.page.evaluate("told") == []
    # In a window of its own it works, and the app that opened it without leave is told nothing.
    with somebody.context.expect_page() as opened:
        somebody.page.evaluate("url => { window.open(url); }", url)
    window = opened.value
    window.fill("input[type=password]", vendors["edesk"].tokens()["token"])
    window.click("button")
    window.wait_for_selector("text=eDesk is connected")
    assert somebody.page.evaluate("told") == []


@pytest.mark.parametrize(
    "looks",
    [
        {"color_scheme": "light", "viewport": {"width": 820, "height": 900}},
        {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
        {"forced_colors": "active", "viewport": {"width": 640, "height": 640}, "device_scale_factor": 2},
    ],
    ids=["light", "dark and narrow", "forced colors"],
)
def test_every_page_is_accessible(gate, link, vendors, visitor, host, looks):
    somebody = visitor(**looks)
    page = somebody.page
    titles = []

    def look(at=page):
        found = violations(at)
        assert found == [], f"{at.title()}: {found}"
        assert not is_too_wide(at), at.title()
        titles.append(at.title())

    somebody.open(gate.created("/link-token", {"tenant_id": "acme"})["url"])
    look()
    somebody.open(page.url.split("?")[0] + "?q=zzz")
    look()
    somebody.open(page.url.split("?")[0] + "?integration=sendoso")
    look()
    somebody.open(link("gladly"))
    look()
    page.click("button:has-text('Connect Gladly')")
    look()
    page.fill("input[type=text]", "agent@acme.com")
    page.fill("input[type=password]", "wrong")
    page.click("button:has-text('Connect Gladly')")
    look()
    somebody.open(sendoso(link))
    page.click("summary")
    look()
    page.route("**/oauth/authorize*", lambda route: route.fulfill(status=204))
    page.click("text=Continue to Sendoso")
    page.wait_for_selector("text=On to Sendoso")
    look()
    page.unroute("**/oauth/authorize*")
    page.click("text=Continue to Sendoso")
    page.click("text=Deny")
    page.wait_for_selector("a:has-text('Try again')")
    look()
    page.click("a:has-text('Try again')")
    page.click("text=Continue to Sendoso")
    page.click("text=Authorize")
    page.wait_for_selector("text=Sendoso is connected")
    look()
    somebody.open(gate.url + "/link/tl_nothing")
    look()
    gate.api("PATCH", "/environment", {"frame_ancestors": [host.origin], "display_name": "Acme"})
    account = gate.connect_account(vendors["edesk"].url, {"token": "ended"}, integration="edesk")
    somebody.open(gate.created("/link-token", {"integrated_account_id": account})["url"])
    assert somebody.heading() == "Reconnect eDesk to Acme"
    look()
    host.frame = sendoso(link)
    somebody.open(host.origin)
    page.frame_locator("iframe").locator("summary").first.click()
    framed = page.frames[1]
    look(framed)
    with somebody.context.expect_page():
        framed.click("button")
    framed.wait_for_selector("text=Go on in the window")
    look(framed)
    assert len(set(titles)) >= 11, titles
