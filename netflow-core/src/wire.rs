//! What was sent: views over octets, without conversion, state or allocation.
//!
//! Fixed layouts are structs over the octets ([`v1`], [`v5`], [`v6`], [`v7`],
//! [`v8`] and the headers of [`v9`] and [`ipfix`]); sets and template records
//! ([`set`], [`template`]) and everything of [`sflow`] are read step by step.
//! A view exists only after its lengths were checked. Every `parse` takes the
//! octets and their offset in the payload, so that an [`Error`](crate::Error)
//! has the octet of the whole datagram.

pub mod counted;
pub mod fixed;
pub mod ipfix;
mod layout;
pub mod message;
mod prefix;
pub(crate) mod reader;
pub mod record;
pub mod set;
pub mod sflow;
pub mod template;
pub mod v1;
pub mod v5;
pub mod v6;
pub mod v7;
pub mod v8;
pub mod v9;
