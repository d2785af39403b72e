use std::sync::LazyLock;

use proptest::prelude::*;

use super::layout::{vendor_words, with_links};
use super::samples::samples;
use crate::link::assets::{SCRIPT, STYLE};

#[test]
fn every_page_looks_as_it_was_meant_to() {
    for (name, html) in samples("Acme") {
        // The names of assets change with what is in them.
        let html = html.replace(&STYLE.name, "style.css").replace(&SCRIPT.name, "script.js").replace("><", ">\n<");
        insta::assert_snapshot!(name, html);
    }
}

#[test]
fn every_page_says_its_state_in_its_title_once() {
    let titles: Vec<String> =
        samples("Acme").into_iter().map(|(name, html)| format!("{name}: {}", between(&html, "<title>", "</title>"))).collect();
    insta::assert_snapshot!(titles.join("\n"));
}

#[test]
fn every_input_has_a_label_and_whatever_describes_it_is_there() {
    for (name, html) in samples("Acme") {
        let ids: Vec<&str> = values(&html, " id=\"").collect();
        for label in values(&html, " for=\"") {
            assert!(ids.contains(&label), "{name}: {label}");
        }
        let described = values(&html, " aria-describedby=\"").chain(values(&html, " aria-labelledby=\"")).flat_map(str::split_whitespace);
        for described in described {
            assert!(ids.contains(&described), "{name}: {described}");
        }
        let inputs = html.matches("<input ").count() + html.matches("<select ").count();
        assert_eq!(html.matches("<label ").count(), inputs, "{name}");
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{name}: an id stands twice");
    }
}

#[test]
fn a_secret_is_not_shown_again() {
    for (name, html) in samples("Acme") {
        assert!(!html.contains("s3cret"), "{name}");
    }
}

#[test]
fn nothing_is_asked_for_from_elsewhere_and_no_policy_is_broken() {
    for (name, html) in samples("Acme") {
        for source in values(&html, " src=\"").chain(values(between(&html, "<head>", "</head>"), " href=\"")) {
            assert!(source.starts_with("/gate/link/assets/") || source == "data:,", "{name}: {source}");
        }
        assert!(!html.contains(" style=") && !html.contains(" onclick=") && !html.contains("<style"), "{name}");
    }
    assert!(!STYLE_TEXT.contains("url(") && !STYLE_TEXT.contains("@import"));
}

#[test]
fn addresses_in_a_definition_s_help_can_be_followed() {
    let shown = |text| with_links(text).into_string();
    insta::assert_snapshot!(shown("Make one at https://a.test/token. Then"), @r#"Make one at <a href="https://a.test/token" target="_blank" rel="noopener noreferrer">https://a.test/token</a>. Then"#);
    insta::assert_snapshot!(shown("(https://a.test/?q=\"><b>)"), @r#"(<a href="https://a.test/?q=&quot;&gt;&lt;b" target="_blank" rel="noopener noreferrer">https://a.test/?q=&quot;&gt;&lt;b</a>&gt;)"#);
    insta::assert_snapshot!(shown("javascript:alert(1) http://a.test https:// xhttps://a.test"), @"javascript:alert(1) http://a.test https:// xhttps://a.test");
}

#[test]
fn a_vendor_s_words_stay_on_one_line_and_in_their_place() {
    assert_eq!(vendor_words(" Not\r\n\tyours \u{202e}evil\u{200f} "), "Not yours evil");
    assert_eq!(vendor_words(&"é".repeat(400)).chars().count(), 301);
}

static STYLE_TEXT: &str = include_str!("../assets/style.css");

/// Marks of HTML in pages whose texts have none.
static PLAIN: LazyLock<Vec<[usize; 3]>> = LazyLock::new(|| samples("word").iter().map(|(_, html)| marks(html)).collect());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_that_is_said_becomes_html(said in r#"[a-z][<>"'&=/ a-z-]{0,40}[a-z]"#) {
        for ((name, html), plain) in samples(&said).iter().zip(PLAIN.iter()) {
            prop_assert_eq!(&marks(html), plain, "{}", name);
        }
    }
}

fn marks(html: &str) -> [usize; 3] {
    ['<', '>', '"'].map(|mark| html.matches(mark).count())
}

fn between<'h>(html: &'h str, before: &str, behind: &str) -> &'h str {
    let (_, rest) = html.split_once(before).unwrap();
    rest.split_once(behind).unwrap().0
}

/// The values of an attribute.
fn values<'h>(html: &'h str, attribute: &'h str) -> impl Iterator<Item = &'h str> {
    html.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap())
}
