//! Which part of a list a request asks for, where the vendor counts pages.

use crate::kit::request::Request;

/// A page of a list, as asked for. How the answer says so is the vendor's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// The first is 1.
    pub(crate) number: usize,
    pub(crate) size: usize,
}

/// How a vendor names the two parameters, and the sizes it grants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging {
    pub(crate) number: &'static str,
    pub(crate) size: &'static str,
    pub(crate) default_size: usize,
    pub(crate) max_size: usize,
}

impl Paging {
    /// What is no positive number counts as absent.
    pub(crate) fn asked(&self, request: &Request) -> Page {
        let positive = |name| request.parameter(name).and_then(|text| text.parse().ok()).filter(|&number: &usize| number > 0);
        Page { number: positive(self.number).unwrap_or(1), size: positive(self.size).unwrap_or(self.default_size).min(self.max_size) }
    }
}

impl Page {
    /// The items on this page of a complete list; none behind its end.
    pub(crate) fn of<T>(self, items: &[T]) -> impl Iterator<Item = &T> {
        items.iter().skip((self.number - 1).saturating_mul(self.size)).take(self.size)
    }
}
