//! Texts of a definition as Markdown that shows the very same text.
//!
//! A pair of backticks in a text marks code, as it does for agents. All else is text, whatever characters it has.
//!
//! Source: GitHub Flavored Markdown Spec 0.29, sections 2.4 (backslash escapes), 4.10 (tables), 6.3 (code spans).

use std::collections::HashSet;
use std::iter;

use crate::definition::Definition;

/// Names that stand as headings on the page, so that texts can lead to them.
#[derive(Default)]
pub(super) struct Links<'d> {
    names: HashSet<&'d str>,
}

impl<'d> Links<'d> {
    pub(super) fn to_tools_of(definition: &'d Definition) -> Self {
        Self { names: definition.tools.iter().map(|tool| tool.name.as_str()).collect() }
    }
}

/// A text on one line, outside of tables.
pub(super) fn paragraph(text: &str, links: &Links) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut written = String::with_capacity(line.len() + 16);
    let mut rest = line.as_str();
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        written.push_str(&plain(before, links));
        let (span, after) = code_span(from);
        // A lone backtick is a character like any other.
        written.push_str(&if span.starts_with('`') && span.len() > 1 && span.ends_with('`') {
            span.to_owned()
        } else {
            "\\`".repeat(span.len())
        });
        rest = after;
    }
    written.push_str(&plain(rest, links));
    guarded(written)
}

/// A text as a cell of a table.
pub(super) fn cell(text: &str, links: &Links) -> String {
    in_table(&paragraph(text, links))
}

/// Markdown that is to stand in a cell of a table.
pub(super) fn in_table(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

/// A text as code, on one line.
pub(super) fn code(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space keeps a backtick at the end apart from the fence; renderers take it away again.
    let space = if line.starts_with('`') || line.ends_with('`') || line.is_empty() { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

/// Several texts as code: `` `a`, `b` ``.
pub(super) fn codes<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    texts.into_iter().map(|text| code(text.as_ref())).collect::<Vec<_>>().join(", ")
}

/// A link that shows a URL.
pub(super) fn address(url: &str) -> String {
    let is_plain = url.starts_with("https://") && !url.contains(['<', '>']) && !url.contains(char::is_whitespace);
    if is_plain { format!("<{url}>") } else { code(url) }
}

/// A link with a text of ours; the text alone where the URL is none.
pub(super) fn link(text: &str, url: &str) -> String {
    let is_plain = url.starts_with("https://") && !url.contains(['<', '>', '(', ')']) && !url.contains(char::is_whitespace);
    if is_plain { format!("[{text}]({url})") } else { format!("{text} {}", code(url)) }
}

/// A table without rows is none.
pub(super) fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let rows: Vec<String> = rows.into_iter().map(|row| line(&row)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = line(&header.map(str::to_owned));
    let rule = line(&header.map(|_| "---".to_owned()));
    iter::once(head).chain([rule]).chain(rows).collect::<Vec<_>>().join("\n")
}

/// The code span at the start of a text that starts with a backtick, or the backticks alone, and what follows.
fn code_span(text: &str) -> (&str, &str) {
    let fence = text.len() - text.trim_start_matches('`').len();
    let mut from = fence;
    while let Some(at) = text[from..].find('`') {
        let start = from + at;
        let run = text[start..].len() - text[start..].trim_start_matches('`').len();
        if run == fence {
            return text.split_at(start + run);
        }
        from = start + run;
    }
    text.split_at(fence)
}

/// Text without code: special characters escaped, names of tools as links.
fn plain(text: &str, links: &Links) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut written = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if links.names.contains(run) {
            written.push_str(&format!("[{run}](#{run})"));
        } else {
            push_escaped(&mut written, run);
        }
        rest = after;
    }
    written
}

fn push_escaped(written: &mut String, text: &str) {
    for (at, character) in text.char_indices() {
        let special = match character {
            '\\' | '`' | '*' | '<' | '>' | '[' | ']' | '~' | '&' | '$' => true,
            '_' => !is_in_word(text, at),
            _ => false,
        };
        if special {
            written.push('\\');
        }
        written.push(character);
    }
}

/// Whether the underscores at `at` have letters or digits on both sides: there they are no emphasis, and names are full of them.
fn is_in_word(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches('_').chars().next_back();
    let after = text[at..].trim_start_matches('_').chars().next();
    [before, after].into_iter().all(|neighbour| neighbour.is_some_and(char::is_alphanumeric))
}

/// What would begin a list, a heading or a rule at the start of a line does not.
fn guarded(line: String) -> String {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = &line[digits..];
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{}\\{rest}", &line[..digits]);
    }
    if line.starts_with(['#', '+', '-', '=', '|', ':']) { format!("\\{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    /// Text and code that a reader of the Markdown sees, code in braces; anything but a paragraph or a cell shows too.
    fn seen(markdown: &str) -> String {
        let mut text = String::new();
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH) {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::Code(part) => text.push_str(&format!("{{{part}}}")),
                Event::Start(Tag::Paragraph | Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell)
                | Event::End(TagEnd::Paragraph | TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow) => {}
                Event::End(TagEnd::TableCell) => text.push('¦'),
                other => text.push_str(&format!("{other:?}")),
            }
        }
        text
    }

    #[test]
    fn code_stays_code_and_a_lone_backtick_a_character() {
        let none = Links::default();
        assert_eq!(paragraph("the `id` of\n a  *tag*", &none), r"the `id` of a \*tag\*");
        assert_eq!(paragraph("a ` b", &none), r"a \` b");
        assert_eq!(paragraph("a__b ___ 1_", &none), r"a__b \_\_\_ 1\_");
        assert_eq!(paragraph("``a`b`` c", &none), "``a`b`` c");
        assert_eq!(cell("`a|b` or c|d", &none), r"`a\|b` or c\|d");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn a_name_of_a_tool_leads_to_it() {
        let links = Links { names: HashSet::from(["list_all_acme_parts"]) };
        assert_eq!(
            paragraph("Ids come from list_all_acme_parts. Not from my_list_all_acme_parts.", &links),
            "Ids come from [list_all_acme_parts](#list_all_acme_parts). Not from my_list_all_acme_parts."
        );
    }

    #[test]
    fn only_an_https_address_becomes_a_link() {
        assert_eq!(address("https://acme.test/docs"), "<https://acme.test/docs>");
        assert_eq!(address("javascript:alert(1)"), "`javascript:alert(1)`");
        assert_eq!(link("page", "https://acme.test/a)b"), "page `https://acme.test/a)b`");
    }

    proptest! {
        #[test]
        fn a_text_without_backticks_is_seen_as_it_is(text in "[a-c1_*<>\\[\\]()|#+=.~&;$\\\\!:\"' \n-]{0,40}") {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let none = Links::default();
            prop_assert_eq!(seen(&paragraph(&text, &none)), line.clone());
            let rows = table(["a", "b"], [[cell(&text, &none), "end".to_owned()]]);
            prop_assert_eq!(seen(&rows), format!("a¦b¦{line}¦end¦"));
        }

        #[test]
        fn a_text_as_code_is_seen_as_it_is(text in "[a-c`_*<| ]{1,20}") {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assume!(!line.is_empty());
            prop_assert_eq!(seen(&code(&text)), format!("{{{line}}}"));
        }
    }
}
