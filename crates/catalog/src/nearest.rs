//! Which known names someone may have meant.

/// Longer texts are no slip of the key. Comparing takes time with the product of both lengths, and the text is a
/// stranger's.
const MAX_CHARACTERS: usize = 128;

/// The `count` names of `known` most like `wanted`, best first; none that is wholly different.
///
/// Used for unknown tools, arguments, methods and tags, so that whoever erred can correct it at once.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    const ALIKE: f64 = 0.7;
    if wanted.len() > MAX_CHARACTERS {
        return Vec::new();
    }
    let wanted = wanted.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    // Stable, so that names that are equally near keep the order of the definition.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(count).map(|(_, name)| name).collect()
}

/// What helps whoever used a name that is not known: the names it is near to, as [`nearest`] gives them, else `otherwise`.
pub fn remedy(near: &[&str], otherwise: &str) -> String {
    match near {
        [] => otherwise.to_owned(),
        names => format!("the nearest names here: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_key_finds_its_name() {
        let known = ["touch_id", "email", "name"];
        assert_eq!(nearest("tuoch_id", known, 1), ["touch_id"]);
        assert_eq!(nearest("zzz", known, 3), Vec::<&str>::new());
        assert_eq!(nearest(&"touch_id".repeat(17), known, 3), Vec::<&str>::new());
    }
}
