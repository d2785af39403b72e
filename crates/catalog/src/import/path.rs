//! The keys of `paths`: templates as a definition writes them, and what else vendors put into them.

use std::borrow::Cow;
use std::collections::HashMap;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What a URL parser would encode in a path, so that it is written as it is sent.
const PATH_TEXT: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'`').add(b'^').add(b'\\').add(b'|');

/// A key of `paths`, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PathKey {
    /// Begins with `/`; parameters are names in braces, each once.
    pub(crate) path: String,
    /// Constant items of a query in the key: `/documents?upload` has `("upload", "")`.
    pub(crate) query: Vec<(String, String)>,
    /// Names that stand in the path for the second time, and what they are called there: `id`, `id_2`.
    pub(crate) repeated: Vec<(String, String)>,
    /// What was read in another way than it is written.
    pub(crate) notes: Vec<String>,
}

impl PathKey {
    pub(crate) fn parse(key: &str) -> Self {
        let mut parsed = Self::default();
        // What follows `#` only tells operations on one path apart.
        let key = outside_braces(key, '#').map_or(key, |at| &key[..at]);
        let (path, query) = match outside_braces(key, '?') {
            Some(at) => (&key[..at], &key[at + 1..]),
            None => (key, ""),
        };
        for item in query.split('&').filter(|item| !item.is_empty()) {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            match value.contains('{') || name.contains('{') {
                true => parsed.notes.push(format!("`{item}` in the path's query is left to the declared query parameters")),
                false => parsed.query.push((decoded(name), decoded(value))),
            }
        }
        parsed.path = parsed.template(path.trim());
        parsed
    }

    fn template(&mut self, path: &str) -> String {
        let mut template = String::with_capacity(path.len() + 1);
        if !path.starts_with('/') {
            template.push('/');
        }
        let mut seen = HashMap::new();
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('{') {
            self.text(before, &mut template);
            let Some((name, after)) = after.split_once('}') else {
                // Without its partner, so the request line will be refused for it.
                template.push('{');
                rest = after;
                continue;
            };
            self.parameter(name, &mut seen, &mut template);
            rest = after;
        }
        self.text(rest, &mut template);
        template
    }

    fn text(&mut self, text: &str, template: &mut String) {
        for character in text.chars() {
            if character == '/' && template.ends_with('/') {
                self.note("an empty segment of the path is left out");
                continue;
            }
            template.extend(utf8_percent_encode(character.encode_utf8(&mut [0; 4]), PATH_TEXT));
        }
    }

    /// `seen`: the names so far, and how often each was wanted. URI Templates (RFC 6570) have operators before names, of which descriptions use a few.
    fn parameter(&mut self, written: &str, seen: &mut HashMap<String, usize>, template: &mut String) {
        let name = written.trim();
        if name.starts_with(['?', '&', '#']) {
            self.note("parameters in `{?…}` of the path are read as query parameters");
            return;
        }
        let name = match name.strip_prefix(['+', '/', '.', ';']) {
            Some(rest) if !rest.is_empty() => {
                if name.starts_with('/') && !template.ends_with('/') {
                    template.push('/');
                }
                rest
            }
            _ => name,
        };
        let name = name.strip_suffix('*').unwrap_or(name);
        let mut own = name.to_owned();
        let mut count = seen.get(name).copied().unwrap_or(1);
        while seen.contains_key(&own) {
            count += 1;
            own = format!("{name}_{count}");
        }
        seen.insert(name.to_owned(), count);
        seen.entry(own.clone()).or_insert(1);
        if own != name {
            self.repeated.push((name.to_owned(), own.clone()));
        }
        template.push('{');
        template.push_str(&own);
        template.push('}');
    }

    fn note(&mut self, text: &str) {
        if !self.notes.iter().any(|note| note == text) {
            self.notes.push(text.to_owned());
        }
    }
}

/// The names in braces of a template, in order.
pub(crate) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// The name by which a declared parameter may stand in a template: without operators of URI Templates.
pub(crate) fn bare_name(name: &str) -> &str {
    let name = name.trim();
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    let name = name.strip_prefix(['+', '/', ';']).filter(|rest| !rest.is_empty()).unwrap_or(name);
    name.strip_suffix('*').filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// Where `wanted` first stands outside of braces.
fn outside_braces(text: &str, wanted: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && character == wanted => return Some(at),
            _ => {}
        }
    }
    None
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_paths_as_they_are_sent() {
        for (key, path) in [
            ("/a/{id}", "/a/{id}"),
            ("a/{id}.json", "/a/{id}.json"),
            ("/a//b/", "/a/b/"),
            ("/", "/"),
            ("", "/"),
            ("/a/{b}{c}", "/a/{b}{c}"),
            ("/a b/ü", "/a%20b/%C3%BC"),
            ("/a/{+path}", "/a/{path}"),
            ("/a{/b*}", "/a/{b}"),
            ("/a{?x,y}", "/a"),
            ("/a/{user-id}/{user.id}", "/a/{user-id}/{user.id}"),
            ("/a/{id}/b/{id}", "/a/{id}/b/{id_2}"),
            ("/oauth2/token#refresh", "/oauth2/token"),
            ("/a?b={b}", "/a"),
        ] {
            assert_eq!(PathKey::parse(key).path, path, "{key}");
        }
    }

    #[test]
    fn a_query_in_a_key_is_constant() {
        let query = |key| PathKey::parse(key).query;
        let items =
            |items: &[(&str, &str)]| items.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
        assert_eq!(query("/documents?upload"), items(&[("upload", "")]));
        assert_eq!(query("/?Action=Get%20it&Version=1#x"), items(&[("Action", "Get it"), ("Version", "1")]));
        assert_eq!(query("/a?b={b}"), items(&[]));
    }

    #[test]
    fn a_repeated_name_gets_one_of_its_own() {
        assert_eq!(PathKey::parse("/a/{id}/b/{id}").repeated, [("id".to_owned(), "id_2".to_owned())]);
    }
}
