"""Built-in definitions for calendars, files, notes and issues: what is sent, and what answers that look like the vendors' become."""

import json

import pytest

from made_up_vendor import MadeUpVendor, answer, refusal, tools_of

CREDENTIALS = {
    "google_calendar": {"credentials": {"access_token": "a1"}},
    "google_drive": {"credentials": {"access_token": "a1"}},
    "notion": {"credentials": {"token": "ntn_1"}},
    "jira": {"credentials": {"username": "jane@acme.example", "password": "t1"}},
    "asana": {"credentials": {"token": "t1"}},
    "github": {"credentials": {"token": "github_pat_1"}},
}


@pytest.fixture
def server(serve):
    return serve()


@pytest.fixture
def vendor(start):
    return lambda answers: start(MadeUpVendor, answers)


def connect(server, name, vendor):
    return tools_of(server, name, vendor, CREDENTIALS[name])


def sent(vendor):
    return vendor.requests[-1].message


def header(vendor, name):
    return {key.lower(): value for key, value in vendor.requests[-1].headers.items()}[name]


def test_changing_attendees_keeps_their_answers_and_an_invitation_can_be_accepted(server, vendor):
    calendar = vendor({"PATCH /calendars/primary/events/e1": answer({"id": "e1"})})
    run = connect(server, "google_calendar", calendar)
    attendees = [{"email": "jane@example.com", "responseStatus": "accepted"}, {"email": "ann@example.com"}]
    run("google_calendar_events_set_attendees", {"calendarId": "primary", "eventId": "e1", "attendees": attendees})
    assert sent(calendar) == {"attendees": attendees}
    # A change of the title cannot wipe them by the way.
    update = {"calendarId": "primary", "id": "e1", "summary": "Call", "attendees": attendees}
    assert refusal(run("update_a_google_calendar_event_by_id", update))["code"] == "invalid_arguments"
    assert len(calendar.requests) == 1


def test_an_event_gets_a_video_link(server, vendor):
    path = "PATCH /calendars/primary/events/e1?conferenceDataVersion=1"
    calendar = vendor({path: answer({"id": "e1", "hangoutLink": "https://meet.example/x"})})
    run = connect(server, "google_calendar", calendar)
    added = run("google_calendar_events_add_meet", {"calendarId": "primary", "eventId": "e1", "createRequest": {"requestId": "r1"}})
    assert added.json()["hangoutLink"] == "https://meet.example/x"
    assert sent(calendar) == {"conferenceData": {"createRequest": {"requestId": "r1"}}}


def test_members_of_a_time_are_checked_though_they_are_not_shown(server, vendor):
    run = connect(server, "google_calendar", vendor({}))
    event = {"calendarId": "primary", "summary": "Call", "start": {"datetime": "2030-06-03T10:00:00Z"}, "end": {"date": "2030-06-03"}}
    refused = refusal(run("create_a_google_calendar_event", event))
    assert refused["code"] == "invalid_arguments" and "did you mean `dateTime`" in json.dumps(refused)


def test_a_search_in_the_texts_of_files_is_not_sent_with_an_order(server, vendor):
    drive = vendor({})
    run = connect(server, "google_drive", drive)
    refused = refusal(run("list_all_google_drive_files", {"q": "fullText contains 'a'", "orderBy": "name"}))
    assert refused["code"] == "invalid_arguments" and drive.requests == []


def test_a_drive_refusal_about_the_order_is_not_taken_for_a_lack_of_rights(server, vendor):
    error = {"reason": "forbidden", "location": "orderBy", "message": "Sorting is not supported."}
    drive = vendor({})
    drive.answer = lambda request: answer({"error": {"code": 403, "errors": [error]}}, status=403)
    run = connect(server, "google_drive", drive)
    told = refusal(run("list_all_google_drive_files", {"q": "name contains 'a'", "orderBy": "name"}))
    assert told["code"] == "invalid_arguments" and "without orderBy" in told["hint"] and len(drive.requests) == 1


def test_a_notion_table_on_a_page_is_a_database_with_a_data_source(server, vendor):
    notion = vendor({"POST /v1/databases": answer({"object": "database", "id": "d1"}), "POST /v1/data_sources": answer({"id": "s2"})})
    run = connect(server, "notion", notion)
    body = {"parent": {"page_id": "p1"}, "initial_data_source": {"properties": {"Name": {"title": {}}}}}
    assert run("create_a_notion_database", body).json()["id"] == "d1"
    assert sent(notion) == body
    further = {"parent": {"database_id": "d1"}, "properties": {"Name": {"title": {}}}}
    assert run("create_a_notion_data_source", further).json()["id"] == "s2"


def test_notion_markdown_is_asked_for_in_the_version_that_has_it(server, vendor):
    page = {"object": "page_markdown", "markdown": "Hello"}
    notion = vendor({"GET /v1/pages/p1/markdown": answer(page), "PATCH /v1/pages/p1/markdown": answer(page), "GET /v1/pages/p1": answer({"id": "p1"})})
    run = connect(server, "notion", notion)
    run("notion_pages_markdown", {"page_id": "p1"})
    assert header(notion, "notion-version") == "2026-03-11"
    updates = {"content_updates": [{"old_str": "Hello", "new_str": "Bye"}]}
    run("notion_pages_edit_markdown", {"page_id": "p1", "update_content": updates})
    assert sent(notion) == {"type": "update_content", "update_content": updates}
    run("get_single_notion_page_by_id", {"id": "p1"})
    assert header(notion, "notion-version") == "2025-09-03"


def test_rows_of_a_notion_table_go_on_in_the_body(server, vendor):
    def rows(request):
        is_first = "start_cursor" not in request.message
        return answer({"results": [{"id": "r1" if is_first else "r2"}], "next_cursor": "c2" if is_first else None, "has_more": is_first})

    notion = vendor({"POST /v1/data_sources/s1/query": rows})
    run = connect(server, "notion", notion)
    first = run("list_all_notion_rows", {"data_source_id": "s1", "limit": 1}).json()
    second = run("list_all_notion_rows", {"data_source_id": "s1", "next_cursor": first["next_cursor"]}).json()
    assert second == {"result": [{"id": "r2"}], "next_cursor": None}
    assert sent(notion) == {"page_size": 1, "start_cursor": "c2"}


def test_jira_says_why_each_field_is_refused(server, vendor):
    errors = {"errorMessages": [], "errors": {"customfield_1": "Team is required.", "priority": "Unknown."}}
    run = connect(server, "jira", vendor({"POST /rest/api/2/issue": answer(errors, status=400)}))
    issue = {"project": {"key": "ACME"}, "issuetype": {"name": "Bug"}, "summary": "Broken"}
    refused = refusal(run("create_a_jira_issue", issue))
    assert refused["message"] == "customfield_1: Team is required. priority: Unknown."


def test_jira_says_that_a_token_must_be_without_scopes(server, vendor):
    run = connect(server, "jira", vendor({"GET /rest/api/2/issue/ACME-1": answer({"errorMessages": ["Issue does not exist"]}, status=404)}))
    assert "made with scopes" in refusal(run("get_single_jira_issue_by_id", {"id": "ACME-1"}))["hint"]


def test_asana_lists_the_tasks_of_one_place_only(server, vendor):
    asana = vendor({})
    run = connect(server, "asana", asana)
    for arguments in ({"project": "1", "section": "2"}, {"project": "1", "assignee": "me", "workspace": "3"}):
        assert refusal(run("list_all_asana_tasks", arguments))["code"] == "invalid_arguments"


def test_the_sha_that_github_wants_for_a_change_can_be_read(server, vendor):
    github = vendor({"GET /repos/acme/shop/contents/a.md": answer({"path": "a.md", "sha": "abc"})})
    run = connect(server, "github", github)
    assert run("github_file_contents_stat", {"owner": "acme", "repo": "shop", "path": "a.md"}).json()["sha"] == "abc"
    assert header(github, "accept") == "application/vnd.github.object+json"
