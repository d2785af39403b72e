//! What a source is called where people read it.

/// The name of a file or URL without what may be a secret: of a URL, user name and password, query and fragment. Signed addresses of
/// storage have their token there.
pub fn shown(name: &str) -> String {
    let Some((scheme, rest)) = name.split_once("://") else { return name.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn only_what_cannot_be_a_secret_is_shown() {
        for (name, expected) in [
            ("https://acme.example/a/openapi.yaml?token=s#s", "https://acme.example/a/openapi.yaml"),
            ("https://me:s@acme.example/a@b.yaml", "https://acme.example/a@b.yaml"),
            ("https://acme.example?s", "https://acme.example"),
            ("parts/a?b#c.yaml", "parts/a?b#c.yaml"),
            ("<standard input>", "<standard input>"),
        ] {
            assert_eq!(shown(name), expected);
        }
    }
}
