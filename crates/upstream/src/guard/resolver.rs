//! Names are checked where connections get their addresses from, so what was checked is what is connected.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Reach;

/// The system's resolver.
pub(crate) struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// A resolver without the addresses that must not be called. Every new connection asks it, and goes to an address of that very
/// answer.
pub(crate) struct GuardedResolver<R> {
    pub(crate) reach: Reach,
    pub(crate) resolver: R,
}

impl<R: Resolve> Resolve for GuardedResolver<R> {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        let host = name.as_str().to_owned();
        let answer = self.resolver.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = answer.await?.collect();
            let allowed = reach.only(host, found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
