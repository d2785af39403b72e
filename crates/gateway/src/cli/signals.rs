//! Being asked to stop: Ctrl-C, SIGTERM, and the terminal that is closed.

use tokio::signal::unix::{SignalKind, signal};
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
    /// Starts to listen for signals.
    pub(super) fn on_signals() -> anyhow::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        let shutdown = Self::default();
        let Self { gentle, now } = shutdown.clone();
        tokio::spawn(async move {
            for token in [gentle, now] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                    _ = hang_up.recv() => {}
                }
                token.cancel();
            }
        });
        Ok(shutdown)
    }
}
