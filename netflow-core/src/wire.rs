//! What was sent.

pub mod fixed;
