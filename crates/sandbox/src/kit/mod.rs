//! What every vendor simulator shares: the HTTP server, its clock, the faults a test may ask for, the
//! journal of requests, rate limits, tokens, and the control endpoint.
//!
//! A vendor is one [`Simulator`]: a synchronous state machine that turns a request and a moment into a
//! reply. The kit knows no vendor, and a vendor knows no socket.

pub(crate) mod clock;
pub(crate) mod code;
pub(crate) mod multipart;
pub(crate) mod object;
pub(crate) mod page;
pub(crate) mod rate_limiter;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod server;
pub(crate) mod stage;
pub(crate) mod token_bucket;
pub(crate) mod tokens;

mod connection;
mod control;
mod faults;
mod journal;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// One vendor, as the kit drives it. Nothing here waits, reads the clock or touches a socket.
pub(crate) trait Simulator: Send {
    /// Handles one request; `now` is sandbox time.
    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply;

    /// Moves everything that happens by itself (a parcel, an expiry) one step on.
    fn tick(&mut self, moment: Timestamp);

    /// Back to the seeded data and the default settings. Issued tokens stay valid.
    fn reset(&mut self, now: Timestamp);

    /// Hands out fresh credentials without a consent page, in the form that an account of this vendor holds them.
    /// No wish at all is the vendor's usual user with every right, and always granted; the error is a sentence for
    /// the caller.
    fn issue(&mut self, wish: Map<String, Value>, now: Timestamp) -> Result<Map<String, Value>, String>;

    /// The switches of this vendor and their present values.
    fn settings(&self) -> Map<String, Value>;

    /// Replaces the switches. All or nothing; the error is a sentence for the caller.
    fn configure(&mut self, settings: Map<String, Value>) -> Result<(), String>;

    /// Everything it remembers, for assertions: one key a collection.
    fn state(&self) -> Map<String, Value>;
}
