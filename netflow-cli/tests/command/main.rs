//! The command as a user runs it.
//!
//! Whole captures are in `testdata/`; more of them, which are not of this repository, are
//! read where the variable `NETFLOW_CAPTURES` names their directory.

extern crate alloc;

mod captures;
mod columns;
mod endings;
mod folder;
mod formats;
mod run;
mod sampling;
mod state;
mod table;
mod testdata;
