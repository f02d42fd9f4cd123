//! The command as a user runs it.

extern crate alloc;

mod anonymise;
mod by_protocol;
mod choice;
#[cfg(feature = "columns")]
mod columns;
mod counters;
mod dialects;
mod endings;
mod filter;
#[cfg(feature = "columns")]
mod folder;
mod formats;
mod hints;
#[cfg(feature = "dns")]
mod host_names;
mod integration;
mod interfaces;
mod interrupt;
mod local_time;
mod nfdump;
mod owned;
#[cfg(feature = "packaging")]
mod packaging;
mod report;
mod run;
mod sampling;
mod state;
mod table;
mod testdata;
mod threads;
mod top;
