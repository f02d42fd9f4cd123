//! What the batches of flows hold.

use alloc::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use netflow_core::InputNames;
use netflow_core::field::FlowField;
use netflow_query::Filter;

use crate::schema::{Addresses, Encoding, Types, dictionary};

/// Which columns there are, what they hold, and how large a batch grows.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FlowOptions {
    /// The columns, in this order.
    pub fields: Vec<FlowField>,
    /// How addresses are held.
    pub addresses: Addresses,
    /// Which Arrow types there are.
    pub types: Types,
    /// Rows of a batch at most: 65,536.
    pub rows: usize,
    /// Octets of text and the like after which a batch is full: 64 MiB.
    pub octets: usize,
    /// A record of two directions (RFC 5103) makes two rows.
    pub split_biflows: bool,
    /// Discarded packets of sFlow are rows too.
    pub discarded: bool,
    /// The inputs, by the number that datagrams have of them. If there are several, the
    /// column `file` comes first.
    pub files: InputNames,
    /// Only flows that it chooses are rows; of a record that is split, each direction for itself.
    pub filter: Option<Filter>,
}

impl FlowOptions {
    /// These columns, in this order.
    #[must_use]
    pub fn new(fields: Vec<FlowField>) -> Self {
        Self {
            fields,
            ..Self::default()
        }
    }

    /// The schema of the batches.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let encoding = self.encoding();
        let file = self.files.are_shown().then(|| {
            let data_type = match self.types {
                Types::Native => dictionary(DataType::Utf8),
                _ => DataType::Utf8,
            };
            Field::new("file", data_type, true)
        });
        let fields = self.fields.iter().map(|field| encoding.field(*field));
        Arc::new(Schema::new(
            file.into_iter().chain(fields).collect::<Vec<_>>(),
        ))
    }

    pub(super) const fn encoding(&self) -> Encoding {
        Encoding {
            addresses: self.addresses,
            types: self.types,
        }
    }
}

/// All columns in the order of [`FlowField::COLUMNS`], addresses as 16 octets.
impl Default for FlowOptions {
    fn default() -> Self {
        Self {
            fields: FlowField::COLUMNS.to_vec(),
            addresses: Addresses::default(),
            types: Types::default(),
            rows: 1 << 16,
            octets: 64 << 20,
            split_biflows: false,
            discarded: false,
            files: InputNames::default(),
            filter: None,
        }
    }
}
