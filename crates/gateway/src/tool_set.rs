//! The tools of one definition behind one filter: what an MCP server shows, computed once and shared by every
//! server with the same definition, filter and exposure.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::nearest::nearest;
use catalog::prompt::Prompt;
use catalog::search::Index;
use catalog::tool::Tool;
use serde_json::{Value, json};
use store::{McpServerConfig, ToolExposure};

use crate::mcp::discovery;
use crate::shared::Shared;

/// Tools on one page of `tools/list`. Many clients read only the first page, so nearly all lists are one.
pub(crate) const PAGE_SIZE: usize = 1_000;
/// How long a client of the stateless era may keep a list, in milliseconds.
pub(crate) const LIST_TTL_MILLISECONDS: u32 = 30_000;

/// A filtered view of a definition.
pub(crate) struct ToolSet {
    definition: Arc<Definition>,
    exposure: ToolExposure,
    tools: Vec<Arc<Tool>>,
    by_name: HashMap<String, usize>,
    prompts: Vec<Arc<Prompt>>,
    /// Made before the first search, if there is time.
    index: OnceLock<Index>,
    handshake_pages: OnceLock<Vec<Bytes>>,
    stateless_pages: OnceLock<Vec<Bytes>>,
    result_tail: String,
}

impl ToolSet {
    /// The tools that `filter` admits, in the definition's order.
    pub(crate) fn new(definition: Arc<Definition>, filter: &Filter, exposure: ToolExposure) -> Self {
        let tools: Vec<Arc<Tool>> = definition.tools.iter().filter(|tool| filter.admits(tool)).cloned().collect();
        let by_name: HashMap<String, usize> = tools.iter().enumerate().map(|(index, tool)| (tool.name.clone(), index)).collect();
        // A prompt must not tell of a tool that is hidden here.
        let is_whole = |prompt: &&Arc<Prompt>| prompt.tools.iter().all(|name| by_name.contains_key(name));
        let prompts = definition.prompts.iter().filter(is_whole).cloned().collect();
        let result_tail =
            format!(r#","resultType":"complete","_meta":{}"#, json!({"io.modelcontextprotocol/serverInfo": server_info(&definition)}));
        Self {
            definition,
            exposure,
            tools,
            by_name,
            prompts,
            index: OnceLock::new(),
            handshake_pages: OnceLock::new(),
            stateless_pages: OnceLock::new(),
            result_tail,
        }
    }

    pub(crate) fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Whether the tools themselves are listed.
    pub(crate) fn exposure(&self) -> ToolExposure {
        self.exposure
    }

    /// Every tool of this set, listed or not, in the definition's order.
    pub(crate) fn tools(&self) -> &[Arc<Tool>] {
        &self.tools
    }

    /// A tool of this set. A tool outside it and one that does not exist are the same.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Tool>> {
        self.by_name.get(name).and_then(|index| self.tools.get(*index))
    }

    /// Up to three names of this set that `name` may have been meant to be, nearest first.
    pub(crate) fn nearest(&self, name: &str) -> Vec<&str> {
        nearest(name, self.tools.iter().map(|tool| tool.name.as_str()), 3)
    }

    /// Prepares what only searches need, which takes some milliseconds for a thousand tools.
    pub(crate) fn prepare_search(&self) {
        self.index();
    }

    /// The `limit` tools of this set that fit a query best, and how many fit at all.
    pub(crate) fn search(&self, query: &str, limit: usize) -> (Vec<&Tool>, usize) {
        let matches = self.index().search(query, limit);
        let hits = matches.positions.iter().filter_map(|position| self.tools.get(*position));
        (hits.map(|tool| &**tool).collect(), matches.total)
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.tools))
    }

    /// The `tools/list` results for clients that opened with `initialize`, a JSON object a page.
    pub(crate) fn handshake_pages(&self) -> &[Bytes] {
        self.handshake_pages.get_or_init(|| self.render(""))
    }

    /// The same for revision 2026-07-28, whose results carry caching hints and the server's name.
    pub(crate) fn stateless_pages(&self) -> &[Bytes] {
        self.stateless_pages.get_or_init(|| self.render(&self.list_tail()))
    }

    /// What every result ends with in revision 2026-07-28, as JSON members after a comma.
    pub(crate) fn result_tail(&self) -> &str {
        &self.result_tail
    }

    /// What every list ends with in revision 2026-07-28: the same, and how long it may be kept.
    pub(crate) fn list_tail(&self) -> String {
        format!(r#"{},"ttlMs":{LIST_TTL_MILLISECONDS},"cacheScope":"private""#, self.result_tail)
    }

    /// What the vendor is called.
    pub(crate) fn label(&self) -> &str {
        &self.definition.integration.label
    }

    /// The prompts all of whose tools are in this set, in the definition's order.
    pub(crate) fn prompts(&self) -> &[Arc<Prompt>] {
        &self.prompts
    }

    /// Whether there are prompts beside the tools.
    pub(crate) fn has_prompts(&self) -> bool {
        !self.prompts.is_empty()
    }

    /// Whether some argument of a prompt can be completed.
    pub(crate) fn has_completions(&self) -> bool {
        self.prompts.iter().any(|prompt| prompt.has_completions())
    }

    /// How the server introduces itself.
    pub(crate) fn server_info(&self) -> Value {
        server_info(&self.definition)
    }

    fn render(&self, tail: &str) -> Vec<Bytes> {
        let discovery = match self.exposure {
            ToolExposure::Full => Vec::new(),
            ToolExposure::Discovery => discovery::listings(self),
        };
        let listings: Vec<&str> = match self.exposure {
            ToolExposure::Full => self.tools.iter().map(|tool| tool.listing()).collect(),
            ToolExposure::Discovery => discovery.iter().map(String::as_str).collect(),
        };
        let count = listings.len().div_ceil(PAGE_SIZE).max(1);
        (0..count)
            .map(|page| {
                let listings = listings.chunks(PAGE_SIZE).nth(page).unwrap_or_default().join(",");
                let next = if page + 1 < count { format!(r#","nextCursor":"{}""#, page_cursor(page + 1)) } else { String::new() };
                format!(r#"{{"tools":[{listings}]{next}{tail}}}"#).into()
            })
            .collect()
    }
}

fn server_info(definition: &Definition) -> Value {
    json!({"name": "tidegate", "title": definition.integration.label, "version": env!("CARGO_PKG_VERSION")})
}

/// The filter that a server's configuration stands for, at list time and at call time alike.
pub(crate) fn filter_of(config: &McpServerConfig) -> Filter {
    Filter { methods: config.methods.clone(), tags: config.tags.clone() }
}

/// The cursor that names a page of `tools/list`.
fn page_cursor(page: usize) -> String {
    format!("page-{page}")
}

/// The page that a cursor names.
pub(crate) fn page_of_cursor(cursor: &str) -> Option<usize> {
    cursor.strip_prefix("page-")?.parse().ok().filter(|page| *page > 0)
}

/// Tool sets in use, by what they are made of; one that no server uses any more is dropped.
#[derive(Default)]
pub(crate) struct ToolSets(Shared<Key, ToolSet>);

#[derive(PartialEq, Eq, Hash)]
struct Key {
    definition: usize,
    filter: Filter,
    exposure: ToolExposure,
}

impl ToolSets {
    /// The set for this definition and configuration, shared while anyone holds it.
    pub(crate) fn get(&self, definition: &Arc<Definition>, config: &McpServerConfig) -> Arc<ToolSet> {
        // A live set keeps its definition alive, so the address cannot belong to another one.
        let key = Key { definition: Arc::as_ptr(definition).addr(), filter: filter_of(config), exposure: config.tool_exposure };
        self.0.get_or_make(key, |key| ToolSet::new(Arc::clone(definition), &key.filter, key.exposure))
    }
}

#[cfg(test)]
mod tests {
    use catalog::catalog::Catalog;
    use proptest::prelude::*;

    use super::*;

    fn definition() -> Arc<Definition> {
        Arc::clone(Catalog::built_in().get("sendoso").unwrap().unwrap())
    }

    fn words() -> impl Strategy<Value = String> {
        let word = proptest::sample::select(vec!["create", "a", "gift", "user", "list_all_sendoso_sends", "scim", "campaigns", "group"]);
        proptest::collection::vec(word, 0..5).prop_map(|words| words.join(" "))
    }

    fn names(names: &'static [&str]) -> impl Strategy<Value = Vec<String>> {
        proptest::sample::subsequence(names, 0..names.len()).prop_map(|names| names.into_iter().map(str::to_owned).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_search_finds_only_what_the_filter_admits(
            query in words(),
            methods in names(&["read", "create", "update", "get"]),
            tags in names(&["users", "groups", "campaigns", "sends", "scim"]),
        ) {
            static DEFINITION: std::sync::LazyLock<Arc<Definition>> = std::sync::LazyLock::new(definition);
            let filter = Filter { methods, tags };
            let tools = ToolSet::new(Arc::clone(&DEFINITION), &filter, ToolExposure::Discovery);
            let (hits, matched) = tools.search(&query, 20);
            prop_assert!(hits.iter().all(|tool| filter.admits(tool)));
            prop_assert!(hits.len() <= matched && matched <= tools.tools().len());
        }
    }

    #[test]
    fn servers_with_the_same_configuration_share_a_set() {
        let (sets, definition) = (ToolSets::default(), definition());
        let full = sets.get(&definition, &McpServerConfig::default());
        assert!(Arc::ptr_eq(&full, &sets.get(&definition, &McpServerConfig { structured_content: true, ..McpServerConfig::default() })));
        let discovery = McpServerConfig { tool_exposure: ToolExposure::Discovery, ..McpServerConfig::default() };
        assert!(!Arc::ptr_eq(&full, &sets.get(&definition, &discovery)));
    }
}
