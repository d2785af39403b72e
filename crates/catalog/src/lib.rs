//! What a vendor's API looks like and which tools it yields.
//!
//! Pure: no async, no network, no clock. A definition file becomes an [`integration::Integration`]; that is
//! compiled once into a [`definition::Definition`] with its [`tool::Tool`]s; a tool and its arguments become a
//! [`plan::Plan`], the exact request that would be sent.

pub mod arguments;
pub mod authorization_server;
pub mod catalog;
pub mod characters;
pub mod check;
pub mod client_rules;
pub mod connect_form;
pub mod definition;
pub mod destinations;
pub mod diff;
pub mod docs;
pub mod dotted_path;
pub mod facts;
pub mod files;
pub mod filter;
pub mod fnv;
pub mod hosts;
pub mod import;
pub mod index;
pub mod integration;
pub mod nearest;
pub mod notes;
pub mod overlay;
pub mod page;
pub mod parse;
pub mod plan;
pub mod problem;
pub mod prompt;
pub mod rules;
pub mod schema;
pub mod scopes;
pub mod search;
pub mod sentences;
pub mod target;
pub mod tool;
pub mod write;

mod annotations;
mod body;
mod cursor;
mod embed;
mod encode;
mod entry;
mod expected;
mod expression;
mod fit;
mod headers;
mod input;
mod lint;
mod names;
mod naming;
mod own_base_url;
mod paging;
mod pointer;
mod request_line;
mod route;
mod shown;
mod singular;
mod subschemas;
mod tolerance;
mod types;
mod variables;
mod wording;
mod yaml;
