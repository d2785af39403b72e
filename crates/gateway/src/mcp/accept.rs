//! What a client accepts: the header `Accept`, read once for all who ask.

use http::HeaderMap;
use http::header::ACCEPT;

/// The media types that matter here. Without the header, or with an empty one, none of them is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Accept {
    pub(crate) json: bool,
    pub(crate) events: bool,
    /// Named as such: a wild card is no sign of a person.
    pub(crate) html: bool,
    /// Whether anything is named at all.
    pub(crate) is_given: bool,
}

impl Accept {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut accept = Self::default();
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        for range in values.flat_map(|value| value.split(',')).map(str::trim).filter(|range| !range.is_empty()) {
            accept.is_given = true;
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or_default();
            if parts.any(is_refusal) {
                continue;
            }
            let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(media_type));
            accept.json |= is_one_of(&["application/json", "application/*", "*/*"]);
            accept.events |= is_one_of(&["text/event-stream", "text/*"]);
            accept.html |= is_one_of(&["text/html"]);
        }
        accept
    }
}

/// Whether a parameter is a weight of zero, which stands for "not this".
fn is_refusal(parameter: &str) -> bool {
    let weight = parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weight.and_then(|(_, weight)| weight.trim().parse::<f32>().ok()).is_some_and(|weight| weight == 0.0)
}

#[cfg(test)]
mod tests {
    use super::Accept;
    use http::HeaderMap;
    use http::header::ACCEPT;

    fn accepted(values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT, value.parse().unwrap());
        }
        let accept = Accept::of(&headers);
        let named = [(accept.json, "json"), (accept.events, "events"), (accept.html, "html"), (accept.is_given, "given")];
        named.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ranges_are_read_in_any_order_case_and_number_of_headers() {
        assert_eq!(accepted(&[]), "");
        assert_eq!(accepted(&[" , "]), "");
        assert_eq!(accepted(&["application/json, text/event-stream"]), "json events given");
        assert_eq!(accepted(&["Text/Event-Stream", "APPLICATION/JSON;q=0.5"]), "json events given");
        assert_eq!(accepted(&["text/html,application/xhtml+xml,*/*;q=0.8"]), "json html given");
        assert_eq!(accepted(&["text/event-stream;q=0, application/json; q=0.0"]), "given");
        assert_eq!(accepted(&["image/png"]), "given");
    }
}
