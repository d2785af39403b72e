//! Gladly's API, over HTTP.

mod access;
mod activities;
mod conversations;
mod customers;
mod directory;
mod examples;
mod items;
mod media;
mod replies;
mod robustness;
mod support;
mod tasks;
