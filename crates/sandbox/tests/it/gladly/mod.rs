//! Gladly's API, over HTTP.

mod automation;
mod business_hours;
mod communications;
mod events;
mod examples;
mod exports;
mod knowledge;
mod reports;
mod required;
mod support;
mod topics;
mod webhooks;
