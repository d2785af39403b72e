"""The workflows that come with Sendoso as prompts, through the official client."""

import pytest

from mcp_types import PromptReference

from mcp_client import STATELESS, connected, tool_names

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


async def test_a_prompt_names_only_tools_that_its_server_has(url):
    async with connected(url) as client:
        tools = await tool_names(client)
        for prompt in (await client.list_prompts()).prompts:
            arguments = {argument.name: "x" for argument in prompt.arguments}
            [message] = (await client.get_prompt(prompt.name, arguments)).messages
            named = [word.strip(".,") for word in message.content.text.split() if "_sendoso_" in word]
            assert named and set(named) <= set(tools), prompt.name
