//! Captures and IPFIX files, made here octet by octet, and what a source returns of them.
#![expect(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    reason = "tests have std"
)]

mod another_reader;
mod associations;
mod copies;
mod craft;
mod errors;
mod feed;
mod formats;
mod fragments;
mod hostile;
mod links;
mod mark;
mod raw;
mod selection;
mod streams;
mod tunnels;
