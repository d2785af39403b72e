//! Names of time zones.

const AREAS: &[&str] =
    &["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific", "Etc"];

/// Has it the form of a name in the IANA database: `UTC`, `GMT`, or a place in one of its areas? The sandbox carries no
/// copy of that database, so a place that does not exist passes.
pub(super) fn is_known(name: &str) -> bool {
    match name.split_once('/') {
        None => matches!(name, "UTC" | "GMT"),
        Some((area, place)) => {
            let is_word = |part: &str| {
                part.starts_with(|c: char| c.is_ascii_uppercase())
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
            };
            AREAS.contains(&area) && place.split('/').all(is_word)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_form() {
        for name in ["UTC", "America/Los_Angeles", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "America/Port-au-Prince"] {
            assert!(is_known(name), "{name}");
        }
        for name in ["", "PST", "Mars/Olympus", "America", "America/", "america/new_york", "America/New York"] {
            assert!(!is_known(name), "{name}");
        }
    }
}
