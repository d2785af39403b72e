//! Where a file is, and what lies with it.

use percent_encoding::percent_decode_str;
use url::Url;

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Url(Url),
    /// A path without `.` and with `..` only at its start.
    Path(String),
    /// Such as standard input.
    Nowhere(String),
}

impl Place {
    pub(super) fn of(name: &str) -> Self {
        if name.starts_with('<') {
            return Self::Nowhere(name.to_owned());
        }
        match absolute_url(name) {
            Some(url) => Self::Url(url),
            None => Self::Path(normal(name)),
        }
    }

    /// What a file there is called.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Url(url) => url.to_string(),
            Self::Path(name) | Self::Nowhere(name) => name.clone(),
        }
    }

    /// Where `reference`, without its fragment, leads to from here (RFC 3986 section 5). `None` where nothing can be relative to.
    pub(super) fn join(&self, reference: &str) -> Option<Self> {
        let reference = reference.split_once('#').map_or(reference, |(reference, _)| reference);
        if reference.is_empty() {
            return None;
        }
        if let Some(url) = absolute_url(reference) {
            return Some(Self::Url(url));
        }
        match self {
            Self::Url(url) => url.join(reference).ok().map(without_fragment).map(Self::Url),
            Self::Path(path) => {
                let reference = percent_decode_str(reference).decode_utf8().ok()?;
                let folder = if reference.starts_with('/') { "" } else { folder(path) };
                Some(Self::Path(normal(&format!("{folder}{reference}"))))
            }
            Self::Nowhere(_) => None,
        }
    }

    /// Whether a file may be asked for because `self` refers to it: nothing else of a machine or a network is anybody's business who
    /// writes descriptions.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn lies_with(&self, other: &Self) -> Result<(), &'static str> {
        match (self, other) {
            (Self::Url(here), Self::Url(other)) if here.origin() == other.origin() => Ok(()),
            (Self::Url(_), _) => Err("it is at another origin than the description; fetch both and import the copies"),
            (Self::Path(here), Self::Path(other)) => {
                let rest = other.strip_prefix(folder(here));
                match rest {
                    Some(rest) if !rest.starts_with('/') && rest != ".." && !rest.starts_with("../") => Ok(()),
                    _ => Err("it is outside of the description's folder; put both into one folder"),
                }
            }
            (Self::Path(_), _) => Err("it is a URL and the description a file; fetch it, put it beside, and change the reference"),
            (Self::Nowhere(_), _) => Err("only files can be found that lie beside a file; give the description by its path or URL"),
        }
    }
}

/// A URL that names where it goes, e.g. `https://…` or `file:///…`; `a.yaml` and `C:` are none.
fn absolute_url(text: &str) -> Option<Url> {
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let is_url = is_scheme && (rest.starts_with("//") || scheme.eq_ignore_ascii_case("urn"));
    if is_url { Url::parse(text).ok().map(without_fragment) } else { None }
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

/// Up to and with the last slash.
fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..=slash])
}

fn normal(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => match segments.last() {
                Some(last) if *last != ".." => drop(segments.pop()),
                _ if is_absolute => {}
                _ => segments.push(".."),
            },
            segment => segments.push(segment),
        }
    }
    let start = if is_absolute { "/" } else { "" };
    format!("{start}{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &str, reference: &str) -> String {
        let from = Place::of(from);
        match from.join(reference) {
            None => "no place".to_owned(),
            Some(place) => match from.lies_with(&place) {
                Ok(()) => place.name(),
                Err(_) => format!("not {}", place.name()),
            },
        }
    }

    #[test]
    fn files_beside_and_below_a_path_are_asked_for_and_no_others() {
        for (from, reference, expected) in [
            ("api/openapi.yaml", "parts/order.yaml", "api/parts/order.yaml"),
            ("api/openapi.yaml", "./a%20b.yaml", "api/a b.yaml"),
            ("api/openapi.yaml", "parts/../c.yaml", "api/c.yaml"),
            ("./openapi.yaml", "c.yaml", "c.yaml"),
            ("/srv/api/openapi.yaml", "c.yaml", "/srv/api/c.yaml"),
            ("../api/openapi.yaml", "c.yaml", "../api/c.yaml"),
            ("api/openapi.yaml", "../secret.yaml", "not secret.yaml"),
            ("openapi.yaml", "../secret.yaml", "not ../secret.yaml"),
            ("openapi.yaml", "a/%2e%2e/%2e%2e/secret.yaml", "not ../secret.yaml"),
            ("openapi.yaml", "/etc/passwd", "not /etc/passwd"),
            ("../api/openapi.yaml", "../../x.yaml", "not ../../x.yaml"),
            ("/srv/api/openapi.yaml", "../api2/c.yaml", "not /srv/api2/c.yaml"),
            ("openapi.yaml", "https://acme.example/c.yaml", "not https://acme.example/c.yaml"),
            ("openapi.yaml", "file:///etc/passwd", "not file:///etc/passwd"),
            ("<standard input>", "c.yaml", "no place"),
        ] {
            assert_eq!(asked(from, reference), expected, "{from} {reference}");
        }
    }

    #[test]
    fn files_of_the_same_origin_are_asked_for_and_no_others() {
        let from = "https://acme.example/api/v1/openapi.yaml?raw=1";
        for (reference, expected) in [
            ("order.yaml", "https://acme.example/api/v1/order.yaml"),
            ("../order.yaml", "https://acme.example/api/order.yaml"),
            ("/order.yaml?raw=1", "https://acme.example/order.yaml?raw=1"),
            ("//acme.example/order.yaml", "https://acme.example/order.yaml"),
            ("https://acme.example:443/order.yaml#/a", "https://acme.example/order.yaml"),
            ("//other.example/order.yaml", "not https://other.example/order.yaml"),
            ("http://acme.example/order.yaml", "not http://acme.example/order.yaml"),
            ("https://acme.example:8443/order.yaml", "not https://acme.example:8443/order.yaml"),
            ("file:///etc/passwd", "not file:///etc/passwd"),
            ("urn:acme:order", "not urn:acme:order"),
        ] {
            assert_eq!(asked(from, reference), expected, "{reference}");
        }
    }
}
