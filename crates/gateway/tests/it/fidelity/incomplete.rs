//! Requests that lack something, as only a client without Tidegate could send them.

use catalog::plan::Plan;
use serde_json::Value;
use url::Url;

use super::required::Place;

/// The request without what a table calls `name`, and where that stood; `None` if it does not have it.
pub(super) fn without(plan: &Plan, name: &str) -> Option<(Place, Plan)> {
    if plan.url.query_pairs().any(|(given, _)| given == name) {
        return Some((Place::of(name), Plan { url: without_query(&plan.url, name), ..plan.clone() }));
    }
    if plan.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
        let headers = plan.headers.iter().filter(|(given, _)| !given.eq_ignore_ascii_case(name)).cloned().collect();
        return Some((Place::of(name), Plan { headers, ..plan.clone() }));
    }
    let bytes = plan.body.as_ref()?;
    let (place, bytes) = match boundary(plan) {
        Some(boundary) => (Place::of(name), without_parts(bytes, &boundary, name)?),
        None => {
            let sent: Value = serde_json::from_slice(bytes).unwrap();
            let place = Place::in_body(name, &sent)?;
            let bytes = serde_json::to_vec(&place.taken_from(&sent)).unwrap();
            (place, bytes)
        }
    };
    Some((place, Plan { body: Some(bytes), ..plan.clone() }))
}

/// Between the parts of a multipart body; other bodies have none.
fn boundary(plan: &Plan) -> Option<String> {
    let (_, kind) = plan.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    kind.strip_prefix("multipart/form-data; boundary=").map(|boundary| format!("--{}", boundary.trim_matches('"')))
}

/// The body without the parts of this name, a file's or a text's.
fn without_parts(bytes: &[u8], boundary: &str, name: &str) -> Option<Vec<u8>> {
    // The tables have texts for files.
    let body = std::str::from_utf8(bytes).unwrap();
    let parts: Vec<&str> = body.split(boundary).collect();
    let is_other = |part: &&str| !part.contains(&format!("form-data; name=\"{name}\""));
    let kept: Vec<&str> = parts.iter().copied().filter(is_other).collect();
    // The first piece, before the first boundary, is empty; a body without parts still has its end.
    (kept.len() < parts.len()).then(|| kept.join(boundary).into_bytes())
}

fn without_query(url: &Url, name: &str) -> Url {
    let kept: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(given, _)| given != name).collect();
    let mut url = url.clone();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    url
}

const BODY: &str = "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; \
                    name=\"files[]\"; filename=\"a\"\r\n\r\nhello\r\n--b--\r\n";

#[test]
fn a_part_is_left_out_by_its_name() {
    let left = String::from_utf8(without_parts(BODY.as_bytes(), "--b", "files[]").unwrap()).unwrap();
    assert_eq!(left, "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nx\r\n--b--\r\n");
    assert_eq!(without_parts(left.as_bytes(), "--b", "files[]"), None);
}
