//! What a vendor's API looks like and which tools it yields.
//!
//! Pure: no async, no network, no clock. A definition file becomes an [`integration::Integration`]; that is
//! compiled once into a [`definition::Definition`] with its [`tool::Tool`]s; a tool and its arguments become a
//! [`plan::Plan`], the exact request that would be sent.

pub mod integration;
pub mod naming;
pub mod problem;
mod yaml;
