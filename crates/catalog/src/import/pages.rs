//! How most lists page, said once.

use super::infer::{common, is_same};
use super::method::Draft;
use crate::integration::Pagination;

/// Takes the pagination that most lists have from their methods: it is the integration's. Lists without one say that they have none.
pub(super) fn shared_pagination(drafts: &mut [Draft]) -> Option<Pagination> {
    let shared = common(drafts.iter().filter(|draft| draft.name.method == "list").filter_map(|draft| draft.method.pagination.as_ref()));
    for draft in drafts.iter_mut().filter(|draft| draft.name.method == "list") {
        let own = draft.method.pagination.take().unwrap_or(Pagination::None);
        let is_shared = shared.as_ref().is_some_and(|shared| is_same(shared, &own));
        draft.method.pagination = (!is_shared).then_some(own);
    }
    shared
}
