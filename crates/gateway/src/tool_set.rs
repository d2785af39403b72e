//! The tools of one definition behind one filter: what an MCP server shows, computed once and shared by every
//! server with the same definition and filter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use bytes::Bytes;
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::nearest::nearest;
use catalog::tool::Tool;
use serde_json::{Value, json};
use store::McpServerConfig;

/// Tools on one page of `tools/list`. Many clients read only the first page, so nearly all lists are one.
pub(crate) const PAGE_SIZE: usize = 1_000;
/// How long a client of the stateless era may keep a list, in milliseconds.
pub(crate) const LIST_TTL_MILLISECONDS: u32 = 30_000;

/// A filtered view of a definition.
pub(crate) struct ToolSet {
    definition: Arc<Definition>,
    tools: Vec<Arc<Tool>>,
    by_name: HashMap<String, usize>,
    handshake_pages: OnceLock<Vec<Bytes>>,
    stateless_pages: OnceLock<Vec<Bytes>>,
    result_tail: String,
}

impl ToolSet {
    /// The tools that `filter` admits, in the definition's order.
    pub(crate) fn new(definition: Arc<Definition>, filter: &Filter) -> Self {
        let tools: Vec<Arc<Tool>> = definition.tools.iter().filter(|tool| filter.admits(tool)).cloned().collect();
        let by_name = tools.iter().enumerate().map(|(index, tool)| (tool.name.clone(), index)).collect();
        let result_tail =
            format!(r#","resultType":"complete","_meta":{}"#, json!({"io.modelcontextprotocol/serverInfo": server_info(&definition)}));
        Self { definition, tools, by_name, handshake_pages: OnceLock::new(), stateless_pages: OnceLock::new(), result_tail }
    }

    pub(crate) fn definition(&self) -> &Definition {
        &self.definition
    }

    /// A tool of this set. A tool outside it and one that does not exist are the same.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Tool>> {
        self.by_name.get(name).and_then(|index| self.tools.get(*index))
    }

    /// Up to three names of this set that `name` may have been meant to be, nearest first.
    pub(crate) fn nearest(&self, name: &str) -> Vec<&str> {
        nearest(name, self.tools.iter().map(|tool| tool.name.as_str()), 3)
    }

    /// The `tools/list` results for clients that opened with `initialize`, a JSON object a page.
    pub(crate) fn handshake_pages(&self) -> &[Bytes] {
        self.handshake_pages.get_or_init(|| self.render(""))
    }

    /// The same for revision 2026-07-28, whose results carry caching hints and the server's name.
    pub(crate) fn stateless_pages(&self) -> &[Bytes] {
        self.stateless_pages
            .get_or_init(|| self.render(&format!(r#"{},"ttlMs":{LIST_TTL_MILLISECONDS},"cacheScope":"private""#, self.result_tail)))
    }

    /// What every result ends with in revision 2026-07-28, as JSON members after a comma.
    pub(crate) fn result_tail(&self) -> &str {
        &self.result_tail
    }

    /// What the vendor is called.
    pub(crate) fn label(&self) -> &str {
        &self.definition.integration.label
    }

    /// Whether there are prompts beside the tools.
    pub(crate) fn has_prompts(&self) -> bool {
        false
    }

    /// How the server introduces itself.
    pub(crate) fn server_info(&self) -> Value {
        server_info(&self.definition)
    }

    fn render(&self, tail: &str) -> Vec<Bytes> {
        let count = self.tools.len().div_ceil(PAGE_SIZE).max(1);
        (0..count)
            .map(|page| {
                let tools = self.tools.iter().skip(page * PAGE_SIZE).take(PAGE_SIZE);
                let listings: Vec<&str> = tools.map(|tool| tool.listing()).collect();
                let next = if page + 1 < count { format!(r#","nextCursor":"{}""#, page_cursor(page + 1)) } else { String::new() };
                format!(r#"{{"tools":[{}]{next}{tail}}}"#, listings.join(",")).into()
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

/// Tool sets in use, by definition and filter; one that no server uses any more is dropped.
#[derive(Default)]
pub(crate) struct ToolSets(Mutex<HashMap<Key, Weak<ToolSet>>>);

#[derive(PartialEq, Eq, Hash)]
struct Key {
    definition: usize,
    filter: Filter,
}

impl ToolSets {
    /// The set for this definition and filter, shared while anyone holds it.
    pub(crate) fn get(&self, definition: &Arc<Definition>, filter: Filter) -> Arc<ToolSet> {
        // A live set keeps its definition alive, so the address cannot belong to another one.
        let key = Key { definition: Arc::as_ptr(definition).addr(), filter };
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = sets.get(&key).and_then(Weak::upgrade) {
            return set;
        }
        sets.retain(|_, set| set.strong_count() > 0);
        let set = Arc::new(ToolSet::new(Arc::clone(definition), &key.filter));
        sets.insert(key, Arc::downgrade(&set));
        set
    }
}
