//! Gladly's API, over HTTP.

mod examples;
mod support;
