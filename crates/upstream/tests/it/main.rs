//! Calls over real sockets: a small vendor on loopback answers well, badly, slowly or not at all.

mod acme;
mod addresses;
mod answers;
mod limits;
mod lists;
mod refusals;
mod sending;
mod vendor;
