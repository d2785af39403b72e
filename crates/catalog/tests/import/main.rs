//! Descriptions of vendors' APIs as definitions.

mod acme;
mod bad;
mod bodies;
mod mutated;
mod operations;
mod parameters;
mod security;
mod servers;
mod swagger;
mod texts;
