//! The Decoder: what it keeps, from whom, and for how long.

mod addresses;
mod biflow;
mod builder;
mod clock;
mod fixed;
mod lists;
mod names;
mod options;
mod scope;
mod sections;
mod templates;
mod waiting;
