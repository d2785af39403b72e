//! Phone numbers: E.164 where the vendor compares them, anything a person writes where it takes them in.

/// Is it written as `+` and 2 to 15 digits, the first no zero?
pub(super) fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number in E.164, from one with a country code and any punctuation, or a North American one without. `None` if it
/// is neither; assumed, as the vendor publishes no rule.
pub(super) fn normalized(original: &str, region: &str) -> Option<String> {
    let digits: String = original.chars().filter(char::is_ascii_digit).collect();
    let is_punctuated = original.trim().chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')' | '/'));
    let is_north_american = matches!(region, "US" | "CA");
    let number = match (original.trim().starts_with('+'), digits.len()) {
        (true, _) => format!("+{digits}"),
        (false, 10) if is_north_american => format!("+1{digits}"),
        (false, 11) if is_north_american && digits.starts_with('1') => format!("+{digits}"),
        (false, _) => return None,
    };
    (is_punctuated && is_e164(&number)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_normalized_to_e164_or_refused() {
        let same = |original, region| normalized(original, region).unwrap_or_else(|| "none".to_owned());
        assert_eq!(same("+1-555-555-0198", "US"), "+15555550198");
        assert_eq!(same("(555) 555-0198", "US"), "+15555550198");
        assert_eq!(same("1 555 555 0198", "CA"), "+15555550198");
        assert_eq!(same("+44 20 7946 0018", "GB"), "+442079460018");
        for wrong in ["020 7946 0018", "+1 555 CALL NOW", "+0123456789", "", "+1"] {
            assert_eq!(normalized(wrong, "GB"), None, "{wrong}");
        }
    }
}
