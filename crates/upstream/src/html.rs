//! HTML pages, which proxies and web servers send in place of an API's answer, as words.

/// Readable words of an HTML page: no tags, scripts or styles, white space collapsed.
pub(crate) fn words(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        words.push_str(&rest[..start]);
        words.push(' ');
        rest = &rest[start..];
        let skipped = ["script", "style", "svg"].iter().find(|name| opens(rest, name));
        let end = match skipped {
            Some(name) => closing(rest, name),
            None if rest.starts_with("<!--") => rest.find("-->").map(|end| end + 3),
            None => rest.find('>').map(|end| end + 1),
        };
        rest = end.map_or("", |end| &rest[end..]);
    }
    words.push_str(rest);
    let words = ENTITIES.iter().fold(words, |words, (entity, character)| words.replace(entity, character));
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a body is an HTML page, whatever its declared type.
pub(crate) fn is_page(text: &str) -> bool {
    let start = text.trim_start().get(..14).unwrap_or(text.trim_start()).to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head")
}

const ENTITIES: &[(&str, &str)] = &[("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];

fn opens(html: &str, name: &str) -> bool {
    let tag = html.as_bytes().get(1..=name.len()).unwrap_or_default();
    let after = html.as_bytes().get(name.len() + 1);
    tag.eq_ignore_ascii_case(name.as_bytes()) && after.is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Where the element called `name` that starts `html` ends.
fn closing(html: &str, name: &str) -> Option<usize> {
    let tags = html.match_indices("</").map(|(at, _)| at);
    let close = tags.into_iter().find(|&at| opens(&html[at + 1..], name))?;
    html[close..].find('>').map(|end| close + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use proptest::prelude::*;

    #[test]
    fn a_page_is_reduced_to_its_words() {
        let page = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>a{b:c}</style></head><body><!-- x > y --><SCRIPT>if (a < b) {}</SCRIPT ><h1>Bad&nbsp;Gateway</h1>\n<p>nginx &lt;1.2&gt;</p>";
        assert_snapshot!(words(page), @"502 Bad Gateway Bad Gateway nginx <1.2>");
        assert_snapshot!(words("a < b"), @"a");
        assert_snapshot!(words("x<script>never closed"), @"x");
    }

    proptest! {
        #[test]
        fn no_page_makes_the_reduction_fail(html in "[<>/!a-z &;\\-äscript]{0,200}") {
            words(&html);
            is_page(&html);
        }
    }
}
