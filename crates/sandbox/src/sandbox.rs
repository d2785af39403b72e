//! One running simulator.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};

use crate::kit::server::{Server, lock};
use crate::kit::stage::Stage;
use crate::vendor::Vendor;

/// A vendor's API on a port of this machine. Its base URL is [`Sandbox::url`]; its control endpoint lies
/// under `/__sandbox/` there. Dropping it stops it too, without waiting for answers under way.
pub struct Sandbox {
    vendor: Vendor,
    url: String,
    stage: Arc<Mutex<Stage>>,
    server: Server,
}

impl Sandbox {
    /// Starts a simulator with freshly seeded data. Port 0 takes a free one. Must be called in a tokio
    /// runtime.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(vendor: Vendor, address: SocketAddr) -> io::Result<Sandbox> {
        let stage = Arc::new(Mutex::new(Stage::new(|now| vendor.simulator(now))));
        let server = Server::start(Arc::clone(&stage), address).await?;
        let url = format!("http://{}", server.address());
        Ok(Sandbox { vendor, url, stage, server })
    }

    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// `http://address:port`, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What an account's `credentials` hold: fresh ones of the vendor's usual user, with every right.
    pub fn issue_credentials(&self) -> Map<String, Value> {
        // Never refused: nothing is wished for.
        lock(&self.stage).issue(Map::new()).unwrap_or_default()
    }

    /// Closes the port and waits until answers under way are sent.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("vendor", &self.vendor).field("url", &self.url).finish_non_exhaustive()
    }
}
