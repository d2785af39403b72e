//! One integration of a catalog: where it comes from, its text, and what the text says.
//!
//! What is compiled in is read when it is first asked for: a process pays only for the vendors that it has to do with.

use std::sync::{Arc, OnceLock};

use crate::definition::Definition;
use crate::parse::{DefinitionError, parse, parse_shipped};

/// One integration and where it comes from.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The integration's name.
    pub name: String,
    pub origin: Origin,
    text: Text,
    /// Shared by all catalogs that have this entry, so that it is read once.
    definition: Arc<OnceLock<Result<Arc<Definition>, DefinitionError>>>,
}

/// Where a definition comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    BuiltIn,
    /// Name of a file in the catalog folder.
    File(String),
}

#[derive(Debug, Clone)]
enum Text {
    Shipped(&'static str),
    Read(Arc<str>),
}

impl Entry {
    pub(crate) fn shipped(name: &str, text: &'static str) -> Self {
        Self { name: name.to_owned(), origin: Origin::BuiltIn, text: Text::Shipped(text), definition: Arc::default() }
    }

    /// Reads a definition file; `file` only names it.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(file: &str, text: String) -> Result<Self, DefinitionError> {
        let definition = Arc::new(parse(file, &text)?);
        Ok(Self {
            name: definition.integration.name.clone(),
            origin: Origin::File(file.to_owned()),
            text: Text::Read(Arc::from(text)),
            definition: Arc::new(OnceLock::from(Ok(definition))),
        })
    }

    /// The file as it was read.
    pub fn text(&self) -> &str {
        match &self.text {
            Text::Shipped(text) => text,
            Text::Read(text) => text,
        }
    }

    /// What the file says. The first call for one that is compiled in reads it, which takes some milliseconds.
    ///
    /// # Errors
    /// Does not happen in a binary whose tests passed: a file of a folder is read before it becomes an entry.
    pub fn definition(&self) -> Result<&Arc<Definition>, &DefinitionError> {
        let read = || parse_shipped(&format!("{}.yaml", self.name), self.text()).map(Arc::new);
        self.definition.get_or_init(read).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::Catalog;

    #[test]
    fn what_is_compiled_in_is_read_once_and_only_when_it_is_asked_for() {
        let built_in = Catalog::built_in();
        let (copy, errors) = built_in.with_folder(Vec::new(), &built_in);
        assert!(errors.is_empty());
        assert!(copy.iter().all(|entry| entry.definition.get().is_none()));
        let first = built_in.get("sendoso").unwrap().unwrap();
        assert!(std::ptr::eq(first, copy.get("sendoso").unwrap().unwrap()));
        assert_eq!(copy.iter().filter(|entry| entry.definition.get().is_some()).count(), 1);
    }
}
