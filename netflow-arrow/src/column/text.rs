//! Text, and octets of any length.

use alloc::sync::Arc;
use core::fmt::Write as _;

use arrow_array::ArrayRef;
use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_schema::ArrowError;
use netflow_core::FlowValue;

use super::address::{SentAddress, mapped};
use super::{Column, from_builder};

/// Text in UTF-8; what is not becomes U+FFFD.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    builder: StringBuilder,
}

impl Texts {
    pub(crate) fn add_null(&mut self) {
        self.builder.append_null();
    }

    /// Pushes any value that can be displayed.
    pub(crate) fn display(&mut self, value: impl core::fmt::Display) {
        // Writing into memory does not fail.
        let _ = write!(self.builder, "{value}");
        self.builder.append_value("");
    }
}

impl Column for Texts {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        match value {
            Some(FlowValue::Text(text)) => match text.as_str() {
                Some(text) => self.builder.append_value(text),
                None => self.display(text),
            },
            Some(FlowValue::Name(name)) => self.builder.append_value(name),
            Some(FlowValue::Application(application)) => self.display(application),
            _ => self.builder.append_null(),
        }
    }

    from_builder!();
}

/// Octets of any length.
#[derive(Debug, Default)]
pub(crate) struct Binary {
    builder: BinaryBuilder,
    /// Addresses of IPv4 are written as IPv6 has them.
    mapped: bool,
}

impl Binary {
    /// Addresses of 16 octets.
    pub(crate) fn mapped() -> Self {
        Self {
            mapped: true,
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, octets: &[u8]) {
        self.builder.append_value(octets);
    }
}

impl Column for Binary {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        match value {
            Some(FlowValue::Octets(octets)) => self.add(octets),
            Some(FlowValue::Mac(mac)) => self.add(&mac.0),
            Some(FlowValue::Address(address)) if self.mapped => self.add(&mapped(address)),
            Some(FlowValue::Address(address)) => self.add(SentAddress::of(address).octets()),
            _ => self.builder.append_null(),
        }
    }

    from_builder!();
}
