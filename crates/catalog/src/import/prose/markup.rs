//! Text without markup: HTML and Markdown as descriptions have them.

use crate::lint::is_invisible;

/// Longest text that is looked at; nobody reads further.
const MAX_BYTES: usize = 20_000;

/// The text as paragraphs, one a line: no tags, images, tables or code blocks, links as their text.
pub(super) fn stripped(text: &str) -> String {
    let end = (0..=text.len().min(MAX_BYTES)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let visible: String = text[..end]
        .chars()
        .filter_map(|c| match c {
            '\n' => Some('\n'),
            '\r' => None,
            c if c.is_whitespace() || c == '\u{a0}' => Some(' '),
            c if is_invisible(c) => None,
            c => Some(c),
        })
        .collect();
    // Entities come last: what they stand for is text, whatever it looks like.
    let text = entities(&inline(&lines(&tags(&visible))));
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Tags that end a paragraph.
const BLOCKS: &[&str] = &[
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "tr",
    "table",
    "dl",
    "dt",
    "dd",
    "section",
    "blockquote",
    "hr",
];

/// Tags that are left out, their text kept. What is no tag of HTML is text: `<id>`.
const INLINE: &[&str] = &[
    "a", "abbr", "aside", "b", "body", "center", "cite", "code", "del", "details", "em", "font", "html", "i", "img", "input", "ins", "kbd",
    "label", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "summary", "sup", "tbody", "thead", "tt", "u",
    "var", "wbr",
];

/// Tags that are left out with all that they hold.
const HIDDEN: &[&str] = &["script", "style", "pre", "head", "iframe", "svg", "td", "th"];

fn tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let closing = after.starts_with('/');
        let name: String =
            after.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let known = [BLOCKS, INLINE, HIDDEN].into_iter().find(|tags| tags.contains(&name.as_str()));
        // Documentation tools have tags of their own: `<Note type="x">…</Note>`.
        let known = known.or_else(|| is_own_tag(after, &name, closing).then_some(INLINE));
        let (Some(known), Some((tag, after))) = (known, after.split_once('>')) else {
            kept.push('<');
            rest = after;
            continue;
        };
        rest = after;
        if known == HIDDEN && !closing && !tag.ends_with('/') {
            let end = format!("</{name}");
            let at = rest.to_ascii_lowercase().find(&end);
            rest = at.and_then(|at| rest[at..].split_once('>')).map_or("", |(_, after)| after);
        }
        if known == BLOCKS {
            let is_heading = !closing && name.len() == 2 && name.starts_with('h') && name != "hr";
            kept.push_str(if is_heading { "\n\n# " } else { "\n\n" });
        }
    }
    kept.push_str(rest);
    kept
}

/// Whether something that is no tag of HTML is one all the same: it is closed, or closes something.
fn is_own_tag(after: &str, name: &str, closing: bool) -> bool {
    let closes = |text: &str| {
        text.as_bytes().windows(name.len() + 2).any(|part| part[..2] == *b"</" && part[2..].eq_ignore_ascii_case(name.as_bytes()))
    };
    let ends_itself = after.split_once('>').is_some_and(|(tag, _)| tag.ends_with('/'));
    !name.is_empty() && (closing || ends_itself || closes(after))
}

/// Markdown that stands at the beginning of lines; lines of one paragraph are joined.
fn lines(text: &str) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut headings: Vec<String> = Vec::new();
    let mut open = false;
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let line = line.trim();
        let marker = ["```", "~~~"].into_iter().find(|marker| line.starts_with(marker));
        if let Some(marker) = marker
            && fence.is_none_or(|fence| fence == marker)
        {
            let closes_itself = line.len() > 3 && line[3..].contains(marker);
            fence = if fence.is_some() || closes_itself { None } else { Some(marker) };
            open = false;
            continue;
        }
        let is_rule = line.len() >= 3 && line.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | ' '));
        if fence.is_some() || line.starts_with('|') || line.starts_with("[block:") || line.is_empty() || is_rule {
            open = false;
            continue;
        }
        let quoted = line.trim_start_matches(['>', ' ']);
        let heading = quoted.trim_start_matches('#');
        let is_heading = heading.len() < quoted.len() && heading.starts_with(' ');
        if is_heading {
            headings.push(heading.trim().trim_end_matches('#').trim().to_owned());
            open = false;
            continue;
        }
        let item = ["- ", "* ", "+ ", "• "].into_iter().find_map(|bullet| quoted.strip_prefix(bullet)).or_else(|| numbered(quoted));
        let content = item.unwrap_or(quoted).trim();
        match paragraphs.last_mut().filter(|_| open && item.is_none()) {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(content);
            }
            None => paragraphs.push(content.to_owned()),
        }
        open = true;
    }
    // Headings only say what comes, unless nothing comes.
    if paragraphs.is_empty() { headings.join("\n") } else { paragraphs.join("\n") }
}

fn numbered(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    (1..=2).contains(&digits).then(|| rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))).flatten()
}

/// Links and images, emphasis.
fn inline(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_strong = false;
    while let Some(at) = rest.find(['[', '*', '!', '_', '`']) {
        kept.push_str(&rest[..at]);
        let here = &rest[at..];
        let ends_word = kept.ends_with(|c: char| c.is_alphanumeric());
        rest = if let Some((_, after)) = here.strip_prefix('!').and_then(link) {
            after
        } else if let Some((label, after)) = link(here) {
            kept.push_str(&label.replace(['*', '!', '['], ""));
            after
        } else if let Some(after) = here.strip_prefix("**") {
            after
        } else if let Some(after) = here.strip_prefix("__").filter(|_| is_strong || !ends_word) {
            is_strong = !is_strong;
            after
        } else if let Some((emphasised, after)) = emphasis(here).filter(|_| !ends_word) {
            kept.push_str(emphasised);
            after
        } else if let Some(code) = here.strip_prefix('`') {
            // Code is kept as it is written.
            let code = code.find('`').map_or(here.len(), |end| end + 2);
            kept.push_str(&here[..code]);
            &here[code..]
        } else {
            let first = here.chars().next().map_or(0, char::len_utf8);
            kept.push_str(&here[..first]);
            &here[first..]
        };
    }
    kept.push_str(rest);
    kept
}

/// Longest text that is taken for emphasised.
const MAX_EMPHASIS_BYTES: usize = 120;

/// The text of `_text_` or `*text*`, and what follows: of words alone, so that `*.json` and `_id` stay.
fn emphasis(text: &str) -> Option<(&str, &str)> {
    let marker = text.chars().next().filter(|marker| matches!(marker, '_' | '*'))?;
    let (inner, after) = text[1..].split_once(marker)?;
    let is_text =
        inner.starts_with(char::is_alphanumeric) && inner.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '!' | '?' | ')'));
    let ends = !after.starts_with(|c: char| c.is_alphanumeric());
    (is_text && ends && inner.len() <= MAX_EMPHASIS_BYTES && !inner.contains(['\n', '`', '[', '/'])).then_some((inner, after))
}

/// The text of `[text](url)` or `[text][reference]`, and what follows.
fn link(text: &str) -> Option<(&str, &str)> {
    let (label, after) = text.strip_prefix('[')?.split_once(']')?;
    let (open, close) = match after.chars().next()? {
        '(' => ('(', ')'),
        '[' => ('[', ']'),
        _ => return None,
    };
    let (target, after) = after.strip_prefix(open)?.split_once(close)?;
    (!target.contains('\n') && !label.contains('\n')).then_some((label, after))
}

const ENTITIES: &[(&str, &str)] = &[
    ("&nbsp;", " "),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&mdash;", "—"),
    ("&ndash;", "–"),
    ("&hellip;", "…"),
    ("&amp;", "&"),
];

fn entities(text: &str) -> String {
    match text.contains('&') {
        true => ENTITIES.iter().fold(text.to_owned(), |text, (entity, meant)| text.replace(entity, meant)),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_plain_paragraphs() {
        for (text, plain) in [
            ("Reads <b>one</b> order.<br/>See <a href=\"x\">here</a>", "Reads one order.\nSee here"),
            ("A &lt;b&gt; &amp; c", "A <b> & c"),
            ("The id is <id>, a < b", "The id is <id>, a < b"),
            ("# Title\n\ntext of\ntwo lines\n\n- one\n- two", "text of two lines\none\ntwo"),
            ("See [the guide](https://x.test/a) ![logo](b.png)now", "See the guide now"),
            ("**Bold** and __more__ and snake__case `__init__`", "Bold and more and snake__case `__init__`"),
            ("a\n```json\n{\"x\": 1}\n```\nb", "a\nb"),
            ("a\n| x | y |\n|---|---|\n| 1 | 2 |\nb", "a\nb"),
            ("a<script>alert(1)</script>b<!-- hidden -->c", "abc"),
            ("zero\u{200b}width\u{7}", "zerowidth"),
            ("1. first\n2. second", "first\nsecond"),
            ("<h2>Why</h2><p>Because</p>", "Because"),
            ("# Only this", "Only this"),
            ("Old. <Note kind=\"x\"> Be quick. </Note> Or <Here/>not <so>.", "Old. Be quick. Or not <so>."),
            (
                "_with a key_ and *one* of *.json or snake_case_name, 2 * 3 * 4",
                "with a key and one of *.json or snake_case_name, 2 * 3 * 4",
            ),
        ] {
            assert_eq!(stripped(text), plain, "{text}");
        }
    }
}
