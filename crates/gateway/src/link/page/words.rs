//! Numbers and lists in sentences.

/// `1 action`, `2 actions`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `orders, parts and 3 more`: the first `most` things, and how many others there are.
pub(super) fn listed(things: &[String], most: usize) -> String {
    let shown = &things[..things.len().min(most)];
    let rest = things.len() - shown.len();
    match (shown, rest) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([others @ .., last], 0) => format!("{} and {last}", others.join(", ")),
        (shown, rest) => format!("{} and {rest} more", shown.join(", ")),
    }
}
