//! What the process counts, in the OpenMetrics text format. Labels never hold ids, names of people or tokens.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use store::Outcome;
use upstream::Code;

/// The metrics of one process.
pub(crate) struct Metrics {
    registry: Registry,
    calls: Family<CallLabels, Counter>,
    call_seconds: Histogram,
    deliveries: Family<DeliveryLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    integration: String,
    /// `ok`, or the failure's code.
    outcome: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    /// `delivered`, `retry`, `failed` or `disabled`.
    outcome: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tidegate");
        let calls = Family::default();
        registry.register("tool_calls", "Tool calls by integration and outcome", calls.clone());
        let call_seconds = Histogram::new(exponential_buckets(0.001, 2.0, 16));
        registry.register_with_unit("tool_call", "Time from plan to shaped answer", Unit::Seconds, call_seconds.clone());
        let deliveries = Family::default();
        registry.register("webhook_deliveries", "Attempts to tell a webhook of an event by outcome", deliveries.clone());
        Self { registry, calls, call_seconds, deliveries }
    }
}

impl Metrics {
    /// Counts a call that succeeded, or failed with `code`.
    pub(crate) fn observe_call(&self, integration: &str, code: Option<&Code>, took: Duration) {
        let outcome = code.map_or("ok", Code::as_str);
        let labels = CallLabels { integration: integration.to_owned(), outcome: outcome.to_owned() };
        self.calls.get_or_create(&labels).inc();
        self.call_seconds.observe(took.as_secs_f64());
    }

    /// Counts an attempt to tell a webhook of an event.
    pub(crate) fn observe_delivery(&self, outcome: &Outcome) {
        let outcome = match outcome {
            Outcome::Delivered => "delivered",
            Outcome::RetryAt(_) => "retry",
            Outcome::Failed => "failed",
            Outcome::Disabled { .. } => "disabled",
        };
        self.deliveries.get_or_create(&DeliveryLabels { outcome }).inc();
    }

    /// Everything counted so far.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail; an empty answer would show if it did.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
