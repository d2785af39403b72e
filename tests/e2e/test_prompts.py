"""The workflows that come with Sendoso as prompts, through the official client."""

import re

import pytest

from mcp_types import PromptReference

from mcp_client import STATELESS, connected, listed, post

COLLEAGUE = {
    "first_name": "Emily",
    "last_name": "Blunt",
    "email": "emily.blunt@company.com",
    "team": "SDR Team",
    "campaign": "New Hire Swag Box",
}


@pytest.mark.parametrize("mode", ["legacy", STATELESS])
async def test_a_prompt_is_listed_filled_in_and_completed(url, mode):
    async with connected(url, mode=mode) as client:
        listed = (await client.list_prompts()).prompts
        filled = await client.get_prompt("welcome_a_colleague", {**COLLEAGUE, "role": "{{ team }}"})
        welcome = PromptReference(type="ref/prompt", name="welcome_a_colleague")
        completed = await client.complete(welcome, {"name": "role", "value": "man"})
    assert [prompt.name for prompt in listed] == ["gift_for_a_closed_deal", "welcome_a_colleague"]
    [message] = filled.messages
    assert message.role == "user"
    assert 'the team group "SDR Team"' in message.content.text and '"{{ team }}"' in message.content.text
    assert completed.completion.values == ["manager"]


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        ({}, ["gift_for_a_closed_deal", "welcome_a_colleague"]),
        ({"tags": ["campaigns", "sends"]}, ["gift_for_a_closed_deal"]),
        ({"tags": ["campaigns", "groups", "sends", "users"], "methods": ["read", "create"]}, ["gift_for_a_closed_deal", "welcome_a_colleague"]),
        ({"tags": ["users"]}, []),
        ({"methods": ["read"]}, []),
    ],
)
def test_prompts_name_only_tools_that_their_server_has(demo, config, shown):
    url = demo.create_server(demo.account, **config)["url"]
    tools = set(listed(url))
    listing = post(url, "prompts/list")
    prompts = listing.json()["result"]["prompts"] if shown else []
    assert [prompt["name"] for prompt in prompts] == shown
    texts = [listing.text]
    for name in ["gift_for_a_closed_deal", "welcome_a_colleague"]:
        arguments = next((prompt["arguments"] for prompt in prompts if prompt["name"] == name), [])
        got = post(url, "prompts/get", {"name": name, "arguments": {argument["name"]: "x" for argument in arguments}})
        assert ("result" in got.json()) == (name in shown)
        texts.append(got.text)
    named = set(re.findall(r"\w+_sendoso_\w+", " ".join(texts)))
    assert named <= tools
    assert bool(named) == bool(shown)
