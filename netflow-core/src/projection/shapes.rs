//! The shapes of sFlow samples that a projection met last, and where its fields are in their octets.

use alloc::vec::Vec;

use super::reader::FieldReader;
use super::templates::{ProjectionKey, REMEMBERED};
use crate::field::FlowField;
use crate::flow::{FlowColumn, SampleShape};

/// The columns of the shapes that were met last, each in the slot that its content leads to.
#[derive(Debug)]
pub(super) struct ProjectedShapes {
    known: Vec<Option<KnownShape>>,
    /// Shapes whose columns were looked for, to number them.
    version: u64,
}

/// The columns of one shape.
#[derive(Debug)]
struct KnownShape {
    shape: SampleShape,
    version: u64,
    columns: Vec<FlowColumn>,
    readers: Vec<FieldReader>,
}

impl ProjectedShapes {
    pub(super) const fn new() -> Self {
        Self {
            known: Vec::new(),
            version: 0,
        }
    }

    /// The columns of these fields, which are the same at every call, how they are read, and their
    /// key.
    #[inline]
    pub(super) fn find(
        &mut self,
        fields: &[FlowField],
        shape: SampleShape,
    ) -> Option<(&[FlowColumn], &[FieldReader], ProjectionKey)> {
        if self.known.is_empty() {
            self.known.resize_with(REMEMBERED, || None);
        }
        let index = shape.spread() % REMEMBERED;
        let slot = self.known.get_mut(index)?;
        if slot.as_ref().is_none_or(|known| known.shape != shape) {
            self.version = self.version.saturating_add(1);
            KnownShape::learn(slot, fields, shape, self.version);
        }
        let known = slot.as_ref()?;
        let key = ProjectionKey {
            // After those of templates.
            slot: index.saturating_add(REMEMBERED),
            version: known.version,
        };
        Some((&known.columns, &known.readers, key))
    }
}

impl KnownShape {
    /// Finds the fields in another shape. The memory of the one that gives way is used again.
    #[cold]
    fn learn(slot: &mut Option<Self>, fields: &[FlowField], shape: SampleShape, version: u64) {
        let known = slot.get_or_insert_with(|| Self {
            shape,
            version,
            columns: Vec::with_capacity(fields.len()),
            readers: Vec::with_capacity(fields.len()),
        });
        known.shape = shape;
        known.version = version;
        known.columns.clear();
        let columns = fields.iter().map(|field| shape.column(*field));
        known.columns.extend(columns);
        known.readers.clear();
        let readers = known.columns.iter().map(FieldReader::of_sample);
        known.readers.extend(readers);
    }
}
