//! Descriptions of vendors' APIs as definitions.

mod acme;
mod bodies;
mod bad;
mod operations;
mod parameters;
mod security;
mod servers;
mod swagger;
mod texts;
