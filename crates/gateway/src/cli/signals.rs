//! Being asked to stop: Ctrl-C, SIGTERM, and the terminal that is closed.

use std::future::pending;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Both end the process in order, the second one without waiting for calls in flight.
#[derive(Clone, Default)]
pub(super) struct Shutdown {
    /// Cancelled by the first signal.
    pub(super) gentle: CancellationToken,
    /// Cancelled by the second.
    pub(super) now: CancellationToken,
}

impl Shutdown {
    /// Starts to listen for Ctrl-C, SIGTERM and a terminal that is closed.
    pub(super) fn on_signals() -> anyhow::Result<Self> {
        Self::on(Some(signal(SignalKind::hangup())?))
    }

    /// The same for a server, which lives on without its terminal where `nohup` says so: SIGHUP keeps its meaning.
    pub(super) fn on_server_signals() -> anyhow::Result<Self> {
        Self::on(None)
    }

    fn on(mut hang_up: Option<Signal>) -> anyhow::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = Self::default();
        let Self { gentle, now } = shutdown.clone();
        tokio::spawn(async move {
            for token in [gentle, now] {
                let hung_up = async {
                    match &mut hang_up {
                        Some(hang_up) => hang_up.recv().await,
                        None => pending().await,
                    }
                };
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                    _ = hung_up => {}
                }
                token.cancel();
            }
        });
        Ok(shutdown)
    }
}
