//! Who sees a page and who is told of it: headers, and what the page itself has to know of the window it is in.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue, StatusCode};
use maud::Markup;
use store::EnvironmentSettings;
use url::Url;

use super::page::{Site, Window};
use crate::app::App;

/// Everything about a page that does not depend on what it says.
#[derive(Debug, Clone)]
pub(super) struct Audience {
    window: Window,
    /// What the person knows whoever asks as.
    asker: Option<String>,
    /// Origins that may show pages in a frame.
    frame_ancestors: Vec<String>,
    /// Those, and where the person goes in the end.
    told_origins: Vec<String>,
    /// Where the person goes in the end.
    redirect_uri: Option<String>,
}

impl Audience {
    /// Of a page that belongs to no environment: nobody frames it, nobody is told.
    pub(super) fn nobody(headers: &HeaderMap) -> Self {
        Self { window: window(headers), asker: None, frame_ancestors: Vec::new(), told_origins: Vec::new(), redirect_uri: None }
    }

    pub(super) fn new(headers: &HeaderMap, settings: EnvironmentSettings, redirect_uri: Option<&str>) -> Self {
        let EnvironmentSettings { display_name: asker, frame_ancestors, .. } = settings;
        let frame_ancestors: Vec<String> = frame_ancestors.into_iter().filter(|origin| is_source(origin)).collect();
        let destination = redirect_uri.and_then(|uri| Url::parse(uri).ok()).map(|uri| uri.origin().ascii_serialization());
        let mut told_origins = frame_ancestors.clone();
        told_origins.extend(destination.filter(|origin| !frame_ancestors.contains(origin)));
        Self { window: window(headers), asker, frame_ancestors, told_origins, redirect_uri: redirect_uri.map(str::to_owned) }
    }

    /// The way back to whoever sent the person, who connected nothing for this reason.
    pub(super) fn back(&self, reason: &str) -> Option<String> {
        let mut back = Url::parse(self.redirect_uri()?).ok()?;
        back.query_pairs_mut().append_pair("status", "failed").append_pair("reason", reason);
        Some(back.into())
    }

    pub(super) fn redirect_uri(&self) -> Option<&str> {
        self.redirect_uri.as_deref()
    }

    pub(super) fn site<'a>(&'a self, app: &'a App) -> Site<'a> {
        Site { public_path: &app.public_path, asker: self.asker.as_deref(), window: self.window, told_origins: &self.told_origins }
    }

    /// A page as it is sent.
    pub(super) fn answer(&self, status: StatusCode, page: Markup) -> Response {
        let mut response = (status, page).into_response();
        // Whatever cannot be a header is shown nowhere.
        let policy =
            HeaderValue::from_str(&self.policy()).unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Nobody learns the address, and our own forms say which origin they come from.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
        response
    }

    fn policy(&self) -> String {
        let framed_by = if self.frame_ancestors.is_empty() { "'none'".to_owned() } else { self.frame_ancestors.join(" ") };
        format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
             base-uri 'none'; frame-ancestors {framed_by}"
        )
    }
}

/// Whether a text is one source of the policy and nothing more.
fn is_source(origin: &str) -> bool {
    !origin.is_empty() && origin.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'\''))
}

fn window(headers: &HeaderMap) -> Window {
    match headers.get("sec-fetch-dest").map(HeaderValue::as_bytes) {
        Some(b"iframe" | b"frame") => Window::Framed,
        _ => Window::Own,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_policy_names_who_may_frame_a_page_and_who_is_told_may_be_another() {
        let headers = HeaderMap::new();
        assert_snapshot!(Audience::nobody(&headers).policy(), @"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        let frame_ancestors = vec!["https://app.test".to_owned(), "https://evil.test; script-src *".to_owned()];
        let settings = EnvironmentSettings { frame_ancestors, ..EnvironmentSettings::default() };
        let audience = Audience::new(&headers, settings, Some("https://back.test:8443/a?b=c"));
        assert_snapshot!(audience.policy(), @"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors https://app.test");
        assert_eq!(audience.told_origins, ["https://app.test", "https://back.test:8443"]);
    }
}
