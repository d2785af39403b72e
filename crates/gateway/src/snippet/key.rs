//! The name under which clients keep a server. It stands in the names of the tools that models see, so it is short.

/// Longest tool name with its prefix that Claude Code's older releases take: `mcp__{key}__{tool}`.
const LONGEST_IN_CLAUDE_CODE: usize = 64 - "mcp__".len() - "__".len();
/// The same for Gemini CLI, which cuts longer ones in the middle: `mcp_{key}_{tool}`.
const LONGEST_IN_GEMINI_CLI: usize = 63 - "mcp_".len() - "_".len();
const LONGEST_TOGETHER: usize = if LONGEST_IN_CLAUDE_CODE < LONGEST_IN_GEMINI_CLI { LONGEST_IN_CLAUDE_CODE } else { LONGEST_IN_GEMINI_CLI };
/// No key is shortened further, even where a tool's name leaves less room.
const SHORTEST: usize = 3;

/// A key for the servers of an integration: `help_desk` → `help-desk`. Lower-case letters, digits and hyphens, starting
/// with a letter, and shortened where the prefixes of clients would else make the name of a tool too long.
/// `longest_tool_name` is that of the integration's longest tool name, in characters.
///
/// Hyphens, because Gemini CLI takes a server's name to end at the first underscore.
pub(crate) fn server_key(integration: &str, longest_tool_name: usize) -> String {
    // A label of OpenAI's starts with a letter.
    let words: Vec<String> = integration
        .trim_start_matches(|c: char| !c.is_ascii_alphabetic())
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let whole = if words.is_empty() { "tidegate".to_owned() } else { words.join("-") };
    let room = LONGEST_TOGETHER.saturating_sub(longest_tool_name).max(SHORTEST);
    if whole.len() <= room {
        return whole;
    }
    // Whole words where that leaves enough to recognise, else as many letters as there is room for.
    let cut = whole.get(..room).unwrap_or_default();
    let at_word = if whole[room..].starts_with('-') { cut } else { cut.rsplit_once('-').map_or("", |(words, _)| words) };
    if at_word.len() >= SHORTEST { at_word } else { cut.trim_end_matches('-') }.to_owned()
}

#[cfg(test)]
mod tests {
    use catalog::catalog::Catalog;
    use proptest::prelude::*;

    use super::*;

    fn longest(tools: &[std::sync::Arc<catalog::tool::Tool>]) -> usize {
        tools.iter().map(|tool| tool.name.len()).max().unwrap_or_default()
    }

    #[test]
    fn a_key_is_the_integration_s_name_where_there_is_room() {
        assert_eq!(server_key("sendoso", 49), "sendoso");
        assert_eq!(server_key("help_desk", 40), "help-desk");
        assert_eq!(server_key("3com_desk", 20), "com-desk");
        assert_eq!(server_key("365", 20), "tidegate");
    }

    #[test]
    fn a_key_is_shortened_to_whole_words_or_else_letters() {
        assert_eq!(server_key("salesforce_marketing_cloud", 36), "salesforce-marketing");
        assert_eq!(server_key("salesforce_marketing_cloud", 37), "salesforce-marketing");
        assert_eq!(server_key("salesforce_marketing_cloud", 38), "salesforce");
        assert_eq!(server_key("salesforce_marketing_cloud", 50), "salesfo");
        assert_eq!(server_key("salesforce_marketing_cloud", 64), "sal");
        assert_eq!(server_key("a_very_long_name", 54), "a-v");
        assert_eq!(server_key("a_very_long_name", 56), "a-v");
    }

    #[test]
    fn built_in_tool_names_stay_within_client_limits_with_their_prefixes() {
        let mut checked = 0;
        for entry in Catalog::built_in().iter() {
            let tools = &entry.definition().unwrap().tools;
            let key = server_key(&entry.name, longest(tools));
            for tool in tools {
                for (prefixed, most) in [(format!("mcp__{key}__{}", tool.name), 64), (format!("mcp_{key}_{}", tool.name), 63)] {
                    assert!(prefixed.len() <= most, "{prefixed} has more than {most} characters");
                    checked += 1;
                }
            }
        }
        assert!(checked > 0, "no tool was checked");
    }

    proptest! {
        #[test]
        fn any_name_makes_a_key_that_clients_take(name in ".{0,80}", longest in 0_usize..80) {
            let key = server_key(&name, longest);
            prop_assert!(key.starts_with(|c: char| c.is_ascii_lowercase()), "{key}");
            prop_assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{key}");
            prop_assert!(!key.ends_with('-') && key.len() <= LONGEST_TOGETHER, "{key}");
            prop_assert!(longest > LONGEST_TOGETHER - SHORTEST || key.len() + longest <= LONGEST_TOGETHER, "{key}");
        }
    }
}
