//! The eDesk simulator.

mod access;
mod control;
mod examples;
mod lists;
mod messages;
mod order_notes;
mod robustness;
mod sales_orders;
mod support;
mod tags;
mod templates;
mod tickets;
mod tracking_links;
