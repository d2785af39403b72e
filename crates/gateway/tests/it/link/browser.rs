//! A browser without script: it keeps cookies and follows nothing by itself.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{CONTENT_SECURITY_POLICY, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};

pub(super) struct Browser {
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// An answer.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    pub(super) policy: String,
    /// `Set-Cookie` headers.
    pub(super) cookies: Vec<String>,
    pub(super) headers: String,
    pub(super) body: String,
}

impl Browser {
    pub(super) fn new() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self { client: Client::builder().no_proxy().redirect(Policy::none()).build().unwrap(), cookies: Mutex::default() }
    }

    pub(super) async fn get(&self, url: &str) -> Page {
        self.send(self.client.get(url)).await
    }

    /// An answer that does not arrive.
    pub(super) async fn lost(&self, url: &str) -> Page {
        let cookies = self.cookies.lock().unwrap().clone();
        let page = self.get(url).await;
        *self.cookies.lock().unwrap() = cookies;
        page
    }

    pub(super) async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Page {
        // As browsers do on plain http.
        let origin = url::Url::parse(url).unwrap().origin().ascii_serialization();
        self.send(self.client.post(url).header("origin", origin).form(fields)).await
    }

    /// A form that another page sends.
    pub(super) async fn post_from(&self, site: &str, url: &str) -> Page {
        self.send(self.client.post(url).header("sec-fetch-site", site).form(&[("a", "b")])).await
    }

    async fn send(&self, request: RequestBuilder) -> Page {
        let cookies = self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let response = request.header(COOKIE, cookies).send().await.unwrap();
        let set: Vec<String> = response.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        for cookie in &set {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            match cookie.contains("Max-Age=0") {
                true => cookies.remove(name),
                false => cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let text = |name| response.headers().get(name).map(|value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned());
        Page {
            status: response.status(),
            location: text(LOCATION),
            policy: text(CONTENT_SECURITY_POLICY).unwrap_or_default(),
            cookies: set,
            headers: format!("{:?}", response.headers()),
            body: response.text().await.unwrap(),
        }
    }
}

impl Page {
    /// Where the page leads by itself.
    pub(super) fn next(&self) -> String {
        let after = self.body.split_once("content=\"0; url=").unwrap_or_else(|| panic!("it leads nowhere: {}", self.body)).1;
        after.split('"').next().unwrap().replace("&amp;", "&")
    }

    /// The first heading.
    pub(super) fn heading(&self) -> String {
        let heading = self.body.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>")).map(|(heading, _)| heading);
        heading.unwrap_or_else(|| panic!("no heading: {} {}", self.status, self.body)).to_owned()
    }

    /// Status and heading.
    pub(super) fn summary(&self) -> String {
        format!("{}: {}", self.status.as_u16(), self.heading())
    }

    /// Where "Try again" leads.
    pub(super) fn retry(&self) -> Option<String> {
        let (before, _) = self.body.split_once(">Try again</a>")?;
        let href = before.rsplit_once("href=\"")?.1.split('"').next()?;
        Some(href.replace("&amp;", "&"))
    }
}
