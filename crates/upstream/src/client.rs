//! The only HTTP client: its limits, its TLS, its address checks.

use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use url::{Host, Url};

use crate::guard::{Denied, GuardedResolver, PrivateAddresses, Reach, System};

/// How vendors are called.
#[derive(Debug, Clone)]
pub struct UpstreamSettings {
    /// Longest wait for a vendor's complete answer, from the look-up of its name to the last byte. Default 30 s.
    pub timeout: Duration,
    /// Longest wait for name look-up, TCP and TLS together; cut to nine tenths of `timeout`. Default 10 s.
    pub connect_timeout: Duration,
    /// Largest answer that is read, in bytes after decompression. Default 5 MiB.
    pub max_answer_bytes: usize,
    pub private_addresses: PrivateAddresses,
    /// Hosts that base URLs of accounts may name beside those of their definition, as URLs write them (lower case, punycode). An
    /// address stays subject to `private_addresses`. Default none.
    pub allowed_hosts: Vec<String>,
    /// Default `tidegate/<version>`.
    pub user_agent: String,
}

impl Default for UpstreamSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_answer_bytes: 5 * 1024 * 1024,
            private_addresses: PrivateAddresses::Refuse,
            allowed_hosts: Vec::new(),
            user_agent: concat!("tidegate/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Calls vendors. Cheap to clone; one connection pool for the whole process.
#[derive(Debug, Clone)]
pub struct Client {
    https: reqwest::Client,
    /// For plain HTTP, which only goes to private addresses, and only where those are allowed.
    http: Option<reqwest::Client>,
    pub(crate) private_addresses: PrivateAddresses,
    pub(crate) allowed_hosts: Arc<[String]>,
    pub(crate) max_answer_bytes: usize,
    pub(crate) timeout: Duration,
}

/// The client could not be made; the settings or the TLS library are at fault.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the HTTP client: {0}; check the `[upstream]` settings")]
pub struct ClientError(String);

impl Client {
    /// A client with these settings. Opens no connection.
    ///
    /// # Errors
    /// [`ClientError`] when the user agent is not a header value or TLS cannot be set up.
    pub fn new(settings: &UpstreamSettings) -> Result<Client, ClientError> {
        let client = |reach| client(settings, GuardedResolver { reach, resolver: System });
        let (https, http) = match settings.private_addresses {
            PrivateAddresses::Refuse => (client(Reach::Public)?, None),
            PrivateAddresses::Allow => (client(Reach::PublicAndPrivate)?, Some(client(Reach::PrivateOnly)?)),
        };
        Ok(Client {
            https,
            http,
            private_addresses: settings.private_addresses,
            allowed_hosts: settings.allowed_hosts.as_slice().into(),
            max_answer_bytes: settings.max_answer_bytes,
            timeout: settings.timeout,
        })
    }

    /// What a request to `url` is sent with, if it may be sent at all.
    pub(crate) fn for_url(&self, url: &Url) -> Result<&reqwest::Client, Denied> {
        Ok(match (self.private_addresses.check(url)?, &self.http) {
            (Reach::PrivateOnly, Some(http)) => http,
            _ => &self.https,
        })
    }
}

/// A client for the commands that talk to a server their user named, such as a Tidegate or an MCP URL: any address may
/// be reached, redirects are not followed, nothing is sent twice. Waits are the caller's to limit, but for the
/// connection, which is given up after 10 s. `server` says where requests will go: what is on this machine is asked
/// directly, whatever proxy the environment names, as requests carry secrets and the proxy's loopback is another one.
///
/// # Errors
/// [`ClientError`] when TLS cannot be set up.
pub fn operator_client(server: &Url) -> Result<reqwest::Client, ClientError> {
    operator_builder(server)?.build().map_err(|error| ClientError(error.to_string()))
}

/// The same, but answers are given as they come: a compressed one stays compressed, and its headers say so.
///
/// # Errors
/// As for [`operator_client`].
pub fn undecoding_operator_client(server: &Url) -> Result<reqwest::Client, ClientError> {
    operator_builder(server)?.no_gzip().no_brotli().no_deflate().build().map_err(|error| ClientError(error.to_string()))
}

fn operator_builder(server: &Url) -> Result<reqwest::ClientBuilder, ClientError> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls()?)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .tcp_nodelay(true)
        .connect_timeout(Duration::from_secs(10));
    Ok(if is_loopback(server) { builder.no_proxy() } else { builder })
}

/// Whether a URL names this machine, by address or by a name that resolvers keep for it (RFC 6761 section 6.3).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

fn client(settings: &UpstreamSettings, resolver: impl Resolve + 'static) -> Result<reqwest::Client, ClientError> {
    reqwest::Client::builder()
        .user_agent(&settings.user_agent)
        .tls_backend_preconfigured(tls()?)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // No request is sent twice. Left alone, reqwest repeats a request on an HTTP/2 GOAWAY or
        // REFUSED_STREAM, which trusts the vendor's word that it did nothing; here that is an error like any
        // other. With no attempts left it does not even keep a copy of the request. What remains lies below
        // reqwest and cannot be turned off through it: when a pooled connection turns out to be closed before
        // hyper took the request from its queue, so before a byte of it was written, the same request goes
        // to a new connection. That is a request that never left, not a second one.
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .dns_resolver(resolver)
        .tcp_nodelay(true)
        // Below the usual keep-alive of servers and balancers (from 60 s up), so that few requests meet a
        // connection that is being closed at that moment.
        .pool_idle_timeout(Duration::from_secs(20))
        // The connection's limit must end before the whole call's: it proves that nothing was sent.
        .connect_timeout(settings.connect_timeout.min(settings.timeout * 9 / 10))
        .timeout(settings.timeout)
        .build()
        .map_err(|error| ClientError(error.to_string()))
}

/// TLS 1.2 and 1.3 against Mozilla's roots compiled in, the same on every machine.
fn tls() -> Result<rustls::ClientConfig, ClientError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod rebinding;

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn loopback_hosts_are_known_in_every_spelling() {
        let is = |host: &str| is_loopback(&format!("http://{host}:8700/mcp/x").parse().unwrap());
        for host in ["127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]", "localhost", "LOCALHOST.", "gate.localhost", "0x7f.1"] {
            assert!(is(host), "{host}");
        }
        for host in ["10.0.0.5", "[::2]", "localhost.example.com", "notlocalhost", "gate.example.com", "0.0.0.0"] {
            assert!(!is(host), "{host}");
        }
    }
}
