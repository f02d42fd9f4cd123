//! What `netflow explain` says of captures whose story is known.

extern crate alloc;

mod capture;
mod frames;
mod matching;
mod stories;
mod text;
