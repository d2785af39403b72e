//! Descriptions of vendors' APIs as definitions.

mod operations;
