//! Descriptions of vendors' APIs as definitions.

mod bad;
mod operations;
