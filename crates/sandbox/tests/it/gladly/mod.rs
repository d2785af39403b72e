//! Gladly's API, over HTTP.

mod access;
mod activities;
mod automation;
mod business_hours;
mod communications;
mod conversations;
mod customers;
mod directory;
mod events;
mod examples;
mod exports;
mod items;
mod knowledge;
mod media;
mod replies;
mod reports;
mod required;
mod robustness;
mod support;
mod tasks;
mod topics;
mod webhooks;
