//! Getting tokens: from a vendor made of bytes, and from simulated vendors.

mod answers;
mod example;
mod requests;
mod sendoso;
mod support;
