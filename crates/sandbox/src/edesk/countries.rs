//! The countries of ISO 3166-1: written as two letters, answered with their names as well.

/// One `XX Name` a line.
const COUNTRIES: &str = include_str!("countries.txt");

/// Code and name, whatever the case of the code.
pub(super) fn find(code: &str) -> Option<(&'static str, &'static str)> {
    COUNTRIES.lines().filter_map(|line| line.split_once(' ')).find(|(known, _)| known.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_found_by_its_two_letters() {
        assert_eq!(find("GB"), Some(("GB", "United Kingdom")));
        assert_eq!(find("ie"), Some(("IE", "Ireland")));
        for unknown in ["", "G", "UK", "GBR", "XX", "Ireland"] {
            assert_eq!(find(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_code_is_there_once() {
        let mut codes: Vec<&str> = COUNTRIES.lines().filter_map(|line| line.split_once(' ')).map(|(code, _)| code).collect();
        assert_eq!(codes.len(), 249);
        codes.dedup();
        assert_eq!((codes.len(), codes.is_sorted()), (249, true));
    }
}
