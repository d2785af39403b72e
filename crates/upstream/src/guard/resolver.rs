//! Names are checked where connections get their addresses from, so what was checked is what is connected.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Reach;

/// The system's resolver without the addresses that must not be called.
pub(crate) struct GuardedResolver(pub(crate) Reach);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let allowed = reach.only(host, found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
