//! The eDesk simulator.

mod examples;
mod support;
